//! How well a stream gets through, from 0 (nothing comes) to 10 (everything does).
//!
//! ```text
//! counts at the end of a report interval -> what the interval added -> its score
//!     -> weighted with the scores of the last intervals
//! ```

/// The score of one RTP stream, after mediasoup's worker (`RTC/RtpStream.cpp`, `RtpStreamRecv.cpp`).
#[derive(Debug)]
pub(crate) struct Score {
    /// After so many intervals without the packets that should have come, nothing comes.
    patience: u8,
    /// How many there were in a row.
    quiet: u8,
    before: Tally,
    recent: [u8; REMEMBERED],
    remembered: usize,
    value: Option<u8>,
}

/// Packets counted from the beginning of a stream.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    /// Sent, as far as the receiver can know.
    pub(crate) expected: u64,
    /// Not received the first time.
    pub(crate) lost: u64,
    /// Of those, received by a retransmission.
    pub(crate) repaired: u64,
    /// Retransmissions, needed or not.
    pub(crate) retransmitted: u64,
}

impl Score {
    /// Makes the score of a stream of which nothing has come.
    pub(crate) fn new(patience: u8) -> Self {
        Self {
            patience,
            quiet: 0,
            before: Tally::default(),
            recent: [0; REMEMBERED],
            remembered: 0,
            value: None,
        }
    }

    /// 0 to [`BEST`]; `None` before the first interval in which something came.
    pub(crate) fn value(&self) -> Option<u8> {
        self.value
    }

    /// Ends an interval with `total` counted so far; `awaited`: packets should have come in it.
    pub(crate) fn end_interval(&mut self, total: Tally, awaited: bool) {
        let before = std::mem::replace(&mut self.before, total);
        let added = total.since(before);
        if added.expected > 0 {
            self.quiet = 0;
            self.remember(added.score());
        } else if awaited {
            self.quiet = self.quiet.saturating_add(1);
            if self.quiet >= self.patience {
                self.fall_silent();
            }
        } else {
            self.quiet = 0;
        }
    }

    /// Nothing comes any more; what came before says nothing of what may come again.
    pub(crate) fn fall_silent(&mut self) {
        self.remembered = 0;
        self.value = self.value.map(|_| 0);
    }

    /// The newest interval has the greatest weight, the oldest one that of 1.
    fn remember(&mut self, score: u8) {
        self.recent.rotate_right(1);
        if let Some(newest) = self.recent.first_mut() {
            *newest = score;
        }
        self.remembered = REMEMBERED.min(self.remembered + 1);
        let weights = (1..=self.remembered).rev();
        let weighted = weights.clone().zip(self.recent);
        let sum: usize = weighted.map(|(weight, it)| weight * usize::from(it)).sum();
        let weight: usize = weights.sum();
        self.value = u8::try_from((sum + weight / 2) / weight).ok();
    }
}

impl Tally {
    /// A count may go back: what was taken for lost was only late.
    fn since(self, before: Self) -> Self {
        Self {
            expected: self.expected.saturating_sub(before.expected),
            lost: self.lost.saturating_sub(before.lost),
            repaired: self.repaired.saturating_sub(before.repaired),
            retransmitted: self.retransmitted.saturating_sub(before.retransmitted),
        }
    }

    /// The fourth power of the share that was delivered. A repaired packet counts in part: it came
    /// late, the less of it the more there were and the more often they had to be sent.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of one, of ten"
    )]
    fn score(self) -> u8 {
        let lost = self.lost.min(self.expected);
        let of_earlier_losses = self.repaired.saturating_sub(lost);
        let repaired = self.repaired - of_earlier_losses;
        let tries = self.retransmitted.saturating_sub(of_earlier_losses);
        let (expected, lost) = (float(self.expected), float(lost));
        let (repaired, tries) = (float(repaired), float(tries.max(repaired).max(1)));
        let worth = (expected / (expected + repaired)).powi(4) * repaired / tries;
        let delivered = 1.0 - (lost - repaired * worth) / expected;
        (delivered.powi(4) * f64::from(BEST)).round() as u8
    }
}

fn float(packets: u64) -> f64 {
    f64::from(u32::try_from(packets).unwrap_or(u32::MAX))
}

/// The score of a stream that gets through whole.
pub(crate) const BEST: u8 = 10;
/// mediasoup's `ScoreHistogramLength`.
const REMEMBERED: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_score_before_anything_came() {
        let mut score = Score::new(2);
        for _ in 0..5 {
            score.end_interval(Tally::default(), true);
        }
        assert_eq!(score.value(), None);
    }

    #[test]
    fn all_delivered_is_ten_and_the_less_the_worse() {
        let scores = [0, 1, 10, 30, 50, 100].map(|lost| interval(lost, 0, 0));
        assert_eq!(scores, [10, 10, 7, 2, 1, 0]);
    }

    #[test]
    fn repaired_packets_count_in_part_and_for_less_if_it_took_many_tries() {
        let [none, once, thrice] = [(0, 0), (30, 30), (30, 90)]
            .map(|(repaired, retransmitted)| interval(30, repaired, retransmitted));
        assert!(
            none < thrice && thrice < once && once < BEST,
            "{none} {thrice} {once}"
        );
        assert_eq!(interval(5, 5, 5), BEST);
    }

    #[test]
    fn repairs_of_earlier_losses_and_late_packets_do_no_harm() {
        assert_eq!(interval(0, 20, 20), BEST);
        let mut score = Score::new(2);
        score.end_interval(tally(100, 10), true);
        score.end_interval(tally(200, 5), true);
        score.end_interval(tally(300, 5), true);
        assert_eq!(score.value(), Some(10));
    }

    #[test]
    fn loss_is_forgotten_after_the_intervals_that_are_remembered() {
        let mut score = Score::new(2);
        score.end_interval(tally(100, 50), true);
        assert_eq!(score.value(), Some(1));
        let after: Vec<_> = (2..=30)
            .map(|count| {
                score.end_interval(tally(count * 100, 50), true);
                score.value().unwrap()
            })
            .collect();
        assert!(after.is_sorted() && after[0] < BEST, "{after:?}");
        assert_eq!(after.last(), Some(&BEST));
    }

    #[test]
    fn a_stream_that_is_awaited_in_vain_falls_to_zero_and_comes_back_unburdened() {
        let mut score = Score::new(2);
        score.end_interval(tally(100, 0), true);
        score.end_interval(tally(100, 0), true);
        assert_eq!(score.value(), Some(10));
        score.end_interval(tally(100, 0), true);
        assert_eq!(score.value(), Some(0));
        score.end_interval(tally(200, 0), true);
        assert_eq!(score.value(), Some(10));
    }

    #[test]
    fn a_stream_that_is_not_awaited_keeps_its_score() {
        let mut score = Score::new(2);
        score.end_interval(tally(100, 0), true);
        for _ in 0..5 {
            score.end_interval(tally(100, 0), false);
        }
        assert_eq!(score.value(), Some(10));
    }

    /// The score of an interval of 100 packets.
    fn interval(lost: u64, repaired: u64, retransmitted: u64) -> u8 {
        let mut score = Score::new(2);
        let total = Tally {
            repaired,
            retransmitted,
            ..tally(100, lost)
        };
        score.end_interval(total, true);
        score.value().unwrap()
    }

    fn tally(expected: u64, lost: u64) -> Tally {
        Tally {
            expected,
            lost,
            ..Tally::default()
        }
    }
}
