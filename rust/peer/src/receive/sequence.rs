//! Which sequence numbers came, and how regularly.

use std::time::{Duration, Instant};

/// The sequence numbers of one RTP stream, unwrapped, with a memory of the last [`WINDOW`].
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    first: u64,
    highest: u64,
    received: u64,
    seen: [u64; WORDS],
}

impl Sequence {
    /// Takes a sequence number; whether it is the first time.
    ///
    /// What is older than the window counts as seen before.
    pub(crate) fn insert(&mut self, number: u16) -> bool {
        let number = self.unwrap(number);
        if self.received == 0 {
            (self.first, self.highest) = (number, number);
        } else if number > self.highest {
            self.advance(number);
        } else if number + WINDOW <= self.highest || self.is_seen(number) {
            return false;
        }
        self.first = self.first.min(number);
        self.mark(number, true);
        self.received += 1;
        true
    }

    /// How many between the lowest and the highest have not come.
    pub(crate) fn missing(&self) -> u64 {
        if self.received == 0 {
            return 0;
        }
        (self.highest - self.first + 1).saturating_sub(self.received)
    }

    fn unwrap(&self, number: u16) -> u64 {
        if self.received == 0 {
            // One cycle up, so that an older one does not fall below zero.
            return u64::from(number) + (1 << 16);
        }
        let [.., high, low] = self.highest.to_be_bytes();
        let distance = number
            .wrapping_sub(u16::from_be_bytes([high, low]))
            .cast_signed();
        self.highest.saturating_add_signed(i64::from(distance))
    }

    fn advance(&mut self, number: u64) {
        let skipped = (number - self.highest).min(WINDOW);
        for back in 0..skipped {
            self.mark(number - back, false);
        }
        self.highest = number;
    }

    fn is_seen(&self, number: u64) -> bool {
        let (word, bit) = place(number);
        self.seen.get(word).is_some_and(|word| word & bit != 0)
    }

    fn mark(&mut self, number: u64, seen: bool) {
        let (word, bit) = place(number);
        if let Some(word) = self.seen.get_mut(word) {
            *word = if seen { *word | bit } else { *word & !bit };
        }
    }
}

fn place(number: u64) -> (usize, u64) {
    let index = number % WINDOW;
    let word = usize::try_from(index / 64).unwrap_or(0);
    (word, 1 << (index % 64))
}

const WORDS: usize = 32;
const WINDOW: u64 = 64 * WORDS as u64;

/// Interarrival jitter (RFC 3550 s.6.4.1, A.8).
#[derive(Debug)]
pub(crate) struct Jitter {
    clock_rate: u32,
    last: Option<(Instant, u32)>,
    seconds: f64,
}

impl Jitter {
    /// Starts at zero, for a stream of `clock_rate` ticks a second.
    pub(crate) fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate: clock_rate.max(1),
            last: None,
            seconds: 0.0,
        }
    }

    /// Takes the arrival of a packet with an RTP timestamp.
    pub(crate) fn update(&mut self, now: Instant, timestamp: u32) {
        if let Some((last, last_timestamp)) = self.last.replace((now, timestamp)) {
            let apart = now.saturating_duration_since(last).as_secs_f64();
            let ticks = timestamp.wrapping_sub(last_timestamp).cast_signed();
            let difference = apart - f64::from(ticks) / f64::from(self.clock_rate);
            self.seconds += (difference.abs() - self.seconds) / 16.0;
        }
    }

    /// The estimate in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.seconds
    }
}

/// Bytes a second, over the last whole second.
#[derive(Debug)]
pub(crate) struct Rate {
    since: Instant,
    bytes: u64,
    bits_per_second: f64,
}

impl Rate {
    /// Starts at zero.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            since: now,
            bytes: 0,
            bits_per_second: 0.0,
        }
    }

    /// Takes `bytes` at `now`; zero just moves the clock on.
    pub(crate) fn add(&mut self, now: Instant, bytes: usize) {
        let elapsed = now.saturating_duration_since(self.since);
        if elapsed >= RATE_PERIOD {
            self.bits_per_second = bits(self.bytes) / elapsed.as_secs_f64();
            self.since = now;
            self.bytes = 0;
        }
        self.bytes += bytes as u64;
    }

    /// The rate of the last period, or of what there is of the first.
    pub(crate) fn bits_per_second(&self, now: Instant) -> f64 {
        let elapsed = now.saturating_duration_since(self.since);
        if elapsed >= RATE_PERIOD || self.bits_per_second == 0.0 {
            return bits(self.bytes) / elapsed.max(RATE_PERIOD).as_secs_f64();
        }
        self.bits_per_second
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "bits of a second are far below 2^52"
)]
fn bits(bytes: u64) -> f64 {
    (bytes * 8) as f64
}

const RATE_PERIOD: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_over_the_wrap_has_nothing_missing() {
        let mut sequence = Sequence::default();
        for step in 0..200_u16 {
            assert!(sequence.insert(65_500_u16.wrapping_add(step)));
        }
        assert_eq!((sequence.received, sequence.missing()), (200, 0));
    }

    #[test]
    fn a_gap_is_missing_until_it_is_filled() {
        let mut sequence = Sequence::default();
        for number in [10, 11, 14, 15] {
            sequence.insert(number);
        }
        assert_eq!(sequence.missing(), 2);
        assert!(sequence.insert(12));
        assert!(!sequence.insert(12));
        assert_eq!((sequence.received, sequence.missing()), (5, 1));
    }

    #[test]
    fn reordered_first_packets_count() {
        let mut sequence = Sequence::default();
        for number in [3, 1, 2] {
            assert!(sequence.insert(number));
        }
        assert_eq!((sequence.received, sequence.missing()), (3, 0));
    }

    #[test]
    fn what_is_older_than_the_window_is_not_counted_twice() {
        let mut sequence = Sequence::default();
        sequence.insert(0);
        sequence.insert(5_000);
        assert!(!sequence.insert(1));
        assert!(sequence.insert(4_999));
        assert_eq!(sequence.missing(), 4_998);
    }

    #[test]
    fn regular_arrivals_have_no_jitter_and_late_ones_have() {
        let start = Instant::now();
        let mut jitter = Jitter::new(90_000);
        for frame in 0..10_u32 {
            jitter.update(
                start + Duration::from_millis(u64::from(frame) * 20),
                frame * 1800,
            );
        }
        assert!(jitter.seconds() < 1e-6);
        jitter.update(start + Duration::from_millis(216), 10 * 1800);
        assert!((jitter.seconds() - 0.001).abs() < 1e-6);
    }

    #[test]
    fn the_rate_is_that_of_the_last_second_and_falls_to_zero() {
        let start = Instant::now();
        let mut rate = Rate::new(start);
        for step in 0..=20 {
            rate.add(start + Duration::from_millis(step * 100), 1_000);
        }
        let now = start + Duration::from_millis(2_100);
        assert!((rate.bits_per_second(now) - 80_000.0).abs() < 4_001.0);
        assert!(rate.bits_per_second(now + Duration::from_secs(60)) < 1_000.0);
    }
}
