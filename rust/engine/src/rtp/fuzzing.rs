//! Fuzz targets: RTP.

use super::{
    CodecKind, ExtensionIds, ExtensionKind, ExtensionValues, OutgoingHeader, RtpHeader,
    write_header,
};
use crate::{command::HeaderExtension, fuzzing::Input};

/// `data`: a packet. What is read of it lies in it, and comes back if it is written.
pub fn rtp_header(data: &[u8]) {
    let Some(header) = RtpHeader::parse(data) else {
        return;
    };
    assert!(header.len <= data.len());
    if let Some(payload) = header.payload(data) {
        assert_eq!(payload.start, header.len);
        assert!(data.get(payload).is_some());
    }
    let mut slot = [0; 12];
    let outgoing = outgoing(&header);
    assert_eq!(write_header(&mut slot, &outgoing, [].into_iter()), Some(12));
    let written = RtpHeader::parse(&slot).map(|written| self::outgoing(&written));
    assert_eq!(written, Some(outgoing));
}

/// `data`: a header extension's profile and its data. Values lie in the block; those that a block can
/// carry come back if they are written, under other ids as well.
pub fn rtp_extensions(data: &[u8]) {
    let packet = packet(data);
    let Some(header) = RtpHeader::parse(&packet) else {
        return;
    };
    let values = ExtensionValues::parse(&packet, &header, &ids(0));
    let total: usize = values.iter(&packet).map(|(_, value)| value.len()).sum();
    assert!(total <= data.len());
    for shift in [0, 100] {
        let ids = ids(shift);
        let mut slot = vec![0; 16 + 257 * ExtensionKind::ALL.len()];
        let kept = values.iter(&packet).filter(|(_, value)| !value.is_empty());
        let outgoing = kept
            .clone()
            .filter_map(|(kind, value)| Some((ids.id(kind)?, value)));
        let len = write_header(&mut slot, &self::outgoing(&header), outgoing);
        slot.truncate(len.unwrap_or(0));
        let written = RtpHeader::parse(&slot);
        let read = written.map(|header| ExtensionValues::parse(&slot, &header, &ids));
        assert!(read.is_some_and(|read| read.iter(&slot).eq(kept)));
    }
}

/// `data`: a codec's number, then a payload. A payload that starts a key frame does so whatever follows it.
pub fn codecs(data: &[u8]) {
    let mut input = Input(data);
    let codec = match input.byte() % 5 {
        0 => CodecKind::Vp8,
        1 => CodecKind::Vp9,
        2 => CodecKind::H264,
        3 => CodecKind::Av1,
        _ => CodecKind::Opus,
    };
    let payload = input.0;
    let but_last = payload.split_last().map_or(payload, |(_, rest)| rest);
    assert!(!codec.is_key_frame(but_last) || codec.is_key_frame(payload));
}

fn outgoing(header: &RtpHeader) -> OutgoingHeader {
    OutgoingHeader {
        marker: header.marker,
        payload_type: header.payload_type,
        sequence: header.sequence,
        timestamp: header.timestamp,
        ssrc: header.ssrc,
    }
}

fn packet(data: &[u8]) -> Vec<u8> {
    let mut input = Input(data);
    let profile: [u8; 2] = input.array();
    let words = u16::try_from(input.0.len() / 4).unwrap_or(u16::MAX);
    let fixed = [0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    [&fixed[..], &profile, &words.to_be_bytes(), input.0].concat()
}

/// Ids of both forms: 1 to 10, 15 and 255 at a `shift` of 0.
fn ids(shift: u8) -> ExtensionIds {
    let ids = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 255];
    let extensions = ExtensionKind::ALL.into_iter().zip(ids);
    let extensions: Vec<_> = extensions
        .map(|(uri, id)| HeaderExtension {
            uri,
            id: id ^ shift,
        })
        .collect();
    ExtensionIds::new(&extensions)
}
