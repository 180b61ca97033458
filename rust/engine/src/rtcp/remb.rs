//! Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03 s.2.2).

/// What a receiver can take of all that we send it. Which streams it names is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Remb {
    /// Saturates where 64 bits cannot hold it.
    pub(crate) bitrate_bps: u64,
}

/// Whether application layer feedback is a REMB, by its identifier.
pub(super) fn is_remb(body: &[u8]) -> bool {
    body.get(8..12) == Some(b"REMB")
}

impl Remb {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let (&[count, e0, m1, m2], ssrcs) = body.get(12..)?.split_first_chunk()?;
        let exponent = e0 >> 2;
        let mantissa = u64::from(u32::from_be_bytes([0, e0 & 3, m1, m2]));
        (ssrcs.len() >= 4 * usize::from(count)).then_some(Self {
            bitrate_bps: mantissa.saturating_mul(1 << exponent),
        })
    }
}

pub(super) const FORMAT: u8 = 15;

#[cfg(test)]
mod tests {
    use crate::rtcp::{Malformed, RtcpPacket, testing::only};

    #[test]
    fn the_bitrate_is_read() {
        // Exponent 3, mantissa 0x20001.
        let compound = remb([2, 0x0E, 0x00, 0x01]);
        let Ok(RtcpPacket::Remb(remb)) = only(&compound) else {
            panic!("not a REMB");
        };
        assert_eq!(remb.bitrate_bps, 0x2_0001 << 3);
    }

    #[test]
    fn a_bitrate_beyond_64_bits_saturates() {
        let compound = remb([2, 0xFF, 0xFF, 0xFF]);
        let Ok(RtcpPacket::Remb(remb)) = only(&compound) else {
            panic!("not a REMB");
        };
        assert_eq!(remb.bitrate_bps, u64::MAX);
    }

    #[test]
    fn more_streams_than_there_is_room_for_are_refused() {
        assert_eq!(only(&remb([3, 0, 0, 1])), Err(Malformed));
    }

    #[test]
    fn other_application_feedback_is_unknown() {
        let mut compound = remb([2, 0, 0, 1]);
        compound[12] = b'r';
        assert!(matches!(
            only(&compound),
            Ok(RtcpPacket::Unknown {
                payload_type: 206,
                count: 15
            })
        ));
    }

    fn remb(estimate: [u8; 4]) -> Vec<u8> {
        let head = *b"\x8f\xce\0\x06\0\0\0\x01\0\0\0\0REMB";
        [&head[..], &estimate, &[0, 0, 0, 7], &[0, 0, 0, 8]].concat()
    }
}
