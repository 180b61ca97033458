//! Receiver reports (RFC 3550 s.6.4.2).

use super::{
    RECEIVER_REPORT,
    report_block::{REPORT_BLOCK_LEN, ReportBlock, split_blocks},
    writer::CompoundWriter,
};
use crate::ids::Ssrc;

/// What a receiver tells of the streams that it receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReceiverReport<'a> {
    blocks: &'a [[u8; REPORT_BLOCK_LEN]],
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let (_sender, blocks) = body.split_first_chunk::<4>()?;
        Some(Self {
            blocks: split_blocks(count, blocks)?,
        })
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = ReportBlock> + 'a {
        self.blocks.iter().map(ReportBlock::parse)
    }
}

impl CompoundWriter<'_> {
    /// Appends a receiver report with up to 31 blocks; whether it fitted.
    pub(crate) fn receiver_report(&mut self, sender: Ssrc, blocks: &[ReportBlock]) -> bool {
        self.part(RECEIVER_REPORT, blocks.len(), |cursor| {
            cursor.put(&sender.0.to_be_bytes())?;
            blocks.iter().try_for_each(|block| block.write(cursor))
        })
    }
}
