//! Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03 s.2.2).

use crate::ids::Ssrc;

/// What a receiver can take of some streams together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Remb<'a> {
    /// Saturates where 64 bits cannot hold it.
    pub(crate) bitrate_bps: u64,
    ssrcs: &'a [[u8; 4]],
}

/// Whether application layer feedback is a REMB, by its identifier.
pub(super) fn is_remb(body: &[u8]) -> bool {
    body.get(8..12) == Some(b"REMB")
}

impl<'a> Remb<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let (&[count, e0, m1, m2], ssrcs) = body.get(12..)?.split_first_chunk()?;
        let exponent = e0 >> 2;
        let mantissa = u64::from(u32::from_be_bytes([0, e0 & 3, m1, m2]));
        let (ssrcs, _) = ssrcs.as_chunks();
        Some(Self {
            bitrate_bps: mantissa.saturating_mul(1 << exponent),
            ssrcs: ssrcs.get(..count.into())?,
        })
    }

    pub(crate) fn ssrcs(&self) -> impl Iterator<Item = Ssrc> + 'a {
        self.ssrcs
            .iter()
            .map(|ssrc| Ssrc(u32::from_be_bytes(*ssrc)))
    }
}

pub(super) const FORMAT: u8 = 15;
