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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packet_of_rfc_7714_is_read() {
        let header = RtpHeader::parse(GALLIA).unwrap();
        assert_eq!(
            header,
            RtpHeader {
                marker: false,
                has_padding: false,
                payload_type: PayloadType(0x40),
                sequence: 0xF17B,
                timestamp: 0x8041_F8D3,
                ssrc: Ssrc(0x5501_A0B2),
                extension: None,
                len: 12,
            }
        );
        let payload = header.payload(GALLIA).unwrap();
        assert_eq!(&GALLIA[payload], b"Gallia est omnis divisa in partes tres");
    }

    #[test]
    fn csrcs_and_extension_block_lie_before_the_payload() {
        let packet = packet(0x80 | EXTENSION | 15, &[]);
        let header = RtpHeader::parse(&packet).unwrap();
        let block = header.extension.unwrap();
        assert_eq!((block.profile, block.start, block.end), (0xBEDE, 76, 80));
        assert_eq!(header.payload(&packet), Some(80..80));
    }

    #[test]
    fn a_packet_cut_anywhere_in_its_header_is_refused() {
        let packet = packet(0x80 | EXTENSION | 15, &[1, 2, 3]);
        let lengths = (0..=packet.len()).filter(|&len| RtpHeader::parse(&packet[..len]).is_some());
        assert!(lengths.eq(80..=83));
    }

    #[test]
    fn an_extension_block_longer_than_the_packet_is_refused() {
        let mut packet = packet(0x80 | EXTENSION, &[1, 2, 3]);
        packet[14..16].copy_from_slice(&[0xFF, 0xFF]);
        assert_eq!(RtpHeader::parse(&packet), None);
    }

    #[test]
    fn another_version_is_refused() {
        for version in [0x00, 0x40, 0xC0] {
            assert_eq!(RtpHeader::parse(&packet(version, &[1])), None);
        }
    }

    #[test]
    fn marker_and_payload_type_share_a_byte() {
        let mut packet = packet(0x80, &[]);
        packet[1] = 0xFF;
        let header = RtpHeader::parse(&packet).unwrap();
        assert!(header.marker);
        assert_eq!(header.payload_type, PayloadType(127));
    }

    #[test]
    fn padding_is_left_out_of_the_payload() {
        assert_eq!(payload_with_padding(&[7, 7, 7, 0, 2]), Some(12..15));
    }

    #[test]
    fn a_packet_of_padding_alone_has_an_empty_payload() {
        assert_eq!(payload_with_padding(&[0, 0, 3]), Some(12..12));
    }

    #[test]
    fn padding_of_no_length_or_beyond_the_payload_is_a_lie() {
        assert_eq!(payload_with_padding(&[7, 7, 0]), None);
        assert_eq!(payload_with_padding(&[7, 7, 4]), None);
        assert_eq!(payload_with_padding(&[255]), None);
    }

    #[test]
    fn a_packet_shorter_than_its_header_has_no_payload() {
        let packet = packet(0x80 | EXTENSION, &[]);
        let header = RtpHeader::parse(&packet).unwrap();
        assert_eq!(header.payload(&packet[..15]), None);
        assert_eq!(header.payload(&[]), None);
    }

    fn payload_with_padding(payload: &[u8]) -> Option<Range<usize>> {
        let packet = packet(0x80 | PADDING, payload);
        let Some(header) = RtpHeader::parse(&packet) else {
            panic!("the header is sound");
        };
        header.payload(&packet)
    }

    fn packet(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![first, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        packet.resize(12 + 4 * usize::from(first & CSRC_COUNT), 9);
        if first & EXTENSION != 0 {
            packet.extend([0xBE, 0xDE, 0, 1, 0x10, 0xAA, 0, 0]);
        }
        packet.extend(payload);
        packet
    }

    /// RFC 7714 s.16.
    const GALLIA: &[u8] =
        b"\x80\x40\xf1\x7b\x80\x41\xf8\xd3\x55\x01\xa0\xb2Gallia est omnis divisa in partes tres";
}
