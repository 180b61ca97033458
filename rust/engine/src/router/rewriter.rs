//! Outgoing sequence numbers and timestamps of one consumer.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Maps the packets of a producer's encodings to one unbroken outgoing stream.
///
/// The outgoing number follows the incoming one at a constant distance, so that a packet lost before
/// us stays a gap that can still be filled. The distance changes where packets are left out, after
/// a pause, and at a switch to another encoding; each such stretch is a segment:
///
/// ```text
/// incoming  ... 10 11 12 |      (paused)      | 40 41 42 ...
/// outgoing  ...  7  8  9 |                    | 10 11 12 ...
/// ```
///
/// A gap that nobody will fill is narrowed: a receiver's rollover count follows no jump of half a
/// cycle (RFC 3711 s.3.3.1). No outgoing number is given twice: it is the nonce of the cipher.
#[derive(Debug)]
pub(crate) struct Rewriter {
    segments: VecDeque<Segment>,
    first: u64,
    clock_rate: u32,
    newest: Option<(u32, Instant)>,
    /// The highest number given out.
    highest: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    encoding: usize,
    /// The incoming packets in it; empty where `last` is before `first`.
    first: u64,
    last: u64,
    /// What is added to an incoming number, modulo 2^64.
    sequence_offset: u64,
    /// What is added to an incoming timestamp, modulo 2^32.
    timestamp_offset: u32,
}

/// What a packet gets on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// The unwrapped sequence number; its low 16 bits are sent, its low 48 are the SRTP index.
    pub(crate) sequence: u64,
    /// The RTP timestamp.
    pub(crate) timestamp: u32,
}

impl Rewriter {
    /// Starts at the number `first`, with timestamps of `clock_rate` ticks a second.
    pub(crate) fn new(first: u16, clock_rate: u32) -> Self {
        Self {
            segments: VecDeque::new(),
            first: u64::from(first),
            clock_rate,
            newest: None,
            highest: None,
        }
    }

    /// Begins a stretch with a packet: the number after the last one, and a timestamp that has moved
    /// on like the clock where the encoding is another. `sequence` is an unwrapped one, never zero.
    pub(crate) fn start(&mut self, encoding: usize, sequence: u64, timestamp: u32, now: Instant) {
        let next = self.next_outgoing();
        let timestamp_offset = self.continue_timestamp(encoding, timestamp, now);
        self.push(Segment {
            encoding,
            first: sequence,
            last: sequence - 1,
            sequence_offset: next.wrapping_sub(sequence),
            timestamp_offset,
        });
    }

    /// Maps a packet; `None` where it belongs to no stretch that was sent.
    pub(crate) fn map(
        &mut self,
        encoding: usize,
        sequence: u64,
        timestamp: u32,
        now: Instant,
    ) -> Option<Outgoing> {
        let segment = self.segments.back()?;
        if segment.encoding == encoding && sequence > segment.last {
            self.narrow_gap(*segment, sequence);
            let segment = self.segments.back_mut()?;
            segment.last = sequence;
            let outgoing = segment.map(sequence, timestamp);
            self.newest = Some((outgoing.timestamp, now));
            self.highest = Some(outgoing.sequence);
            return Some(outgoing);
        }
        self.mapping(encoding, sequence, timestamp)
    }

    /// Maps a packet of a stretch that was sent, for the first time or again.
    pub(crate) fn mapping(
        &self,
        encoding: usize,
        sequence: u64,
        timestamp: u32,
    ) -> Option<Outgoing> {
        let mut segments = self.segments.iter().rev();
        let segment = segments.find(|segment| segment.covers(encoding, sequence))?;
        Some(segment.map(sequence, timestamp))
    }

    /// Leaves a packet out so that it does not look lost.
    pub(crate) fn skip(&mut self, encoding: usize, sequence: u64) {
        let Some(segment) = self.segments.back_mut() else {
            return;
        };
        if segment.encoding != encoding || sequence <= segment.last {
            return;
        }
        let next = Segment {
            first: sequence + 1,
            last: sequence,
            sequence_offset: segment.sequence_offset.wrapping_sub(1),
            ..*segment
        };
        // Packets before the one left out may still come: they have their numbers.
        segment.last = sequence - 1;
        if segment.is_empty() {
            *segment = next;
        } else {
            self.push(next);
        }
    }

    /// Finds what was sent with a sequence number: the encoding and the incoming number.
    pub(crate) fn incoming(&self, sent: u16) -> Option<(usize, u64)> {
        let highest = self.next_outgoing().checked_sub(1)?;
        let [.., high, low] = highest.to_be_bytes();
        let behind = u16::from_be_bytes([high, low]).wrapping_sub(sent);
        let outgoing = highest.checked_sub(u64::from(behind))?;
        self.segments.iter().rev().find_map(|segment| {
            let incoming = outgoing.wrapping_sub(segment.sequence_offset);
            segment
                .covers(segment.encoding, incoming)
                .then_some((segment.encoding, incoming))
        })
    }

    /// What is added to the timestamps of the encoding that is sent now, with that encoding.
    pub(crate) fn timestamp_offset(&self) -> Option<(usize, u32)> {
        let segment = self.segments.back()?;
        Some((segment.encoding, segment.timestamp_offset))
    }

    fn next_outgoing(&self) -> u64 {
        self.segments.back().map_or(self.first, |segment| {
            segment
                .last
                .wrapping_add(1)
                .wrapping_add(segment.sequence_offset)
        })
    }

    fn continue_timestamp(&self, encoding: usize, timestamp: u32, now: Instant) -> u32 {
        let (Some(segment), Some((newest, since))) = (self.segments.back(), self.newest) else {
            return 0;
        };
        if segment.encoding == encoding {
            return segment.timestamp_offset;
        }
        let elapsed = ticks(now.saturating_duration_since(since), self.clock_rate).max(1);
        newest.wrapping_add(elapsed).wrapping_sub(timestamp)
    }

    /// Begins a stretch where `sequence` would leave too wide a gap in `segment`, the last one.
    fn narrow_gap(&mut self, segment: Segment, sequence: u64) {
        let Some(highest) = self.highest else {
            return;
        };
        let next = sequence.wrapping_add(segment.sequence_offset);
        let excess = next.saturating_sub(highest).saturating_sub(MAX_GAP);
        if excess > 0 {
            self.give_up_beyond(highest);
            self.push(Segment {
                first: sequence,
                last: sequence - 1,
                sequence_offset: segment.sequence_offset.wrapping_sub(excess),
                ..segment
            });
        }
    }

    /// Forgets the numbers beyond `highest` that were kept for late packets: they will be given to others.
    fn give_up_beyond(&mut self, highest: u64) {
        while let Some(segment) = self.segments.back_mut() {
            let last = segment.last.wrapping_add(segment.sequence_offset);
            segment.last = segment.last.saturating_sub(last.saturating_sub(highest));
            if !segment.is_empty() {
                break;
            }
            self.segments.pop_back();
        }
    }

    fn push(&mut self, segment: Segment) {
        if self.segments.len() == MAX_SEGMENTS {
            self.segments.pop_front();
        }
        self.segments.push_back(segment);
    }
}

impl Segment {
    fn map(&self, sequence: u64, timestamp: u32) -> Outgoing {
        Outgoing {
            sequence: sequence.wrapping_add(self.sequence_offset),
            timestamp: timestamp.wrapping_add(self.timestamp_offset),
        }
    }

    fn covers(&self, encoding: usize, sequence: u64) -> bool {
        self.encoding == encoding && (self.first..=self.last).contains(&sequence)
    }

    fn is_empty(&self) -> bool {
        self.last < self.first
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "RTP timestamps are counted modulo 2^32"
)]
fn ticks(elapsed: Duration, clock_rate: u32) -> u32 {
    (elapsed.as_micros() * u128::from(clock_rate) / 1_000_000) as u32
}

/// What is older than so many changes cannot be asked for again.
const MAX_SEGMENTS: usize = 32;
/// RFC 3550 s.A.1: `MAX_DROPOUT`. More than any receiver asks for.
const MAX_GAP: u64 = 3_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::testing::start;

    #[test]
    fn a_gap_before_us_stays_a_gap_that_can_be_filled() {
        let mut stream = Stream::started(100, 7);
        assert_eq!(stream.map(103), Some(10));
        assert_eq!(stream.map(101), Some(8));
    }

    #[test]
    fn a_packet_left_out_leaves_no_gap() {
        let mut stream = Stream::started(100, 7);
        stream.rewriter.skip(0, 101);
        stream.rewriter.skip(0, 102);
        assert_eq!(stream.map(103), Some(8));
        assert_eq!(stream.map(101), None);
    }

    #[test]
    fn a_packet_before_one_left_out_keeps_its_number() {
        let mut stream = Stream::started(100, 7);
        stream.rewriter.skip(0, 102);
        assert_eq!(stream.map(103), Some(9));
        assert_eq!(stream.map(101), Some(8));
    }

    #[test]
    fn numbers_go_on_after_a_pause_and_what_was_paused_stays_out() {
        let mut stream = Stream::started(100, 7);
        stream.rewriter.start(0, 140, 0, stream.now);
        assert_eq!(stream.map(140), Some(8));
        assert_eq!(stream.map(120), None);
        assert_eq!(stream.map(100), Some(7));
    }

    #[test]
    fn what_was_sent_is_found_by_its_number_over_wrap_and_segments() {
        let mut stream = Stream::started(100, 65_535);
        stream.map(101);
        stream.rewriter.start(1, 500, 0, stream.now);
        stream.rewriter.map(1, 500, 0, stream.now);
        assert_eq!(stream.rewriter.incoming(65_535), Some((0, 100)));
        assert_eq!(stream.rewriter.incoming(0), Some((0, 101)));
        assert_eq!(stream.rewriter.incoming(1), Some((1, 500)));
        assert_eq!(stream.rewriter.incoming(2), None);
        assert_eq!(stream.rewriter.incoming(65_534), None);
    }

    #[test]
    fn a_gap_that_no_receiver_can_follow_is_narrowed() {
        let mut stream = Stream::started(100, 7);
        assert_eq!(stream.map(40_000), Some(7 + MAX_GAP));
        assert_eq!(stream.map(40_001), Some(8 + MAX_GAP));
        assert_eq!(stream.map(500), None);
        assert_eq!(stream.map(100), Some(7));
        assert_eq!(stream.rewriter.incoming(7), Some((0, 100)));
    }

    #[test]
    fn gaps_that_grow_by_packets_left_out_are_narrowed_as_well() {
        let mut stream = Stream::started(100, 7);
        for step in 1..=20 {
            stream.rewriter.skip(0, 100 + 2_000 * step);
        }
        assert_eq!(stream.map(40_200), Some(7 + MAX_GAP));
        assert_eq!(stream.map(3_300), None);
    }

    #[test]
    fn numbers_kept_for_late_packets_are_given_up_at_a_switch() {
        let mut stream = Stream::started(1_000_000, 7);
        stream.rewriter.skip(0, 1_100_000);
        stream.rewriter.start(1, 70_000, 0, stream.now);
        let switched = stream.rewriter.map(1, 70_000, 0, stream.now).unwrap();
        assert_eq!(switched.sequence, 7 + MAX_GAP);
        assert_eq!(stream.map(1_050_000), None);
    }

    #[test]
    fn no_number_is_given_twice_whatever_is_skipped_switched_or_late() {
        let mut stream = Stream::started(1_000, 65_000);
        let mut given = std::collections::HashSet::from([65_000_u64]);
        for step in 1..5_000_u64 {
            let (encoding, sequence) = (usize::from(step % 1_000 > 500), 1_000 + step);
            match step % 97 {
                13 => stream.rewriter.skip(encoding, sequence),
                14 if step % 5 == 0 => stream.rewriter.start(encoding, sequence, 0, stream.now),
                _ => {}
            }
            for number in [sequence, sequence - 3] {
                let outgoing = stream.rewriter.map(encoding, number, 0, stream.now);
                if let Some(outgoing) = outgoing
                    && number == sequence
                {
                    assert!(given.insert(outgoing.sequence), "{step}");
                }
            }
        }
        assert!(given.len() > 1_000);
    }

    #[test]
    fn timestamps_pass_and_move_on_like_the_clock_at_a_switch() {
        let mut stream = Stream::started(100, 7);
        let later = stream.now + Duration::from_millis(100);
        stream.rewriter.start(1, 500, 77, later);
        let outgoing = stream.rewriter.map(1, 500, 77, later).unwrap();
        assert_eq!(outgoing.timestamp, 1_000 + 9_000);
        assert_eq!(stream.rewriter.timestamp_offset(), Some((1, 10_000 - 77)));
    }

    #[test]
    fn nothing_is_mapped_before_a_start() {
        let mut rewriter = Rewriter::new(1, 90_000);
        rewriter.skip(0, 100);
        assert_eq!(rewriter.map(0, 101, 0, start()), None);
        assert_eq!(rewriter.incoming(1), None);
    }

    struct Stream {
        rewriter: Rewriter,
        now: Instant,
    }

    impl Stream {
        /// One packet was sent: incoming `sequence`, timestamp 1000.
        fn started(sequence: u64, first: u16) -> Self {
            let now = start();
            let mut rewriter = Rewriter::new(first, 90_000);
            rewriter.start(0, sequence, 1_000, now);
            rewriter.map(0, sequence, 1_000, now).unwrap();
            Self { rewriter, now }
        }

        fn map(&mut self, sequence: u64) -> Option<u64> {
            let mapped = self.rewriter.map(0, sequence, 1_000, self.now);
            mapped.map(|outgoing| outgoing.sequence)
        }
    }
}
