//! Time in reports: our wall clock, NTP's format, and what a sender's clock says (RFC 3550 s.4, s.6.4.1).

use std::time::{Duration, Instant};

/// The wall clock, told once at the start and carried on by monotonic time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WallClock {
    start: Instant,
    unix: Duration,
}

impl WallClock {
    /// `unix`: the time since the Unix epoch at `start`.
    pub(crate) fn new(start: Instant, unix: Duration) -> Self {
        Self { start, unix }
    }

    /// The time since the Unix epoch at `now`.
    pub(crate) fn at(&self, now: Instant) -> Duration {
        self.unix + now.saturating_duration_since(self.start)
    }

    /// The first instant from `at` on that is a multiple of `grid` after the start.
    pub(crate) fn next_multiple(&self, grid: Duration, at: Instant) -> Instant {
        let since = at.saturating_duration_since(self.start);
        let places = since.as_nanos().div_ceil(grid.as_nanos().max(1));
        let places = u32::try_from(places).unwrap_or(u32::MAX);
        (self.start + grid * places).max(at)
    }
}

/// An NTP time as 32.32 fixed point seconds since 1900.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ntp(pub(crate) u64);

impl Ntp {
    /// Converts a time since the Unix epoch.
    pub(crate) fn from_unix(unix: Duration) -> Self {
        let seconds = unix.as_secs().wrapping_add(UNIX_EPOCH);
        let fraction = (u64::from(unix.subsec_nanos()) << 32) / 1_000_000_000;
        Self(seconds << 32 | fraction)
    }

    /// The middle 32 bits, 16.16 fixed point seconds, which reception reports carry.
    pub(crate) fn middle(self) -> u32 {
        let [_, _, a, b, c, d, ..] = self.0.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// 6.18 fixed point seconds: the value of the abs-send-time extension.
    pub(crate) fn abs_send_time(self) -> [u8; 3] {
        let [.., a, b, c] = (self.0 >> 14).to_be_bytes();
        [a, b, c]
    }

    /// By how many seconds it is later than `other`, which is at most 68 years away.
    pub(crate) fn seconds_after(self, other: Self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a microsecond of 68 years survives in 52 bits"
        )]
        let difference = self.0.wrapping_sub(other.0).cast_signed() as f64;
        difference / FRACTION
    }
}

/// By how much our clock is ahead of a sender's, from its sender reports: one for all streams of a
/// transport, so that sound and pictures keep their distance.
///
/// Delay on the way only ever makes the difference greater, so the least of the last ones counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ClockOffset {
    least: Option<f64>,
    candidate: Option<(f64, Instant)>,
}

impl ClockOffset {
    /// Takes a sender report that said `theirs` when our clock said `ours`.
    pub(crate) fn update(&mut self, theirs: Ntp, ours: Ntp, now: Instant) {
        let seconds = ours.seconds_after(theirs);
        let least = self.least.get_or_insert(seconds);
        *least = least.min(seconds);
        let (candidate, since) = *self.candidate.get_or_insert((seconds, now));
        self.candidate = Some((candidate.min(seconds), since));
        if now.saturating_duration_since(since) >= WINDOW {
            // Clocks drift: what was least long ago is not for ever.
            self.least = Some(candidate.min(seconds));
            self.candidate = None;
        }
    }

    /// In seconds, once there was a report.
    pub(crate) fn seconds(&self) -> Option<f64> {
        self.least
    }
}

/// Seconds from 1900 to 1970.
const UNIX_EPOCH: u64 = 2_208_988_800;
/// 2^32.
const FRACTION: f64 = 4_294_967_296.0;
/// In so long, bad crystals (100 ppm) drift by 3 ms.
const WINDOW: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::testing::start;

    #[test]
    fn the_unix_epoch_is_an_ntp_time() {
        let ntp = Ntp::from_unix(Duration::from_millis(1_500));
        assert_eq!(ntp.0, 0x83AA_7E81_8000_0000);
        assert_eq!(ntp.middle(), 0x7E81_8000);
    }

    #[test]
    fn the_next_multiple_is_never_before() {
        let start = start();
        let clock = WallClock::new(start, Duration::ZERO);
        let grid = Duration::from_millis(50);
        for (at, next) in [(0, 0), (1, 50), (49, 50), (50, 50), (51, 100)] {
            let at = start + Duration::from_millis(at);
            let next = start + Duration::from_millis(next);
            assert_eq!(clock.next_multiple(grid, at), next);
        }
    }

    #[test]
    fn abs_send_time_has_six_bits_of_seconds() {
        let ntp = Ntp(65 << 32 | 1 << 31);
        assert_eq!(ntp.abs_send_time(), [0b0000_0110, 0, 0]);
    }

    #[test]
    fn differences_have_a_sign() {
        let (early, late) = (Ntp(1 << 32), Ntp(3 << 32 | 1 << 31));
        assert!((late.seconds_after(early) - 2.5).abs() < 1e-9);
        assert!((early.seconds_after(late) + 2.5).abs() < 1e-9);
    }

    #[test]
    fn the_offset_is_the_least_delayed_one() {
        let now = start();
        let mut offset = ClockOffset::default();
        for delay_ms in [50, 10, 80] {
            offset.update(at(0), at(5_000 + delay_ms), now);
        }
        assert!((offset.seconds().unwrap() - 5.01).abs() < 1e-6);
    }

    #[test]
    fn the_offset_follows_a_drifting_clock() {
        let now = start();
        let mut offset = ClockOffset::default();
        for second in 0..200 {
            let drift_ms = second;
            let ours = at(10_000 + second * 1_000 + drift_ms);
            let at_time = now + Duration::from_secs(second);
            offset.update(at(second * 1_000), ours, at_time);
        }
        let seconds = offset.seconds().unwrap();
        assert!((10.13..10.2).contains(&seconds), "{seconds}");
    }

    fn at(ms: u64) -> Ntp {
        Ntp::from_unix(Duration::from_millis(ms))
    }
}
