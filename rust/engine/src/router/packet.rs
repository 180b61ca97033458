//! One received media packet, as the router sees it: decrypted, and looked at once.

use crate::rtp::{ExtensionValues, RtpHeader};

/// What was read of a packet when it arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PacketMeta {
    /// The header; of an unwrapped retransmission, with the fields of the packet it repairs.
    pub(crate) header: RtpHeader,
    /// Where the known extensions' values lie.
    pub(crate) extensions: ExtensionValues,
    /// Where the payload begins and ends, padding left out.
    pub(crate) payload: (u16, u16),
    /// The unwrapped sequence number in its stream.
    pub(crate) sequence: u64,
    /// The place of its encoding in the producer.
    pub(crate) encoding: usize,
    /// A decoder can start here.
    pub(crate) starts_key_frame: bool,
}

/// A packet with its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packet<'a> {
    /// What is known of it.
    pub(crate) meta: &'a PacketMeta,
    /// The plain packet, from its header on.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Packet<'a> {
    /// The payload without padding; empty for padding alone.
    pub(crate) fn payload(&self) -> &'a [u8] {
        let (start, end) = self.meta.payload;
        self.bytes
            .get(usize::from(start)..usize::from(end))
            .unwrap_or_default()
    }
}
