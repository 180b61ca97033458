//! When a producer is asked for a key frame.

use std::time::{Duration, Instant};

/// Gathers the wishes of all consumers of one stream into few requests.
///
/// However many ask, key frames come at most once an [`INTERVAL`] in the long run. One that
/// comes early is advanced: a receiver that was not ready for its first, or a second one who
/// joins just now, waits for [`SPACING`] alone. An unanswered request is repeated every [`RETRY`].
#[derive(Debug, Default)]
pub(crate) struct KeyFrameRequests {
    wanted: Option<Instant>,
    asked: Option<Instant>,
    rested: Option<Instant>,
    /// When the key frames that have come are paid for, at one an interval.
    paid: Option<Instant>,
    delay: Duration,
}

impl KeyFrameRequests {
    /// Keeps at least `delay` between a key frame and the next request, if that is more than
    /// is kept anyway.
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
        self.asked = None;
        self.rested = Some(now + self.delay.max(SPACING));
        let owed = self
            .paid
            .map_or(now, |paid| paid.clamp(now, now + INTERVAL));
        self.paid = Some(owed + INTERVAL);
    }

    /// When a request is due, if one is.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let wanted = self.wanted?;
        let patient = self.asked.map(|at| at + RETRY);
        let advanced = self.paid.and_then(|paid| paid.checked_sub(INTERVAL));
        [Some(wanted), self.rested, patient, advanced]
            .into_iter()
            .flatten()
            .max()
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

/// At most one key frame a second in the long run, whoever asks.
const INTERVAL: Duration = Duration::from_secs(1);
/// Below what a user notices, and enough for all who join in the same moment.
const SPACING: Duration = Duration::from_millis(200);
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
    fn the_second_wish_waits_for_the_spacing_alone() {
        let now = start();
        let mut requests = KeyFrameRequests::default();
        requests.want(now);
        assert!(requests.take_due(now));
        requests.key_frame(now + Duration::from_millis(30));
        requests.want(now + Duration::from_millis(40));
        assert_eq!(
            requests.deadline(),
            Some(now + Duration::from_millis(30) + SPACING)
        );
    }

    #[test]
    fn the_third_wish_waits_for_the_interval() {
        let now = start();
        let mut requests = KeyFrameRequests::default();
        requests.key_frame(now);
        requests.key_frame(now + SPACING);
        requests.want(now + SPACING);
        assert!(!requests.take_due(now + Duration::from_millis(990)));
        assert!(requests.take_due(now + INTERVAL));
    }

    #[test]
    fn a_flood_of_wishes_is_one_key_frame_a_second_and_one() {
        let now = start();
        let mut requests = KeyFrameRequests::default();
        let made = (0..10_000)
            .map(|n| now + Duration::from_millis(n))
            .filter(|at| {
                requests.want(*at);
                let due = requests.take_due(*at);
                if due {
                    requests.key_frame(*at);
                }
                due
            });
        assert_eq!(made.count(), 11);
    }

    #[test]
    fn a_sender_of_many_key_frames_is_asked_after_an_interval_without() {
        let now = start();
        let mut requests = KeyFrameRequests::default();
        for n in 0..100 {
            requests.key_frame(now + n * Duration::from_millis(10));
        }
        let last = now + Duration::from_millis(990);
        requests.want(last);
        assert_eq!(requests.deadline(), Some(last + INTERVAL));
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
