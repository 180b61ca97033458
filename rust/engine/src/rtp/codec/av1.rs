//! AV1 (the AOMedia RTP payload format, s.4.4).

/// Whether the packet is the first of a coded video sequence, which a key frame begins: N = 1, and
/// Z = 0, as nothing can be continued there.
pub(super) fn starts_key_frame(payload: &[u8]) -> bool {
    let elements = payload.split_first();
    elements.is_some_and(|(header, elements)| {
        header & (NEW_SEQUENCE | CONTINUATION) == NEW_SEQUENCE && !elements.is_empty()
    })
}

const CONTINUATION: u8 = 0x80;
const NEW_SEQUENCE: u8 = 0x08;
