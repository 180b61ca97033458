//! When a producer is asked for a key frame.

use std::time::{Duration, Instant};

/// Gathers the wishes of all consumers of one stream into few requests.
///
/// However many ask, at most one request goes out in [`INTERVAL`] after a key frame, and an
/// unanswered one is repeated every [`RETRY`].
#[derive(Debug, Default)]
pub(crate) struct KeyFrameRequests {
    wanted: Option<Instant>,
    asked: Option<Instant>,
    arrived: Option<Instant>,
    delay: Duration,
}

impl KeyFrameRequests {
    /// Keeps at least `delay` between a key frame and the next request, if that is more than
    /// [`INTERVAL`].
    pub(crate) fn new(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }

    /// A consumer needs one.
    pub(crate) fn want(&mut self, now: Instant) {
        self.wanted.get_or_insert(now);
    }

    /// One has arrived.
    pub(crate) fn key_frame(&mut self, now: Instant) {
        self.wanted = None;
        self.arrived = Some(now);
    }

    /// When a request is due, if one is.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let wanted = self.wanted?;
        let rested = self.arrived.map(|at| at + self.delay.max(INTERVAL));
        let patient = self.asked.map(|at| at + RETRY);
        [Some(wanted), rested, patient].into_iter().flatten().max()
    }

    /// Whether one is to be sent now; if so, it counts as sent.
    pub(crate) fn take_due(&mut self, now: Instant) -> bool {
        let due = self.deadline().is_some_and(|deadline| deadline <= now);
        if due {
            self.asked = Some(now);
        }
        due
    }
}

/// At most one key frame a second, whoever asks.
const INTERVAL: Duration = Duration::from_secs(1);
/// Above any round trip on which a call can be held.
const RETRY: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::testing::start;

    #[test]
    fn the_first_wish_is_asked_for_at_once() {
        let now = start();
        let mut requests = KeyFrameRequests::default();
        assert!(!requests.take_due(now));
        requests.want(now);
        assert!(requests.take_due(now));
    }

    #[test]
    fn a_thousand_wishes_are_one_request() {
        let now = start();
        let mut requests = KeyFrameRequests::default();
        let asked = (0..1_000).filter(|_| {
            requests.want(now);
            requests.take_due(now)
        });
        assert_eq!(asked.count(), 1);
    }

    #[test]
    fn an_unanswered_request_is_repeated_until_a_key_frame_comes() {
        let now = start();
        let mut requests = KeyFrameRequests::default();
        requests.want(now);
        assert!(requests.take_due(now));
        assert_eq!(requests.deadline(), Some(now + RETRY));
        assert!(requests.take_due(now + RETRY));
        requests.key_frame(now + RETRY);
        assert_eq!(requests.deadline(), None);
    }

    #[test]
    fn a_wish_after_a_key_frame_waits_for_the_interval() {
        let now = start();
        let mut requests = KeyFrameRequests::default();
        requests.key_frame(now);
        requests.want(now + Duration::from_millis(10));
        assert!(!requests.take_due(now + Duration::from_millis(990)));
        assert!(requests.take_due(now + INTERVAL));
    }

    #[test]
    fn a_longer_delay_of_the_producer_holds() {
        let now = start();
        let mut requests = KeyFrameRequests::new(Duration::from_secs(3));
        requests.key_frame(now);
        requests.want(now);
        assert_eq!(requests.deadline(), Some(now + Duration::from_secs(3)));
    }
}
