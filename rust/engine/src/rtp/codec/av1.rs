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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_packet_of_a_sequence_is_a_key_frame() {
        // W = 1, N = 1, then the header of a sequence header OBU.
        assert!(starts_key_frame(&[0x18, 0x0A]));
    }

    #[test]
    fn other_packets_are_not() {
        assert!(!starts_key_frame(&[0x10, 0x32]));
        assert!(!starts_key_frame(&[0x98, 0x0A]));
    }

    #[test]
    fn a_packet_without_an_obu_starts_nothing() {
        assert!(!starts_key_frame(&[]));
        assert!(!starts_key_frame(&[0x18]));
    }
}
