//! The fixed RTP header (RFC 3550 s.5.1), which SRTP leaves in the clear.

use std::ops::Range;

use crate::ids::{PayloadType, Ssrc};

/// An RTP header, read once: protected and unprotected packets have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RtpHeader {
    pub(crate) marker: bool,
    pub(crate) has_padding: bool,
    pub(crate) payload_type: PayloadType,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: Ssrc,
    pub(crate) extension: Option<ExtensionBlock>,
    /// Bytes before the payload: fixed header, CSRCs, extension block.
    pub(crate) len: usize,
}

/// The header extension of RFC 3550 s.5.3.1: where its data lie in the packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExtensionBlock {
    /// "Defined by profile": tells the forms of RFC 8285.
    pub(crate) profile: u16,
    /// Offset of the first byte after the block's own four.
    pub(crate) start: usize,
    /// Offset of the payload.
    pub(crate) end: usize,
}

impl RtpHeader {
    /// Reads the header of `packet`, protected or not. `None` where the lengths in it leave the packet.
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let &[first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] =
            packet.first_chunk::<FIXED_LEN>()?;
        let csrcs_end = FIXED_LEN + 4 * usize::from(first & CSRC_COUNT);
        let extension = if first & EXTENSION == 0 {
            None
        } else {
            Some(ExtensionBlock::parse(packet, csrcs_end)?)
        };
        let len = extension.map_or(csrcs_end, |block| block.end);
        (first >> 6 == VERSION && len <= packet.len()).then_some(Self {
            marker: second & MARKER != 0,
            has_padding: first & PADDING != 0,
            payload_type: PayloadType(second & !MARKER),
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: Ssrc(u32::from_be_bytes([c0, c1, c2, c3])),
            extension,
            len,
        })
    }

    /// Where the payload lies in the unprotected `packet`, padding left out: empty where there is
    /// nothing but padding, `None` where the padding's length is 0 or reaches into the header.
    pub(crate) fn payload(&self, packet: &[u8]) -> Option<Range<usize>> {
        let padding = if self.has_padding {
            usize::from(*packet.last().filter(|&&len| len > 0)?)
        } else {
            0
        };
        let end = packet.len().checked_sub(padding)?;
        (self.len <= end).then_some(self.len..end)
    }
}

impl ExtensionBlock {
    fn parse(packet: &[u8], offset: usize) -> Option<Self> {
        let &[p0, p1, l0, l1] = packet.get(offset..)?.first_chunk::<4>()?;
        let start = offset + 4;
        Some(Self {
            profile: u16::from_be_bytes([p0, p1]),
            start,
            end: start + 4 * usize::from(u16::from_be_bytes([l0, l1])),
        })
    }
}

pub(super) const VERSION: u8 = 2;
pub(super) const EXTENSION: u8 = 0x10;
pub(super) const MARKER: u8 = 0x80;
const PADDING: u8 = 0x20;
const CSRC_COUNT: u8 = 0x0F;
const FIXED_LEN: usize = 12;
