//! Sender reports (RFC 3550 s.6.4.1).

use super::{
    SENDER_REPORT,
    report_block::{REPORT_BLOCK_LEN, ReportBlock, split_blocks},
    writer::CompoundWriter,
};
use crate::ids::Ssrc;

/// What a sender tells of its own stream, and of those that it receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SenderReport<'a> {
    pub(crate) info: SenderInfo,
    blocks: &'a [[u8; REPORT_BLOCK_LEN]],
}

/// The sender information of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SenderInfo {
    pub(crate) ssrc: Ssrc,
    /// Seconds since 1900, 32.32 fixed point.
    pub(crate) ntp_time: u64,
    /// The same instant on the RTP clock.
    pub(crate) rtp_time: u32,
    /// Packets sent so far.
    pub(crate) packets: u32,
    /// Payload bytes sent so far, headers and padding left out.
    pub(crate) bytes: u32,
}

impl<'a> SenderReport<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let (info, blocks) = body.split_first_chunk()?;
        Some(Self {
            info: SenderInfo::parse(info),
            blocks: split_blocks(count, blocks)?,
        })
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = ReportBlock> + 'a {
        self.blocks.iter().map(ReportBlock::parse)
    }
}

impl SenderInfo {
    fn parse(info: &[u8; SENDER_INFO_LEN]) -> Self {
        let (words, _) = info.as_chunks::<4>();
        let word = |at: usize| words.get(at).copied().map_or(0, u32::from_be_bytes);
        Self {
            ssrc: Ssrc(word(0)),
            ntp_time: u64::from(word(1)) << 32 | u64::from(word(2)),
            rtp_time: word(3),
            packets: word(4),
            bytes: word(5),
        }
    }
}

impl CompoundWriter<'_> {
    /// Appends a sender report with up to 31 blocks; whether it fitted.
    pub(crate) fn sender_report(&mut self, info: &SenderInfo, blocks: &[ReportBlock]) -> bool {
        self.part(SENDER_REPORT, blocks.len(), |cursor| {
            cursor.put(&info.ssrc.0.to_be_bytes())?;
            cursor.put(&info.ntp_time.to_be_bytes())?;
            cursor.put(&info.rtp_time.to_be_bytes())?;
            cursor.put(&info.packets.to_be_bytes())?;
            cursor.put(&info.bytes.to_be_bytes())?;
            blocks.iter().try_for_each(|block| block.write(cursor))
        })
    }
}

const SENDER_INFO_LEN: usize = 24;
