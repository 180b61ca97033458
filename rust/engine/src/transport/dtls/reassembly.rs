//! Puts handshake messages together from their fragments (RFC 6347 s.4.2.3), within limits.
//!
//! ```text
//! handshake header: type (1) | length (3) | message_seq (2) | fragment_offset (3) | fragment_length (3)
//! ```

use std::{collections::BTreeMap, ops::Range};

/// A fragment of a handshake message: `data` lies within the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fragment<'a> {
    /// HandshakeType.
    pub(super) kind: u8,
    /// The whole message's length, header not counted.
    pub(super) length: usize,
    /// The message's number in the handshake.
    pub(super) message_seq: u16,
    offset: usize,
    data: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// Splits the first fragment off a handshake record's content. `None`: malformed, or past a limit.
    pub(super) fn split_first(content: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&[kind, l0, l1, l2, s0, s1, o0, o1, o2, f0, f1, f2], rest) =
            content.split_first_chunk::<HANDSHAKE_HEADER_LEN>()?;
        let length = usize_of([l0, l1, l2]);
        let offset = usize_of([o0, o1, o2]);
        let (data, rest) = rest.split_at_checked(usize_of([f0, f1, f2]))?;
        let message_seq = u16::from_be_bytes([s0, s1]);
        let inside = offset + data.len() <= length;
        let empty = data.is_empty() && length > 0;
        let fragment = Self {
            kind,
            length,
            message_seq,
            offset,
            data,
        };
        let fits = inside && !empty && length <= MAX_MESSAGE && message_seq <= MAX_MESSAGE_SEQ;
        fits.then_some((fragment, rest))
    }
}

/// A whole handshake message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// HandshakeType.
    pub(super) kind: u8,
    /// Its number in the handshake.
    pub(super) message_seq: u16,
    /// What follows the handshake header.
    pub(super) body: Vec<u8>,
}

/// A message that is not whole yet.
#[derive(Debug)]
pub(super) struct Assembly {
    kind: u8,
    body: Vec<u8>,
    /// The parts that are there: apart from each other, in order.
    parts: Vec<Range<usize>>,
    fragments: usize,
}

impl Assembly {
    fn new(fragment: &Fragment<'_>) -> Self {
        Self {
            kind: fragment.kind,
            body: vec![0; fragment.length],
            parts: Vec::new(),
            fragments: 0,
        }
    }

    fn belongs(&self, fragment: &Fragment<'_>) -> bool {
        self.kind == fragment.kind && self.body.len() == fragment.length
    }

    /// Takes a fragment that belongs to it. Answers false once there were too many.
    fn add(&mut self, fragment: &Fragment<'_>) -> bool {
        self.fragments += 1;
        let part = fragment.offset..fragment.offset + fragment.data.len();
        if let Some(place) = self.body.get_mut(part.clone()) {
            place.copy_from_slice(fragment.data);
            self.join(part);
        }
        self.fragments <= MAX_FRAGMENTS
    }

    fn join(&mut self, mut part: Range<usize>) {
        self.parts.retain(|other| {
            let apart = other.end < part.start || part.end < other.start;
            if !apart {
                part = part.start.min(other.start)..part.end.max(other.end);
            }
            apart
        });
        self.parts.push(part);
    }

    fn is_whole(&self) -> bool {
        self.body.is_empty() || self.parts.first() == Some(&(0..self.body.len()))
    }
}

/// Puts one message together: the first one of a handshake, which anything may come in place of.
#[derive(Debug, Default)]
pub(super) struct FirstMessage(Option<Assembly>);

impl FirstMessage {
    /// Takes a fragment; answers the message's body when it is whole. A fragment of another message begins anew.
    pub(super) fn add(&mut self, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        let mut assembly = self
            .0
            .take()
            .filter(|assembly| assembly.belongs(fragment))
            .unwrap_or_else(|| Assembly::new(fragment));
        let within = assembly.add(fragment);
        if assembly.is_whole() {
            return Some(assembly.body);
        }
        self.0 = within.then_some(assembly);
        None
    }
}

/// Puts messages together and hands them out in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Reassembler {
    next: u16,
    assemblies: BTreeMap<u16, Assembly>,
}

impl Reassembler {
    /// Expects `next` as the next message.
    pub(super) fn starting_at(next: u16) -> Self {
        Self {
            next,
            assemblies: BTreeMap::new(),
        }
    }

    /// The number of the message that comes next.
    pub(super) fn next_number(&self) -> u16 {
        self.next
    }

    /// Whether `fragment`'s message was handed out before.
    pub(super) fn is_repeated(&self, fragment: &Fragment<'_>) -> bool {
        fragment.message_seq < self.next
    }

    /// Takes a fragment of a message to come. Answers false where it is past a limit; its message is then begun anew.
    pub(super) fn add(&mut self, fragment: &Fragment<'_>) -> bool {
        let number = fragment.message_seq;
        if !self
            .assemblies
            .get(&number)
            .is_some_and(|assembly| assembly.belongs(fragment))
        {
            self.assemblies.remove(&number);
            if self.buffered() + fragment.length > MAX_BUFFERED {
                return false;
            }
            self.assemblies.insert(number, Assembly::new(fragment));
        }
        let within = self
            .assemblies
            .get_mut(&number)
            .is_some_and(|assembly| assembly.add(fragment) || assembly.is_whole());
        if !within {
            self.assemblies.remove(&number);
        }
        within
    }

    /// The next message, once it is whole.
    pub(super) fn poll(&mut self) -> Option<Message> {
        if !self.assemblies.get(&self.next)?.is_whole() {
            return None;
        }
        let assembly = self.assemblies.remove(&self.next)?;
        let message_seq = self.next;
        self.next += 1;
        Some(Message {
            kind: assembly.kind,
            message_seq,
            body: assembly.body,
        })
    }

    /// How many bytes it holds.
    pub(super) fn buffered(&self) -> usize {
        self.assemblies
            .values()
            .map(|assembly| assembly.body.len())
            .sum()
    }
}

fn usize_of([high, middle, low]: [u8; 3]) -> usize {
    usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low)
}

pub(super) const HANDSHAKE_HEADER_LEN: usize = 12;
/// A certificate chain of any sense fits; Chromium's largest message is a hello of 1.5 kB.
const MAX_MESSAGE: usize = 16 * 1024;
/// A full handshake ends with number 6.
const MAX_MESSAGE_SEQ: u16 = 16;
/// The largest message in pieces of 256 bytes.
const MAX_FRAGMENTS: usize = 64;
/// All messages that wait for others before them.
const MAX_BUFFERED: usize = 2 * MAX_MESSAGE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_in_any_order_make_the_message() {
        let body: Vec<u8> = (0..=99).collect();
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            let mut reassembler = Reassembler::default();
            for piece in order {
                let start = piece * 40;
                let end = (start + 40).min(100);
                assert!(reassembler.add(&fragment(0, 100, start, &body[start..end])));
            }
            assert_eq!(reassembler.poll().unwrap().body, body);
        }
    }

    #[test]
    fn overlapping_and_repeated_fragments_do_no_harm() {
        let body: Vec<u8> = (0..100).collect();
        let mut reassembler = Reassembler::default();
        for (start, end) in [(50, 100), (50, 100), (30, 60), (0, 31)] {
            assert_eq!(reassembler.poll(), None);
            assert!(reassembler.add(&fragment(0, 100, start, &body[start..end])));
        }
        assert_eq!(reassembler.poll().unwrap().body, body);
    }

    #[test]
    fn messages_are_handed_out_in_order() {
        let mut reassembler = Reassembler::default();
        assert!(reassembler.add(&fragment(1, 1, 0, b"b")));
        assert_eq!(reassembler.poll(), None);
        assert!(reassembler.add(&fragment(0, 1, 0, b"a")));
        assert_eq!(reassembler.poll().unwrap().body, b"a");
        assert_eq!(reassembler.poll().unwrap().body, b"b");
        assert!(reassembler.is_repeated(&fragment(1, 1, 0, b"b")));
    }

    #[test]
    fn an_empty_message_is_whole_at_once() {
        let mut reassembler = Reassembler::default();
        assert!(reassembler.add(&fragment(0, 0, 0, b"")));
        assert_eq!(reassembler.poll().unwrap().body, b"");
    }

    #[test]
    fn a_message_of_too_many_fragments_is_given_up() {
        let mut reassembler = Reassembler::default();
        let taken = (0..1000)
            .filter(|&at| reassembler.add(&fragment(0, MAX_MESSAGE, at * 2, &[0])))
            .count();
        assert!(taken < 1000);
        assert!(reassembler.assemblies[&0].parts.len() <= MAX_FRAGMENTS);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut reassembler = Reassembler::default();
        for number in 1..=MAX_MESSAGE_SEQ {
            reassembler.add(&fragment(number, MAX_MESSAGE, 0, &[0]));
        }
        assert_eq!(reassembler.buffered(), MAX_BUFFERED);
    }

    #[test]
    fn fragments_past_a_limit_are_malformed() {
        let header = |length: u32, number: u16, offset: u32, len: u32| {
            let mut bytes = vec![1];
            bytes.extend_from_slice(&length.to_be_bytes()[1..]);
            bytes.extend_from_slice(&number.to_be_bytes());
            bytes.extend_from_slice(&offset.to_be_bytes()[1..]);
            bytes.extend_from_slice(&len.to_be_bytes()[1..]);
            bytes.extend(vec![0; len as usize]);
            bytes
        };
        assert!(Fragment::split_first(&header(10, 16, 5, 5)).is_some());
        for malformed in [
            header(10, 0, 6, 5),
            header(0, 0, 0, 1),
            header(10, 0, 0, 0),
            header(16_385, 0, 0, 1),
            header(10, 17, 0, 1),
        ] {
            assert_eq!(Fragment::split_first(&malformed), None);
        }
        let whole = header(10, 0, 0, 10);
        for len in 0..whole.len() {
            assert_eq!(Fragment::split_first(&whole[..len]), None);
        }
    }

    #[test]
    fn a_first_message_is_replaced_by_another_one() {
        let mut first = FirstMessage::default();
        assert_eq!(first.add(&fragment(0, 10, 0, b"stale")), None);
        assert_eq!(first.add(&fragment(0, 4, 0, b"ne")), None);
        assert_eq!(first.add(&fragment(0, 4, 2, b"w!")).unwrap(), b"new!");
    }

    fn fragment(message_seq: u16, length: usize, offset: usize, data: &[u8]) -> Fragment<'_> {
        Fragment {
            kind: 1,
            length,
            message_seq,
            offset,
            data,
        }
    }
}
