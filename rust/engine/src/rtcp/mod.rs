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
mod nack;
mod part;
mod pli;
mod receiver_report;
mod remb;
mod report_block;
mod sdes;
mod sender_report;
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
    Remb(Remb<'a>),
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
