//! AV1 (the AOMedia RTP payload format, v1.0).

use super::{Part, Place};

/// Appends the aggregation header (s.4.4) and, in a frame's first packet, the OBU headers: a
/// sequence header and a frame in key frames, a frame alone in others.
pub(super) fn write(place: &Place, payload: &mut Vec<u8>) {
    let continues = if place.packet == 0 { 0 } else { CONTINUES };
    let goes_on = if place.packet + 1 == place.packets {
        0
    } else {
        GOES_ON
    };
    if place.packet > 0 {
        payload.push(continues | goes_on | ONE_ELEMENT);
    } else if place.key {
        payload.push(goes_on | TWO_ELEMENTS | NEW_SEQUENCE);
        payload.extend_from_slice(&SEQUENCE_HEADER);
        payload.extend_from_slice(&KEY_FRAME);
    } else {
        payload.push(goes_on | ONE_ELEMENT);
        payload.extend_from_slice(&DELTA_FRAME);
    }
}

/// Tells a frame's first packet by Z, and a key frame by N.
pub(super) fn read(payload: &[u8]) -> Option<Part> {
    let header = payload.first()?;
    Some(
        match (header & CONTINUES != 0, header & NEW_SEQUENCE != 0) {
            (true, _) => Part::Continuation,
            (false, true) => Part::KeyFrame,
            (false, false) => Part::Frame,
        },
    )
}

const CONTINUES: u8 = 0x80;
const GOES_ON: u8 = 0x40;
const ONE_ELEMENT: u8 = 0x10;
const TWO_ELEMENTS: u8 = 0x20;
const NEW_SEQUENCE: u8 = 0x08;
/// Eleven bytes: the OBU header (`OBU_SEQUENCE_HEADER`, no size field) and main profile, level 2.0.
const SEQUENCE_HEADER: [u8; 12] = [
    0x0B, 0x08, 0x00, 0x00, 0x00, 0x04, 0x45, 0x7E, 0x3E, 0xFF, 0xFC, 0xC0,
];
/// The OBU header (`OBU_FRAME`, no size field), then a shown key frame.
const KEY_FRAME: [u8; 2] = [0x30, 0x10];
/// The OBU header, then a shown inter frame.
const DELTA_FRAME: [u8; 2] = [0x30, 0x30];
