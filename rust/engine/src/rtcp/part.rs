//! One packet of a compound before its type is looked at (RFC 3550 s.6.4).

/// A packet's common header and what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) payload_type: u8,
    /// Report count, source count or feedback message type: five bits.
    pub(super) count: u8,
    /// What follows the header, padding left out.
    pub(super) body: &'a [u8],
}

impl<'a> Part<'a> {
    /// Reads a packet of exactly its own length; `None` where version or padding are wrong.
    pub(super) fn parse(packet: &'a [u8]) -> Option<Self> {
        let (&[first, payload_type, _, _], body) = packet.split_first_chunk::<HEADER_LEN>()?;
        let body = if first & PADDING == 0 {
            body
        } else {
            without_padding(body)?
        };
        (first >> 6 == VERSION).then_some(Self {
            payload_type,
            count: first & COUNT,
            body,
        })
    }
}

/// Splits the first packet off, by its own length; `None` where that leaves the datagram.
pub(super) fn split_first(compound: &[u8]) -> Option<(&[u8], &[u8])> {
    let &[_, _, l0, l1] = compound.first_chunk::<HEADER_LEN>()?;
    let words = usize::from(u16::from_be_bytes([l0, l1]));
    compound.split_at_checked(HEADER_LEN + 4 * words)
}

fn without_padding(body: &[u8]) -> Option<&[u8]> {
    let padding = body.last().copied().filter(|&len| len > 0)?;
    body.get(..body.len().checked_sub(padding.into())?)
}

pub(super) const HEADER_LEN: usize = 4;
pub(super) const VERSION: u8 = 2;
pub(super) const COUNT: u8 = 0x1F;
const PADDING: u8 = 0x20;
