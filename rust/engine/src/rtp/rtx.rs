//! Retransmissions (RFC 4588 s.4): the payload starts with the original's sequence number, 16 bits.

/// The sequence number of the packet that an RTX `payload` repeats. `None` where there is no room
/// for one, as in the padding by which senders probe for bandwidth.
pub(crate) fn original_sequence(payload: &[u8]) -> Option<u16> {
    payload.first_chunk().copied().map(u16::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_starts_with_the_original_sequence_number() {
        assert_eq!(original_sequence(&[0x12, 0x34, 9, 8]), Some(0x1234));
        assert_eq!(original_sequence(&[0x12, 0x34]), Some(0x1234));
    }

    #[test]
    fn padding_repeats_nothing() {
        assert_eq!(original_sequence(&[]), None);
        assert_eq!(original_sequence(&[0x12]), None);
    }
}
