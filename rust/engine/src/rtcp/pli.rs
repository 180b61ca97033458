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
