//! Report blocks, the same in sender and receiver reports (RFC 3550 s.6.4.1).

use crate::{ids::Ssrc, rtp::Cursor};

/// How well one stream is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReportBlock {
    /// The stream.
    pub(crate) ssrc: Ssrc,
    /// Lost since the last report, in 256ths.
    pub(crate) fraction_lost: u8,
    /// Lost since the beginning, 24 bits; negative where duplicates outnumber losses.
    pub(crate) cumulative_lost: i32,
    /// Cycles, then the highest sequence number received.
    pub(crate) highest_sequence: u32,
    /// Interarrival jitter in units of the RTP clock.
    pub(crate) jitter: u32,
    /// The middle 32 bits of the last sender report's NTP time; 0 if there was none.
    pub(crate) last_sr: u32,
    /// The time since that report, in 65,536ths of a second.
    pub(crate) delay_since_last_sr: u32,
}

impl ReportBlock {
    pub(super) fn parse(block: &[u8; REPORT_BLOCK_LEN]) -> Self {
        let (words, _) = block.as_chunks::<4>();
        let word = |at: usize| words.get(at).copied().map_or(0, u32::from_be_bytes);
        let [fraction_lost, l0, l1, l2] = word(1).to_be_bytes();
        Self {
            ssrc: Ssrc(word(0)),
            fraction_lost,
            cumulative_lost: i32::from_be_bytes([l0, l1, l2, 0]) >> 8,
            highest_sequence: word(2),
            jitter: word(3),
            last_sr: word(4),
            delay_since_last_sr: word(5),
        }
    }

    /// A loss beyond 24 bits is written as the nearest value (RFC 3550 s.A.3).
    pub(super) fn write(&self, cursor: &mut Cursor<'_>) -> Option<()> {
        let lost = self.cumulative_lost.clamp(-0x80_0000, 0x7F_FFFF);
        let [_, l0, l1, l2] = lost.to_be_bytes();
        cursor.put(&self.ssrc.0.to_be_bytes())?;
        cursor.put(&[self.fraction_lost, l0, l1, l2])?;
        cursor.put(&self.highest_sequence.to_be_bytes())?;
        cursor.put(&self.jitter.to_be_bytes())?;
        cursor.put(&self.last_sr.to_be_bytes())?;
        cursor.put(&self.delay_since_last_sr.to_be_bytes())
    }
}

/// The first `count` blocks of `bytes`; what follows them belongs to a profile (RFC 3550 s.6.4.3).
pub(super) fn split_blocks(count: u8, bytes: &[u8]) -> Option<&[[u8; REPORT_BLOCK_LEN]]> {
    let (blocks, _) = bytes.as_chunks();
    blocks.get(..count.into())
}

pub(super) const REPORT_BLOCK_LEN: usize = 24;
