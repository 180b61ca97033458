//! Full intra requests (RFC 5104 s.4.3.1).

use super::{PAYLOAD_FEEDBACK, writer::CompoundWriter};
use crate::ids::Ssrc;

/// Asks for key frames of some streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fir<'a> {
    entries: &'a [[u8; ENTRY_LEN]],
}

/// One stream of which a key frame is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FirEntry {
    pub(crate) ssrc: Ssrc,
    /// The request's number: a repetition has the same.
    pub(crate) sequence: u8,
}

impl<'a> Fir<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let (_sender_and_media, entries) = body.split_first_chunk::<8>()?;
        let (entries, rest) = entries.as_chunks();
        (rest.is_empty() && !entries.is_empty()).then_some(Self { entries })
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = FirEntry> + 'a {
        self.entries
            .iter()
            .map(|&[s0, s1, s2, s3, sequence, ..]| FirEntry {
                ssrc: Ssrc(u32::from_be_bytes([s0, s1, s2, s3])),
                sequence,
            })
    }
}

impl CompoundWriter<'_> {
    /// Appends a full intra request for `media`; whether it fitted.
    pub(crate) fn fir(&mut self, sender: Ssrc, media: Ssrc, sequence: u8) -> bool {
        self.part(PAYLOAD_FEEDBACK, FORMAT.into(), |cursor| {
            cursor.put(&sender.0.to_be_bytes())?;
            // RFC 5104 s.4.3.1.2: the media source of the common header is not used.
            cursor.put(&[0; 4])?;
            cursor.put(&media.0.to_be_bytes())?;
            cursor.put(&[sequence, 0, 0, 0])
        })
    }
}

pub(super) const FORMAT: u8 = 4;
const ENTRY_LEN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{
        Malformed, RtcpPacket,
        testing::{assert_no_truncation_is_read, only, read_by_rtc, written},
    };
    use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;

    #[test]
    fn a_request_has_the_layout_of_rfc_5104() {
        let compound = written(|writer| writer.fir(Ssrc(1), Ssrc(2), 3));
        assert_eq!(
            compound,
            [
                0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0
            ]
        );
    }

    #[test]
    fn each_entry_is_read() {
        let mut compound = written(|writer| writer.fir(Ssrc(1), Ssrc(2), 3));
        compound.extend([0, 0, 0, 4, 5, 9, 9, 9]);
        compound[3] = 6;
        let Ok(RtcpPacket::Fir(fir)) = only(&compound) else {
            panic!("not a full intra request");
        };
        assert!(fir.entries().eq([
            FirEntry {
                ssrc: Ssrc(2),
                sequence: 3
            },
            FirEntry {
                ssrc: Ssrc(4),
                sequence: 5
            },
        ]));
    }

    #[test]
    fn another_implementation_reads_it() {
        let compound = written(|writer| writer.fir(Ssrc(1), Ssrc(2), 3));
        let theirs: FullIntraRequest = read_by_rtc(&compound);
        assert_eq!((theirs.fir[0].ssrc, theirs.fir[0].sequence_number), (2, 3));
    }

    #[test]
    fn a_request_cut_anywhere_is_refused() {
        assert_no_truncation_is_read(&written(|writer| writer.fir(Ssrc(1), Ssrc(2), 3)));
    }

    #[test]
    fn half_an_entry_is_refused() {
        let mut compound = written(|writer| writer.fir(Ssrc(1), Ssrc(2), 3));
        compound.extend([0; 4]);
        compound[3] = 5;
        assert_eq!(only(&compound), Err(Malformed));
    }
}
