//! How much may be sent again: a receiver must not make us send more than it was sent.

use std::time::{Duration, Instant};

/// The bytes that one consumer may be sent again, and which packets were lately.
#[derive(Debug)]
pub(crate) struct RtxBudget {
    bytes: usize,
    recent: [Option<(u16, Instant)>; RECENT],
    next: usize,
}

impl Default for RtxBudget {
    fn default() -> Self {
        Self {
            bytes: INITIAL,
            recent: [None; RECENT],
            next: 0,
        }
    }
}

impl RtxBudget {
    /// Media that was sent may be sent again once.
    pub(crate) fn sent(&mut self, len: usize) {
        self.bytes = (self.bytes + len).min(MOST);
    }

    /// Whether packet `sequence` is among those that were lately sent again.
    pub(crate) fn took(&self, sequence: u16) -> bool {
        let mut recent = self.recent.iter().flatten();
        recent.any(|(before, _)| *before == sequence)
    }

    /// Whether packet `sequence` of `len` bytes may be sent again: not within `pause` of the last time.
    pub(crate) fn take(
        &mut self,
        sequence: u16,
        len: usize,
        pause: Duration,
        now: Instant,
    ) -> bool {
        let is_recent = |(before, at): &(u16, Instant)| {
            *before == sequence && now.saturating_duration_since(*at) < pause
        };
        if self.bytes < len || self.recent.iter().flatten().any(is_recent) {
            return false;
        }
        self.bytes -= len;
        if let Some(place) = self.recent.get_mut(self.next) {
            *place = Some((sequence, now));
        }
        self.next = (self.next + 1) % RECENT;
        true
    }
}

/// Enough for a key frame that was lost whole.
const INITIAL: usize = 60_000;
/// A second of 4 Mb/s.
const MOST: usize = 500_000;
const RECENT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::testing::start;

    const PAUSE: Duration = Duration::from_millis(100);

    #[test]
    fn a_packet_is_not_repeated_within_the_pause() {
        let now = start();
        let mut budget = RtxBudget::default();
        assert!(budget.take(7, 1_000, PAUSE, now));
        assert!(!budget.take(7, 1_000, PAUSE, now + PAUSE / 2));
        assert!(budget.take(8, 1_000, PAUSE, now));
        assert!(budget.take(7, 1_000, PAUSE, now + PAUSE));
    }

    #[test]
    fn a_flood_is_answered_with_no_more_than_was_sent() {
        let now = start();
        let mut budget = RtxBudget::default();
        for _ in 0..100 {
            budget.sent(1_000);
        }
        let answered = (0..10_000).filter(|&sequence| budget.take(sequence, 1_000, PAUSE, now));
        assert_eq!(answered.count(), (INITIAL + 100_000) / 1_000);
    }

    #[test]
    fn what_is_saved_up_has_a_limit() {
        let mut budget = RtxBudget::default();
        budget.sent(usize::MAX / 2);
        assert_eq!(budget.bytes, MOST);
    }
}
