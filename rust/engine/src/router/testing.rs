//! Packets and time for the tests of this folder.

use std::time::Instant;

use super::packet::PacketMeta;
use crate::{
    ids::{PayloadType, Ssrc},
    rtp::{ExtensionIds, ExtensionValues, RtpHeader},
};

/// A packet of encoding `encoding` with an unwrapped sequence number and nothing else of note.
pub(super) fn meta(sequence: u64, encoding: usize) -> PacketMeta {
    let bytes = [0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let header = RtpHeader::parse(&bytes).unwrap();
    assert_eq!(
        (header.payload_type, header.ssrc),
        (PayloadType(96), Ssrc(1))
    );
    PacketMeta {
        header,
        extensions: ExtensionValues::parse(&bytes, &header, &ExtensionIds::new(&[])),
        payload: (12, 12),
        sequence,
        encoding,
        starts_key_frame: false,
    }
}

/// An instant to begin with.
#[expect(
    clippy::disallowed_methods,
    reason = "an Instant can be made in no other way; time then goes on by addition"
)]
pub(super) fn start() -> Instant {
    Instant::now()
}
