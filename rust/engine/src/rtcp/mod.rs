//! RTCP (RFC 3550 s.6, RFC 4585, RFC 5104): what arrives in compounds and what is written into them.
//!
//! ```text
//! compound -> Part (header, body without padding) -> RtcpPacket
//! CompoundWriter <- sender_report, receiver_report, sdes_cname, bye, pli, fir, nack
//! ```
//!
//! Each type has a file of its own for both directions.

mod bye;
mod fir;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod nack;
mod part;
mod pli;
mod receiver_report;
mod remb;
mod report_block;
mod sdes;
mod sender_report;
#[cfg(test)]
mod testing;
mod writer;

pub(crate) use bye::Bye;
pub(crate) use fir::Fir;
pub(crate) use nack::Nack;
pub(crate) use pli::Pli;
pub(crate) use receiver_report::ReceiverReport;
pub(crate) use remb::Remb;
pub(crate) use report_block::ReportBlock;
pub(crate) use sender_report::{SenderInfo, SenderReport};
pub(crate) use writer::CompoundWriter;

use part::Part;

/// One packet of a compound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RtcpPacket<'a> {
    SenderReport(SenderReport<'a>),
    ReceiverReport(ReceiverReport<'a>),
    /// Not looked into: a CNAME that counts comes by signalling.
    Sdes,
    Bye(Bye<'a>),
    Nack(Nack<'a>),
    Pli(Pli),
    Fir(Fir<'a>),
    Remb(Remb),
    /// What we have no use for.
    Unknown {
        payload_type: u8,
        /// Report count, or feedback message type.
        count: u8,
    },
}

/// A part whose content contradicts its length, or a length that leaves the datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Reads the packets of `compound` one by one.
///
/// A packet of which only the content lies is passed over; a length that leaves the datagram ends
/// the walk. Either is an error, once.
pub(crate) fn parse(
    compound: &[u8],
) -> impl Iterator<Item = Result<RtcpPacket<'_>, Malformed>> + '_ {
    let mut rest = compound;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((part, after)) = part::split_first(rest) else {
            rest = &[];
            return Some(Err(Malformed));
        };
        rest = after;
        Some(
            Part::parse(part)
                .and_then(RtcpPacket::parse)
                .ok_or(Malformed),
        )
    })
}

impl<'a> RtcpPacket<'a> {
    fn parse(part: Part<'a>) -> Option<Self> {
        let Part {
            payload_type,
            count,
            body,
        } = part;
        match (payload_type, count) {
            (SENDER_REPORT, _) => SenderReport::parse(count, body).map(Self::SenderReport),
            (RECEIVER_REPORT, _) => ReceiverReport::parse(count, body).map(Self::ReceiverReport),
            (SDES, _) => Some(Self::Sdes),
            (BYE, _) => Bye::parse(count, body).map(Self::Bye),
            (TRANSPORT_FEEDBACK, nack::FORMAT) => Nack::parse(body).map(Self::Nack),
            (PAYLOAD_FEEDBACK, pli::FORMAT) => Pli::parse(body).map(Self::Pli),
            (PAYLOAD_FEEDBACK, fir::FORMAT) => Fir::parse(body).map(Self::Fir),
            (PAYLOAD_FEEDBACK, remb::FORMAT) if remb::is_remb(body) => {
                Remb::parse(body).map(Self::Remb)
            }
            _ => Some(Self::Unknown {
                payload_type,
                count,
            }),
        }
    }
}

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SDES: u8 = 202;
const BYE: u8 = 203;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Ssrc;

    #[test]
    fn each_packet_of_a_compound_is_read() {
        let read: Vec<_> = parse(&compound()).map(|packet| kind(&packet)).collect();
        assert_eq!(
            read,
            [
                "sr", "sdes", "rr", "nack", "pli", "fir", "remb", "bye", "unknown"
            ]
        );
    }

    #[test]
    fn a_compound_cut_anywhere_yields_what_is_whole_and_one_error() {
        let whole = compound();
        let ends: Vec<_> = part_ends(&whole).collect();
        for len in 1..whole.len() {
            let cut: Vec<_> = parse(&whole[..len]).collect();
            let whole_parts = ends.iter().filter(|&&end| end <= len).count();
            let torn = usize::from(!ends.contains(&len));
            assert_eq!(cut.len(), whole_parts + torn, "{len} bytes");
            assert_eq!(cut.iter().filter(|part| part.is_err()).count(), torn);
        }
    }

    #[test]
    fn the_walk_goes_on_behind_a_part_that_lies() {
        let empty_nack = [0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
        let blockless_report = [0x9F, 201, 0, 1, 0, 0, 0, 1];
        let another_version = [0x41, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
        let padding_of_zero = [0xA0, 201, 0, 1, 0, 0, 0, 0];
        let padding_too_long = [0xA0, 201, 0, 1, 0, 0, 0, 5];
        for bad in [
            &empty_nack[..],
            &blockless_report,
            &another_version,
            &padding_of_zero,
            &padding_too_long,
        ] {
            let read: Vec<_> = parse(&[bad, &PLI].concat()).map(|p| kind(&p)).collect();
            assert_eq!(read, ["malformed", "pli"], "{bad:x?}");
        }
    }

    #[test]
    fn a_length_that_leaves_the_datagram_ends_the_walk() {
        let overlong = [0x81, 206, 0xFF, 0xFF];
        let compound = [&PLI[..], &overlong, &PLI].concat();
        let read: Vec<_> = parse(&compound).map(|packet| kind(&packet)).collect();
        assert_eq!(read, ["pli", "malformed"]);
    }

    #[test]
    fn padding_is_left_out() {
        let padded = [&[0xA1, 206, 0, 3], &PLI[4..], &[0, 0, 0, 4]].concat();
        let pli = RtcpPacket::Pli(Pli {
            media_ssrc: Ssrc(2),
        });
        assert!(parse(&padded).eq([Ok(pli)]));
    }

    #[test]
    fn nothing_holds_no_packets() {
        assert_eq!(parse(&[]).count(), 0);
    }

    #[test]
    fn every_type_and_count_is_read_or_refused_at_any_length() {
        for payload_type in 192..=223 {
            for first in 0x80..=0xBF {
                for words in 0_u8..9 {
                    let mut part = vec![4; 4 + 4 * usize::from(words)];
                    part[..4].copy_from_slice(&[first, payload_type, 0, words]);
                    assert_eq!(parse(&part).count(), 1);
                }
            }
        }
    }

    fn kind(packet: &Result<RtcpPacket<'_>, Malformed>) -> &'static str {
        match packet {
            Ok(RtcpPacket::SenderReport(_)) => "sr",
            Ok(RtcpPacket::ReceiverReport(_)) => "rr",
            Ok(RtcpPacket::Sdes) => "sdes",
            Ok(RtcpPacket::Bye(_)) => "bye",
            Ok(RtcpPacket::Nack(_)) => "nack",
            Ok(RtcpPacket::Pli(_)) => "pli",
            Ok(RtcpPacket::Fir(_)) => "fir",
            Ok(RtcpPacket::Remb(_)) => "remb",
            Ok(RtcpPacket::Unknown { .. }) => "unknown",
            Err(Malformed) => "malformed",
        }
    }

    fn part_ends(compound: &[u8]) -> impl Iterator<Item = usize> {
        let mut end = 0;
        std::iter::from_fn(move || {
            let length = compound.get(end + 2..end + 4)?;
            end += 4 + 4 * usize::from(u16::from_be_bytes([length[0], length[1]]));
            Some(end)
        })
    }

    fn compound() -> Vec<u8> {
        let mut slot = [0; 256];
        let mut writer = CompoundWriter::new(&mut slot);
        assert!(writer.sender_report(&INFO, &[]));
        assert!(writer.sdes_cname(Ssrc(1), "cname"));
        assert!(writer.receiver_report(Ssrc(1), &[]));
        assert!(writer.nack(Ssrc(1), Ssrc(2), [3]));
        assert!(writer.pli(Ssrc(1), Ssrc(2)));
        assert!(writer.fir(Ssrc(1), Ssrc(2), 3));
        let len = writer.len();
        [&slot[..len], &REMB, &BYE_OF_ONE, &UNKNOWN].concat()
    }

    const INFO: SenderInfo = SenderInfo {
        ssrc: Ssrc(1),
        ntp_time: 2,
        rtp_time: 3,
        packets: 4,
        bytes: 5,
    };
    const PLI: [u8; 12] = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
    const REMB: [u8; 20] = *b"\x8f\xce\0\x04\0\0\0\x01\0\0\0\0REMB\0\0\0\x07";
    const BYE_OF_ONE: [u8; 8] = [0x81, 203, 0, 1, 0, 0, 0, 1];
    const UNKNOWN: [u8; 4] = [0x80, 207, 0, 0];
}
