//! What a receiver reports of a stream: loss and jitter (RFC 3550 s.6.4.1, A.3, A.8).

use std::time::{Duration, Instant};

use crate::{ids::Ssrc, router::clock::Ntp, rtcp::ReportBlock};

/// The reception of one RTP stream as its packets first came; repaired ones count as lost.
#[derive(Debug)]
pub(crate) struct Reception {
    clock_rate: u32,
    span: Option<Span>,
    received: u64,
    before: Counts,
    transit: Option<(Instant, u32)>,
    /// In RTP ticks.
    jitter: f64,
    fraction_lost: u8,
    last_report: Option<(Ntp, Instant)>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    first: u64,
    highest: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    expected: u64,
    received: u64,
}

impl Reception {
    /// Nothing has come yet of a stream of `clock_rate` ticks a second.
    pub(crate) fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate: clock_rate.max(1),
            span: None,
            received: 0,
            before: Counts::default(),
            transit: None,
            jitter: 0.0,
            fraction_lost: 0,
            last_report: None,
        }
    }

    /// Takes a packet with an unwrapped sequence number.
    pub(crate) fn packet(&mut self, sequence: u64, timestamp: u32, now: Instant) {
        let span = self.span.get_or_insert(Span {
            first: sequence,
            highest: sequence,
        });
        span.first = span.first.min(sequence);
        span.highest = span.highest.max(sequence);
        self.received += 1;
        self.update_jitter(timestamp, now);
    }

    /// Takes the time in a sender report.
    pub(crate) fn sender_report(&mut self, ntp: Ntp, now: Instant) {
        self.last_report = Some((ntp, now));
    }

    /// Packets from the first that came to the newest.
    pub(crate) fn expected(&self) -> u64 {
        self.span.map_or(0, |span| span.highest - span.first + 1)
    }

    /// Packets that have not come the first time.
    pub(crate) fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    /// The share of packets lost between the last two reports, in 256ths.
    pub(crate) fn fraction_lost(&self) -> u8 {
        self.fraction_lost
    }

    /// In RTP ticks.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float saturates, and jitter is never negative"
    )]
    pub(crate) fn jitter(&self) -> u32 {
        self.jitter as u32
    }

    /// The block for the next report; `None` before the first packet.
    pub(crate) fn report(&mut self, ssrc: Ssrc, now: Instant) -> Option<ReportBlock> {
        let span = self.span?;
        self.fraction_lost = self.take_fraction_lost();
        let (last_sr, delay_since_last_sr) = self.last_report.map_or((0, 0), |(ntp, arrived)| {
            let held = now.saturating_duration_since(arrived);
            (ntp.middle(), sixty_five_thousandths(held))
        });
        Some(ReportBlock {
            ssrc,
            fraction_lost: self.fraction_lost,
            cumulative_lost: i32::try_from(self.lost().min(MAX_LOST)).unwrap_or(0),
            highest_sequence: low_half(span.highest),
            jitter: self.jitter(),
            last_sr,
            delay_since_last_sr,
        })
    }

    fn take_fraction_lost(&mut self) -> u8 {
        let now = Counts {
            expected: self.expected(),
            received: self.received,
        };
        let expected = now.expected - self.before.expected;
        let received = now.received - self.before.received;
        self.before = now;
        let lost = expected.saturating_sub(received);
        let share = (lost * 256).checked_div(expected).unwrap_or(0);
        u8::try_from(share).unwrap_or(u8::MAX)
    }

    fn update_jitter(&mut self, timestamp: u32, now: Instant) {
        if let Some((last, last_timestamp)) = self.transit.replace((now, timestamp)) {
            let apart = now.saturating_duration_since(last).as_secs_f64();
            let ticks = f64::from(timestamp.wrapping_sub(last_timestamp).cast_signed());
            let difference = (apart * f64::from(self.clock_rate) - ticks).abs();
            self.jitter += (difference - self.jitter) / 16.0;
        }
    }
}

fn sixty_five_thousandths(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros() * 65_536 / 1_000_000).unwrap_or(u32::MAX)
}

fn low_half(sequence: u64) -> u32 {
    let [.., a, b, c, d] = sequence.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// The field has 24 bits with a sign.
const MAX_LOST: u64 = 0x7F_FFFF;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::testing::start;

    #[test]
    fn nothing_is_reported_before_the_first_packet() {
        let mut reception = Reception::new(90_000);
        assert!(reception.report(Ssrc(1), start()).is_none());
    }

    #[test]
    fn loss_is_told_as_a_share_since_the_last_report_and_as_a_sum() {
        let now = start();
        let mut reception = Reception::new(90_000);
        for sequence in (0..10).filter(|sequence| sequence % 2 == 1) {
            reception.packet(65_536 + sequence, 0, now);
        }
        // Nine are expected from the first that came to the last; four of them are missing.
        let report = reception.report(Ssrc(1), now).unwrap();
        assert_eq!(report.cumulative_lost, 4);
        assert_eq!(report.fraction_lost, u8::try_from(4 * 256 / 9).unwrap());
        reception.packet(65_546, 0, now);
        let report = reception.report(Ssrc(1), now).unwrap();
        assert_eq!((report.fraction_lost, report.cumulative_lost), (0, 4));
        assert_eq!(report.highest_sequence, 65_546);
    }

    #[test]
    fn the_last_sender_report_is_answered_with_the_time_since() {
        let now = start();
        let mut reception = Reception::new(90_000);
        reception.packet(70_000, 0, now);
        reception.sender_report(Ntp(0x1111_2222_3333_4444), now);
        let report = reception.report(Ssrc(1), now + Duration::from_millis(500));
        let report = report.unwrap();
        assert_eq!(report.last_sr, 0x2222_3333);
        assert_eq!(report.delay_since_last_sr, 32_768);
    }

    #[test]
    fn jitter_is_the_deviation_of_arrivals_from_timestamps() {
        let now = start();
        let mut reception = Reception::new(90_000);
        for frame in 0..20_u32 {
            let late = if frame % 2 == 1 { 4 } else { 0 };
            let arrival = now + Duration::from_millis(u64::from(frame * 20 + late));
            reception.packet(70_000 + u64::from(frame), frame * 1_800, arrival);
        }
        // Each distance is 4 ms (360 ticks) off; 19 steps of 1/16 towards it.
        let expected = 360.0 * (1.0 - (15.0_f64 / 16.0).powi(19));
        assert!((f64::from(reception.jitter()) - expected).abs() < 2.0);
    }
}
