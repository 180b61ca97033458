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
