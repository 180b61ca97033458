//! Retransmissions (RFC 4588 s.4): the payload starts with the original's sequence number.

/// Bytes before the original payload.
pub(crate) const ORIGINAL_SEQUENCE_LEN: usize = 2;

/// The sequence number of the packet that an RTX `payload` repeats. `None` where there is no room
/// for one, as in the padding by which senders probe for bandwidth.
pub(crate) fn original_sequence(payload: &[u8]) -> Option<u16> {
    payload.first_chunk().copied().map(u16::from_be_bytes)
}
