//! VP9 (RFC 9628), flexible mode off, one spatial layer.

use super::{Part, Place};

/// Appends the payload descriptor (s.4.2, picture id of 15 bits; a scalability structure with the
/// size in key frames) and, in a frame's first packet, the start of the uncompressed header.
pub(super) fn write(place: &Place, payload: &mut Vec<u8>) {
    let first = place.packet == 0;
    let mut flags = PICTURE_ID;
    if !place.key {
        flags |= INTER;
    }
    if first {
        flags |= BEGIN;
    }
    if place.packet + 1 == place.packets {
        flags |= END;
    }
    if first && place.key {
        flags |= STRUCTURE;
    }
    let [high, low] = (place.picture & 0x7FFF).to_be_bytes();
    payload.extend_from_slice(&[flags, 0x80 | high, low]);
    if first && place.key {
        payload.extend_from_slice(&ONE_LAYER_320_X_180);
    }
    if first {
        payload.extend_from_slice(if place.key { &KEY_FRAME } else { &DELTA_FRAME });
    }
}

/// Tells a frame's first packet by B, and a key frame by P.
pub(super) fn read(payload: &[u8]) -> Option<Part> {
    let flags = payload.first()?;
    Some(match (flags & BEGIN != 0, flags & INTER != 0) {
        (true, false) => Part::KeyFrame,
        (true, true) => Part::Frame,
        (false, _) => Part::Continuation,
    })
}

const PICTURE_ID: u8 = 0x80;
const INTER: u8 = 0x40;
const BEGIN: u8 = 0x08;
const END: u8 = 0x04;
const STRUCTURE: u8 = 0x02;
/// `N_S` = 0, Y = 1, G = 0, then width and height.
const ONE_LAYER_320_X_180: [u8; 5] = [0x10, 0x01, 0x40, 0x00, 0xB4];
/// Frame marker, profile 0, key frame, shown, then the sync code (VP9 bitstream s.6.2).
const KEY_FRAME: [u8; 4] = [0x82, 0x49, 0x83, 0x42];
/// Frame marker, profile 0, not a key frame, shown.
const DELTA_FRAME: [u8; 2] = [0x86, 0x00];
