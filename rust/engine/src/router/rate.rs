//! How many bits a second went by.

use std::time::{Duration, Instant};

/// Bytes over the last second, in tenths of it.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    buckets: [u64; BUCKETS],
    newest: Option<Instant>,
    place: usize,
}

impl Rate {
    /// Takes `bytes` at `now`.
    pub(crate) fn add(&mut self, bytes: usize, now: Instant) {
        self.advance(now);
        if let Some(bucket) = self.buckets.get_mut(self.place) {
            *bucket += bytes as u64;
        }
    }

    /// Bits in the second before `now`.
    pub(crate) fn bits_per_second(&self, now: Instant) -> u64 {
        let Some(newest) = self.newest else { return 0 };
        let passed = periods(now.saturating_duration_since(newest));
        let live = (0..BUCKETS.saturating_sub(passed))
            .filter_map(|back| self.buckets.get((self.place + BUCKETS - back) % BUCKETS));
        live.sum::<u64>() * 8
    }

    fn advance(&mut self, now: Instant) {
        let newest = *self.newest.get_or_insert(now);
        let elapsed = now.saturating_duration_since(newest);
        if elapsed < BUCKET {
            return;
        }
        let passed = periods(elapsed);
        for _ in 0..passed.min(BUCKETS) {
            self.place = (self.place + 1) % BUCKETS;
            if let Some(bucket) = self.buckets.get_mut(self.place) {
                *bucket = 0;
            }
        }
        self.newest = Some(newest + BUCKET * u32::try_from(passed).unwrap_or(u32::MAX));
    }
}

fn periods(elapsed: Duration) -> usize {
    usize::try_from(elapsed.as_millis() / BUCKET.as_millis()).unwrap_or(usize::MAX)
}

const BUCKETS: usize = 10;
const BUCKET: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::testing::start;

    #[test]
    fn the_rate_is_that_of_the_last_second() {
        let start = start();
        let mut rate = Rate::default();
        for step in 0..30 {
            rate.add(1_000, start + step * BUCKET);
        }
        assert_eq!(rate.bits_per_second(start + 29 * BUCKET), 80_000);
    }

    #[test]
    fn silence_brings_it_to_zero() {
        let start = start();
        let mut rate = Rate::default();
        rate.add(1_000, start);
        assert_eq!(rate.bits_per_second(start + 9 * BUCKET), 8_000);
        assert_eq!(rate.bits_per_second(start + 10 * BUCKET), 0);
        rate.add(500, start + Duration::from_secs(3_600));
        assert_eq!(
            rate.bits_per_second(start + Duration::from_secs(3_600)),
            4_000
        );
    }
}
