//! Frames from packets, taken in the order in which a decoder could.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use crate::media::Stamp;

/// Puts frames together and decides what a decoder would show.
///
/// A key frame counts as soon as it is complete; any other frame once the frame it refers to has
/// counted. What a later frame overtakes is dropped.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    pending: BTreeMap<u32, Partial>,
    decoded: VecDeque<u32>,
    asked: Option<Instant>,
}

#[derive(Debug)]
struct Partial {
    stamp: Stamp,
    have: Vec<bool>,
    since: Instant,
}

/// What one packet brought about.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Frames that count now, in order.
    pub(crate) decoded: Vec<Stamp>,
    /// How many frames were given up.
    pub(crate) dropped: u64,
}

impl Assembler {
    /// Takes a packet that was not there before.
    pub(crate) fn insert(&mut self, stamp: &Stamp, now: Instant) -> Outcome {
        let mut outcome = Outcome::default();
        if self.newest().is_some_and(|newest| stamp.frame <= newest) {
            return outcome;
        }
        let partial = self
            .pending
            .entry(stamp.frame)
            .or_insert_with(|| Partial::new(stamp, now));
        if let Some(have) = partial.have.get_mut(usize::from(stamp.packet)) {
            *have = true;
        }
        while let Some(frame) = self.next_decodable() {
            outcome.dropped += self.drop_before(frame);
            outcome.decoded.extend(self.decode(frame));
        }
        outcome.dropped += self.drop_excess();
        outcome
    }

    /// Whether only a key frame helps, and it is time to ask for one (again).
    pub(crate) fn wants_key_frame(&mut self, now: Instant) -> bool {
        let patience = if self.decoded.is_empty() {
            Duration::ZERO
        } else {
            PATIENCE
        };
        let stuck = self.pending.values().any(|frame| {
            frame.is_complete() && now.saturating_duration_since(frame.since) >= patience
        });
        let due = self
            .asked
            .is_none_or(|asked| now.saturating_duration_since(asked) >= ASK_AGAIN);
        if stuck && due {
            self.asked = Some(now);
        }
        stuck && due
    }

    fn newest(&self) -> Option<u32> {
        self.decoded.back().copied()
    }

    fn next_decodable(&self) -> Option<u32> {
        self.pending
            .iter()
            .find(|(_, frame)| frame.is_complete() && self.has_reference(&frame.stamp))
            .map(|(number, _)| *number)
    }

    fn has_reference(&self, stamp: &Stamp) -> bool {
        stamp.key || self.decoded.contains(&stamp.reference)
    }

    fn decode(&mut self, number: u32) -> Option<Stamp> {
        let frame = self.pending.remove(&number)?;
        if self.decoded.len() == REFERENCES {
            self.decoded.pop_front();
        }
        self.decoded.push_back(number);
        Some(frame.stamp)
    }

    fn drop_before(&mut self, number: u32) -> u64 {
        let kept = self.pending.split_off(&number);
        std::mem::replace(&mut self.pending, kept).len() as u64
    }

    fn drop_excess(&mut self) -> u64 {
        let mut dropped = 0;
        while self.pending.len() > MAX_PENDING {
            self.pending.pop_first();
            dropped += 1;
        }
        dropped
    }
}

impl Partial {
    fn new(stamp: &Stamp, now: Instant) -> Self {
        Self {
            stamp: *stamp,
            have: vec![false; usize::from(stamp.packets)],
            since: now,
        }
    }

    fn is_complete(&self) -> bool {
        self.have.iter().all(|have| *have)
    }
}

/// How long a frame may wait for what it refers to: several NACK rounds of 100 ms.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long a key frame may take before it is asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(500);
const MAX_PENDING: usize = 256;
/// More than any scalability structure refers back.
const REFERENCES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_frame_and_its_followers_count_in_order() {
        let mut call = Call::default();
        for frame in 0..3 {
            call.frame(frame, frame == 0);
        }
        assert_eq!((call.decoded, call.dropped), (vec![0, 1, 2], 0));
    }

    #[test]
    fn nothing_counts_before_the_first_key_frame_and_one_is_asked_for_at_once() {
        let mut call = Call::default();
        call.frame(7, false);
        assert!(call.assembler.wants_key_frame(call.now));
        assert!(!call.assembler.wants_key_frame(call.now));
        call.frame(8, true);
        assert_eq!((call.decoded.clone(), call.dropped), (vec![8], 1));
        call.now += ASK_AGAIN;
        assert!(!call.assembler.wants_key_frame(call.now));
    }

    #[test]
    fn a_late_packet_lets_the_frames_behind_it_count() {
        let mut call = Call::default();
        call.frame(0, true);
        call.packet(1, false, 0);
        call.frame(2, false);
        assert_eq!(call.decoded, [0]);
        call.packet(1, false, 1);
        assert_eq!((call.decoded, call.dropped), (vec![0, 1, 2], 0));
    }

    #[test]
    fn a_frame_that_stays_away_ends_in_a_request_for_a_key_frame() {
        let mut call = Call::default();
        call.frame(0, true);
        call.frame(2, false);
        assert!(!call.assembler.wants_key_frame(call.now));
        call.now += PATIENCE;
        assert!(call.assembler.wants_key_frame(call.now));
        call.frame(3, true);
        call.frame(4, false);
        assert_eq!((call.decoded, call.dropped), (vec![0, 3, 4], 1));
    }

    #[test]
    fn old_packets_change_nothing() {
        let mut call = Call::default();
        call.frame(0, true);
        call.frame(1, false);
        call.frame(1, false);
        assert_eq!(call.decoded, [0, 1]);
    }

    #[test]
    fn memory_is_bounded_without_a_key_frame() {
        let mut call = Call::default();
        for frame in 1..2_000 {
            call.frame(frame, false);
        }
        assert_eq!(call.assembler.pending.len(), MAX_PENDING);
        assert_eq!(call.dropped, 1_999 - MAX_PENDING as u64);
    }

    struct Call {
        assembler: Assembler,
        now: Instant,
        decoded: Vec<u32>,
        dropped: u64,
    }

    impl Default for Call {
        fn default() -> Self {
            Self {
                assembler: Assembler::default(),
                now: Instant::now(),
                decoded: Vec::new(),
                dropped: 0,
            }
        }
    }

    impl Call {
        fn frame(&mut self, frame: u32, key: bool) {
            self.packet(frame, key, 0);
            self.packet(frame, key, 1);
        }

        fn packet(&mut self, frame: u32, key: bool, packet: u16) {
            let stamp = Stamp {
                source: 1,
                sent: Duration::ZERO,
                frame,
                reference: if key { frame } else { frame - 1 },
                packet,
                packets: 2,
                key,
                layer: 0,
            };
            let outcome = self.assembler.insert(&stamp, self.now);
            self.decoded
                .extend(outcome.decoded.iter().map(|stamp| stamp.frame));
            self.dropped += outcome.dropped;
        }
    }
}
