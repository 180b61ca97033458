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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_depends_on_nothing_is_a_key_frame() {
        assert!(starts_key_frame(&[BEGIN, 0x82]));
        assert!(starts_key_frame(&[BEGIN | PICTURE_ID, 0x92, 0x34, 0x82]));
    }

    #[test]
    fn an_inter_picture_and_a_continuation_are_not() {
        assert!(!starts_key_frame(&[BEGIN | INTER_PICTURE, 0x82]));
        assert!(!starts_key_frame(&[0, 0x82]));
    }

    #[test]
    fn only_the_lowest_spatial_layer_counts() {
        for picture_id in [&[0x12][..], &[0x92, 0x34]] {
            let flags = BEGIN | PICTURE_ID | LAYERS;
            // TID 7, U and D set: neither matters.
            let lowest = [&[flags], picture_id, &[0xF1]].concat();
            let higher = [&[flags], picture_id, &[0xF3]].concat();
            assert!(starts_key_frame(&lowest));
            assert!(!starts_key_frame(&higher));
        }
    }

    #[test]
    fn a_descriptor_cut_before_its_layer_starts_nothing() {
        let payload = [BEGIN | PICTURE_ID | LAYERS, 0x92, 0x34, 0x00];
        for len in 0..4 {
            assert!(!starts_key_frame(&payload[..len]), "{len} bytes");
        }
        assert!(starts_key_frame(&payload));
    }
}
