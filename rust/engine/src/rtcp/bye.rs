//! Goodbyes (RFC 3550 s.6.6).

use super::{BYE, writer::CompoundWriter};
use crate::ids::Ssrc;

/// Streams that have ended. The reason, where there is one, is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bye<'a> {
    ssrcs: &'a [[u8; 4]],
}

impl<'a> Bye<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let (words, _) = body.as_chunks();
        Some(Self {
            ssrcs: words.get(..count.into())?,
        })
    }

    pub(crate) fn ssrcs(&self) -> impl Iterator<Item = Ssrc> + 'a {
        self.ssrcs
            .iter()
            .map(|ssrc| Ssrc(u32::from_be_bytes(*ssrc)))
    }
}

impl CompoundWriter<'_> {
    /// Appends a goodbye of `ssrc`; whether it fitted.
    pub(crate) fn bye(&mut self, ssrc: Ssrc) -> bool {
        self.part(BYE, 1, |cursor| cursor.put(&ssrc.0.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{
        Malformed, RtcpPacket,
        testing::{only, read_by_rtc, written},
    };

    #[test]
    fn the_sources_are_read_and_the_reason_is_not() {
        let compound = b"\x82\xcb\0\x04\0\0\0\x01\0\0\0\x02\x06so far\0";
        let Ok(RtcpPacket::Bye(bye)) = only(compound) else {
            panic!("not a goodbye");
        };
        assert!(bye.ssrcs().eq([Ssrc(1), Ssrc(2)]));
    }

    #[test]
    fn what_is_written_is_read() {
        let compound = written(|writer| writer.bye(Ssrc(9)));
        let Ok(RtcpPacket::Bye(bye)) = only(&compound) else {
            panic!("not a goodbye");
        };
        assert!(bye.ssrcs().eq([Ssrc(9)]));
        let theirs: rtc::rtcp::goodbye::Goodbye = read_by_rtc(&compound);
        assert_eq!(theirs.sources, [9]);
    }

    #[test]
    fn more_sources_than_there_is_room_for_are_refused() {
        assert_eq!(only(&[0x82, 203, 0, 1, 0, 0, 0, 1]), Err(Malformed));
        assert_eq!(only(&[0x81, 203, 0, 0]), Err(Malformed));
    }

    #[test]
    fn a_goodbye_of_nobody_is_legal() {
        assert!(
            matches!(only(&[0x80, 203, 0, 0]), Ok(RtcpPacket::Bye(bye)) if bye.ssrcs().count() == 0)
        );
    }
}
