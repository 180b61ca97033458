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
