//! VP8 (RFC 7741).

use super::{Part, Place};

/// Appends the payload descriptor (s.4.2: picture id of 15 bits, `TL0PICIDX`, `TID` and `KEYIDX`) and,
/// in a frame's first packet, the frame header (RFC 6386 s.9.1).
pub(super) fn write(place: &Place, payload: &mut Vec<u8>) {
    let start = if place.packet == 0 { START } else { 0 };
    let [high, low] = (place.picture & 0x7FFF).to_be_bytes();
    payload.extend_from_slice(&[EXTENDED | start, ALL_FIELDS, 0x80 | high, low, low, 0]);
    if place.packet == 0 {
        payload.extend_from_slice(if place.key { &KEY_FRAME } else { &DELTA_FRAME });
    }
}

/// Tells a frame's first packet by S and PID, and a key frame by the P bit and the start code.
pub(super) fn read(payload: &[u8]) -> Option<Part> {
    let (first, rest) = payload.split_first()?;
    let rest = if first & EXTENDED == 0 {
        rest
    } else {
        skip_extension(rest)?
    };
    if first & START == 0 || first & PARTITION != 0 {
        return Some(Part::Continuation);
    }
    let inter = rest.first()? & 1 == 1;
    if inter {
        return Some(Part::Frame);
    }
    (rest.get(3..6)? == START_CODE).then_some(Part::KeyFrame)
}

fn skip_extension(payload: &[u8]) -> Option<&[u8]> {
    let (fields, mut rest) = payload.split_first()?;
    if fields & 0x80 != 0 {
        let long = rest.first()? & 0x80 != 0;
        rest = rest.get(if long { 2 } else { 1 }..)?;
    }
    if fields & 0x40 != 0 {
        rest = rest.get(1..)?;
    }
    if fields & 0x30 != 0 {
        rest = rest.get(1..)?;
    }
    Some(rest)
}

const EXTENDED: u8 = 0x80;
const START: u8 = 0x10;
const PARTITION: u8 = 0x07;
/// I, L, T and K.
const ALL_FIELDS: u8 = 0xF0;
const START_CODE: [u8; 3] = [0x9D, 0x01, 0x2A];
/// P = 0, version 0, shown, then the start code and 320 x 180.
const KEY_FRAME: [u8; 10] = [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xB4, 0x00];
/// P = 1, version 0, shown.
const DELTA_FRAME: [u8; 3] = [0x11, 0x02, 0x00];
