//! VP9 (RFC 9628 s.4.2).

/// Whether the packet begins (B = 1) a frame that depends on no earlier picture (P = 0), at the
/// lowest spatial layer: higher ones of a key picture have P = 0 as well, and need the lowest.
pub(super) fn starts_key_frame(payload: &[u8]) -> bool {
    payload
        .first()
        .is_some_and(|flags| flags & (BEGIN | INTER_PICTURE) == BEGIN)
        && spatial_layer(payload) == Some(0)
}

fn spatial_layer(payload: &[u8]) -> Option<u8> {
    let (flags, rest) = payload.split_first()?;
    let picture_id = match rest.first() {
        _ if flags & PICTURE_ID == 0 => 0,
        Some(id) if id & LONG_PICTURE_ID != 0 => 2,
        _ => 1,
    };
    if flags & LAYERS == 0 {
        return Some(0);
    }
    Some((rest.get(picture_id)? & SPATIAL_LAYER) >> 1)
}

const PICTURE_ID: u8 = 0x80;
const INTER_PICTURE: u8 = 0x40;
const LAYERS: u8 = 0x20;
const BEGIN: u8 = 0x08;
const LONG_PICTURE_ID: u8 = 0x80;
const SPATIAL_LAYER: u8 = 0x0E;
