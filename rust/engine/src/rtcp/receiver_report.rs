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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{
        RtcpPacket,
        testing::{assert_no_truncation_is_read, only, read_by_rtc, written},
    };

    #[test]
    fn a_report_has_the_layout_of_rfc_3550() {
        let mut expected = vec![
            0x81, 201, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4, 0x40, 0xFF, 0xFF, 0xFE,
        ];
        for word in [0x0001_1234_u32, 5, 6, 7] {
            expected.extend(word.to_be_bytes());
        }
        assert_eq!(
            written(|writer| writer.receiver_report(Ssrc(9), &[BLOCK])),
            expected
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let compound = written(|writer| writer.receiver_report(Ssrc(9), &[BLOCK; 31]));
        let Ok(RtcpPacket::ReceiverReport(report)) = only(&compound) else {
            panic!("not a receiver report");
        };
        assert!(report.blocks().eq([BLOCK; 31]));
    }

    #[test]
    fn another_implementation_reads_it() {
        let compound = written(|writer| writer.receiver_report(Ssrc(9), &[BLOCK]));
        let report: rtc::rtcp::receiver_report::ReceiverReport = read_by_rtc(&compound);
        assert_eq!(report.ssrc, 9);
        let block = &report.reports[0];
        assert_eq!((block.ssrc, block.fraction_lost), (0x0102_0304, 0x40));
        assert_eq!((block.jitter, block.delay), (5, 7));
        assert_eq!(block.last_sequence_number, 0x0001_1234);
    }

    #[test]
    fn more_blocks_than_five_bits_count_are_refused() {
        let mut slot = [0; 1024];
        assert!(!CompoundWriter::new(&mut slot).receiver_report(Ssrc(9), &[BLOCK; 32]));
    }

    #[test]
    fn a_report_cut_anywhere_is_refused() {
        assert_no_truncation_is_read(&written(|writer| {
            writer.receiver_report(Ssrc(9), &[BLOCK, BLOCK])
        }));
    }

    const BLOCK: ReportBlock = ReportBlock {
        ssrc: Ssrc(0x0102_0304),
        fraction_lost: 0x40,
        cumulative_lost: -2,
        highest_sequence: 0x0001_1234,
        jitter: 5,
        last_sr: 6,
        delay_since_last_sr: 7,
    };
}
