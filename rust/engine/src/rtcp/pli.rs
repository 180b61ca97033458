//! Picture loss indications (RFC 4585 s.6.3.1).

use super::{PAYLOAD_FEEDBACK, writer::CompoundWriter};
use crate::ids::Ssrc;

/// Asks for a key frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pli {
    pub(crate) media_ssrc: Ssrc,
}

impl Pli {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let (_sender, rest) = body.split_first_chunk::<4>()?;
        Some(Self {
            media_ssrc: Ssrc(u32::from_be_bytes(*rest.first_chunk()?)),
        })
    }
}

impl CompoundWriter<'_> {
    /// Appends a picture loss indication; whether it fitted.
    pub(crate) fn pli(&mut self, sender: Ssrc, media: Ssrc) -> bool {
        self.part(PAYLOAD_FEEDBACK, FORMAT.into(), |cursor| {
            cursor.put(&sender.0.to_be_bytes())?;
            cursor.put(&media.0.to_be_bytes())
        })
    }
}

pub(super) const FORMAT: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{
        RtcpPacket,
        testing::{assert_no_truncation_is_read, only, read_by_rtc, written},
    };
    use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;

    #[test]
    fn an_indication_has_the_layout_of_rfc_4585() {
        let compound = written(|writer| writer.pli(Ssrc(1), Ssrc(2)));
        assert_eq!(compound, [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]);
        let pli = Pli {
            media_ssrc: Ssrc(2),
        };
        assert_eq!(only(&compound), Ok(RtcpPacket::Pli(pli)));
    }

    #[test]
    fn another_implementation_reads_it() {
        let compound = written(|writer| writer.pli(Ssrc(1), Ssrc(2)));
        let theirs: PictureLossIndication = read_by_rtc(&compound);
        assert_eq!((theirs.sender_ssrc, theirs.media_ssrc), (1, 2));
    }

    #[test]
    fn an_indication_cut_anywhere_is_refused() {
        assert_no_truncation_is_read(&written(|writer| writer.pli(Ssrc(1), Ssrc(2))));
    }
}
