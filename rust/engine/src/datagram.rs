//! Datagrams on their way in and out: addresses, and the queue that holds what is to be sent.

use std::net::{IpAddr, SocketAddr};

/// One of the worker's UDP sockets, by its place in [`crate::EngineConfig::listen`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u8);

/// Both ends of a datagram as the worker sees them: the 5-tuple, UDP implied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tuple {
    /// The socket it arrived on, or leaves from.
    pub socket: SocketId,
    /// The local address of a socket bound to the unspecified address, where the kernel tells it.
    pub local: Option<IpAddr>,
    /// The peer's address.
    pub remote: SocketAddr,
}

/// One received datagram. `payload` is changed in place while it is decrypted.
#[derive(Debug)]
pub struct Datagram<'a> {
    /// Where it came from and which socket it reached.
    pub tuple: Tuple,
    /// The whole UDP payload.
    pub payload: &'a mut [u8],
}

/// A run of datagrams to one peer: what one send call with segmentation offload takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transmit<'a> {
    /// Where it leaves from and goes to.
    pub tuple: Tuple,
    /// The length of each datagram in `payload`, the last of which may be shorter.
    /// Equal to `payload.len()` where the run is a single datagram.
    pub segment_size: usize,
    /// The datagrams, back to back.
    pub payload: &'a [u8],
}

/// What is to be sent, in order, in one allocation that is used again and again.
///
/// Datagrams written one after the other to one tuple with one length become one run.
#[derive(Debug, Default)]
pub struct TransmitQueue {
    /// Only ever grows: what lies behind `used` is left from earlier datagrams.
    bytes: Vec<u8>,
    used: usize,
    runs: Vec<Run>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    tuple: Tuple,
    start: usize,
    end: usize,
    segment_size: usize,
    segments: usize,
}

/// The kernel's limit on segments a call (`UDP_MAX_SEGMENTS`, Linux `include/linux/udp.h`), before 6.9.
const MAX_SEGMENTS: usize = 64;
/// The greatest UDP payload over IPv4 (65,535 less 20 and 8 bytes of headers).
const MAX_RUN_BYTES: usize = 65_507;

impl TransmitQueue {
    /// Makes an empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one datagram of at most `capacity` bytes.
    ///
    /// `write` fills the slot and says how many of its bytes are the datagram; `None` takes the
    /// reservation back, and nothing is sent. The slot's content before `write` is unspecified.
    pub fn push_with(
        &mut self,
        tuple: Tuple,
        capacity: usize,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> bool {
        let start = self.used;
        if self.bytes.len() < start + capacity {
            self.bytes.resize(start + capacity, 0);
        }
        let slot = self.bytes.get_mut(start..start + capacity);
        let written = slot
            .and_then(write)
            .filter(|&len| len > 0 && len <= capacity);
        if let Some(len) = written {
            self.used += len;
            self.append_to_run(tuple, start, len);
        }
        written.is_some()
    }

    /// Appends a copy of `datagram`.
    pub fn push(&mut self, tuple: Tuple, datagram: &[u8]) {
        self.push_with(tuple, datagram.len(), |slot| {
            slot.copy_from_slice(datagram);
            Some(datagram.len())
        });
    }

    /// The runs, first written first.
    pub fn runs(&self) -> impl Iterator<Item = Transmit<'_>> {
        self.runs.iter().filter_map(|run| {
            Some(Transmit {
                tuple: run.tuple,
                segment_size: run.segment_size,
                payload: self.bytes.get(run.start..run.end)?,
            })
        })
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Forgets what was queued and keeps the memory.
    pub fn clear(&mut self) {
        self.used = 0;
        self.runs.clear();
    }

    fn append_to_run(&mut self, tuple: Tuple, start: usize, len: usize) {
        let end = start + len;
        if let Some(run) = self.runs.last_mut()
            && run.accepts(tuple, len)
        {
            run.end = end;
            run.segments += 1;
            return;
        }
        self.runs.push(Run {
            tuple,
            start,
            end,
            segment_size: len,
            segments: 1,
        });
    }
}

impl Run {
    /// Only the last segment of a run may be shorter, so a run that ends in one is closed.
    fn accepts(&self, tuple: Tuple, len: usize) -> bool {
        let full = self.end - self.start == self.segments * self.segment_size;
        self.tuple == tuple
            && full
            && len <= self.segment_size
            && self.segments < MAX_SEGMENTS
            && self.end - self.start + len <= MAX_RUN_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_datagrams_to_one_peer_become_one_run() {
        let mut queue = TransmitQueue::new();
        for _ in 0..3 {
            queue.push(to(1), &[7; 100]);
        }
        let runs: Vec<_> = queue.runs().collect();
        assert_eq!(runs.len(), 1);
        assert_eq!((runs[0].segment_size, runs[0].payload.len()), (100, 300));
    }

    #[test]
    fn a_shorter_datagram_ends_its_run() {
        let mut queue = TransmitQueue::new();
        for len in [100, 60, 60] {
            queue.push(to(1), &vec![0; len]);
        }
        let lengths: Vec<_> = queue.runs().map(|run| run.payload.len()).collect();
        assert_eq!(lengths, [160, 60]);
    }

    #[test]
    fn a_longer_datagram_or_another_peer_starts_a_run() {
        let mut queue = TransmitQueue::new();
        queue.push(to(1), &[0; 60]);
        queue.push(to(1), &[0; 61]);
        queue.push(to(2), &[0; 61]);
        assert_eq!(queue.runs().count(), 3);
    }

    #[test]
    fn a_run_keeps_to_the_kernels_limits() {
        let mut queue = TransmitQueue::new();
        for _ in 0..130 {
            queue.push(to(1), &[0; 1200]);
        }
        assert!(queue.runs().all(|run| run.payload.len() <= MAX_RUN_BYTES));
        assert!(
            queue
                .runs()
                .all(|run| run.payload.len() <= MAX_SEGMENTS * run.segment_size)
        );
        assert_eq!(
            queue.runs().map(|run| run.payload.len()).sum::<usize>(),
            130 * 1200
        );
    }

    #[test]
    fn a_refused_slot_leaves_nothing_behind() {
        let mut queue = TransmitQueue::new();
        queue.push(to(1), &[1; 10]);
        assert!(!queue.push_with(to(1), 10, |_| None));
        queue.push(to(1), &[2; 10]);
        let runs: Vec<_> = queue.runs().collect();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].payload, [[1; 10], [2; 10]].concat());
    }

    fn to(host: u8) -> Tuple {
        Tuple {
            socket: SocketId(0),
            local: None,
            remote: SocketAddr::from(([127, 0, 0, host], 9)),
        }
    }
}
