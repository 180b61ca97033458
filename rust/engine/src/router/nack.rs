//! Which packets of a producer are missing, and when they are asked for (RFC 4585 s.6.2.1).

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// The missing packets of one stream.
#[derive(Debug, Default)]
pub(crate) struct NackGenerator {
    missing: BTreeMap<u64, Missing>,
}

#[derive(Debug, Clone, Copy)]
struct Missing {
    due: Instant,
    tries: u8,
}

/// Whether a gap can still be closed packet by packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// What is missing will be asked for.
    Repairable,
    /// Too much is missing: only a key frame helps.
    TooWide,
}

impl NackGenerator {
    /// Notes that `first..end` did not come before `end`.
    pub(crate) fn gap(&mut self, first: u64, end: u64, now: Instant) -> Gap {
        let missing = self.missing.len() as u64 + end.saturating_sub(first);
        if missing > MAX_MISSING {
            self.missing.clear();
            return Gap::TooWide;
        }
        let entry = Missing {
            due: now + REORDERING,
            tries: 0,
        };
        self.missing
            .extend((first..end).map(|sequence| (sequence, entry)));
        Gap::Repairable
    }

    /// Notes that a packet has come; whether it was missing.
    pub(crate) fn arrived(&mut self, sequence: u64) -> bool {
        self.missing.remove(&sequence).is_some()
    }

    /// Forgets what is older than a key frame: no decoder needs it any more.
    pub(crate) fn key_frame(&mut self, sequence: u64) {
        self.missing = self.missing.split_off(&sequence);
    }

    /// When something is to be asked for.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.missing.values().map(|missing| missing.due).min()
    }

    /// Takes what is to be asked for at `now`, in order, and forgets what was asked for in vain.
    pub(crate) fn take_due(&mut self, now: Instant, due: &mut Vec<u16>) {
        self.missing
            .retain(|_, missing| missing.due > now || missing.tries < MAX_TRIES);
        for (sequence, missing) in &mut self.missing {
            if missing.due <= now {
                missing.tries += 1;
                missing.due = now + RETRY;
                due.push(wire(*sequence));
            }
        }
    }
}

/// The 16 bits of a sequence number that are sent.
pub(super) fn wire(sequence: u64) -> u16 {
    let [.., high, low] = sequence.to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// How long a packet may be overtaken before it counts as lost.
const REORDERING: Duration = Duration::from_millis(10);
/// mediasoup's assumption of a round trip, where it is not known.
const RETRY: Duration = Duration::from_millis(100);
/// mediasoup's number.
const MAX_TRIES: u8 = 10;
/// mediasoup's number; beyond it a key frame is cheaper.
const MAX_MISSING: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::testing::start;

    #[test]
    fn a_missing_packet_is_asked_for_after_the_time_of_reordering() {
        let now = start();
        let mut nacks = NackGenerator::default();
        assert_eq!(nacks.gap(10, 12, now), Gap::Repairable);
        assert!(due(&mut nacks, now).is_empty());
        assert_eq!(due(&mut nacks, now + REORDERING), [10, 11]);
    }

    #[test]
    fn what_arrives_is_not_asked_for() {
        let now = start();
        let mut nacks = NackGenerator::default();
        nacks.gap(10, 12, now);
        assert!(nacks.arrived(10));
        assert!(!nacks.arrived(10));
        assert_eq!(due(&mut nacks, now + REORDERING), [11]);
    }

    #[test]
    fn a_packet_is_asked_for_ten_times_and_then_forgotten() {
        let mut now = start();
        let mut nacks = NackGenerator::default();
        nacks.gap(10, 11, now);
        let mut asked = 0;
        while let Some(deadline) = nacks.deadline() {
            now = deadline;
            asked += due(&mut nacks, now).len();
        }
        assert_eq!(asked, usize::from(MAX_TRIES));
    }

    #[test]
    fn a_wide_gap_is_given_up_at_once() {
        let now = start();
        let mut nacks = NackGenerator::default();
        assert_eq!(nacks.gap(0, MAX_MISSING, now), Gap::Repairable);
        assert_eq!(nacks.gap(2_000, 2_001, now), Gap::TooWide);
        assert_eq!(nacks.deadline(), None);
        assert_eq!(nacks.gap(0, u64::MAX, now), Gap::TooWide);
    }

    #[test]
    fn a_key_frame_makes_older_packets_needless() {
        let now = start();
        let mut nacks = NackGenerator::default();
        nacks.gap(10, 12, now);
        nacks.gap(20, 21, now);
        nacks.key_frame(15);
        assert_eq!(due(&mut nacks, now + REORDERING), [20]);
    }

    fn due(nacks: &mut NackGenerator, now: Instant) -> Vec<u16> {
        let mut due = Vec::new();
        nacks.take_due(now, &mut due);
        due
    }
}
