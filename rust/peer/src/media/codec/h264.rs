//! H.264 (RFC 6184), packetization mode 1.

use super::{Part, Place};

/// Appends the payload headers: a key frame is one STAP-A of SPS, PPS and SEI (which holds the
/// body), then an IDR slice; any other frame is one slice. Slices of several packets are FU-As.
pub(super) fn write(place: &Place, payload: &mut Vec<u8>) {
    if place.key && place.packet == 0 {
        write_parameter_sets(place.body, payload);
        return;
    }
    let before_slice = u16::from(place.key);
    let (unit, slice_header) = if place.key {
        (IDR, IDR_SLICE_HEADER)
    } else {
        (SLICE, SLICE_HEADER)
    };
    let start = place.packet == before_slice;
    let end = place.packet + 1 == place.packets;
    if start && end {
        payload.push(REFERENCE | unit);
    } else {
        let edges = if start { FU_START } else { 0 } | if end { FU_END } else { 0 };
        payload.extend_from_slice(&[REFERENCE | FU_A, edges | unit]);
    }
    if start {
        payload.extend_from_slice(&slice_header);
    }
}

/// Tells a key frame by its SPS or IDR slice, alone, in a STAP-A or in the first FU-A.
pub(super) fn read(payload: &[u8]) -> Option<Part> {
    match payload.first()? & TYPE {
        SLICE => Some(Part::Frame),
        IDR | SPS => Some(Part::KeyFrame),
        STAP_A => {
            let unit = payload.get(3)? & TYPE;
            Some(if unit == SPS || unit == IDR {
                Part::KeyFrame
            } else {
                Part::Frame
            })
        }
        FU_A => read_fragment(*payload.get(1)?),
        _ => None,
    }
}

fn read_fragment(header: u8) -> Option<Part> {
    if header & FU_START == 0 {
        return Some(Part::Continuation);
    }
    match header & TYPE {
        IDR => Some(Part::KeyFrame),
        SLICE => Some(Part::Frame),
        _ => None,
    }
}

fn write_parameter_sets(body: u16, payload: &mut Vec<u8>) {
    payload.push(REFERENCE | STAP_A);
    for unit in [&SEQUENCE_PARAMETERS[..], &PICTURE_PARAMETERS[..]] {
        payload.extend_from_slice(&u16::try_from(unit.len()).unwrap_or(0).to_be_bytes());
        payload.extend_from_slice(unit);
    }
    payload.extend_from_slice(&(body + 1).to_be_bytes());
    payload.push(SEI);
}

const TYPE: u8 = 0x1F;
const REFERENCE: u8 = 0x60;
const SLICE: u8 = 1;
const IDR: u8 = 5;
const SEI: u8 = 6;
const SPS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;
const FU_START: u8 = 0x80;
const FU_END: u8 = 0x40;
/// `first_mb_in_slice` 0, an I slice, `pic_parameter_set_id` 0.
const IDR_SLICE_HEADER: [u8; 2] = [0x88, 0x84];
/// `first_mb_in_slice` 0, a P slice, `pic_parameter_set_id` 0.
const SLICE_HEADER: [u8; 2] = [0x9A, 0x26];
/// Constrained baseline, level 3.1.
const SEQUENCE_PARAMETERS: [u8; 9] = [0x67, 0x42, 0xE0, 0x1F, 0xDA, 0x02, 0x80, 0xF6, 0x84];
const PICTURE_PARAMETERS: [u8; 4] = [0x68, 0xCE, 0x06, 0xE2];
