//! What the tests of the packet types share.

use rtc::rtcp::{Packet, packet::unmarshal};

use super::{CompoundWriter, Malformed, RtcpPacket, parse};

/// What `write` writes into a slot with room for it.
pub(super) fn written(write: impl FnOnce(&mut CompoundWriter<'_>) -> bool) -> Vec<u8> {
    let mut slot = vec![0xFF; 2048];
    let mut writer = CompoundWriter::new(&mut slot);
    assert!(write(&mut writer));
    let len = writer.len();
    slot.truncate(len);
    slot
}

/// The only packet of `compound`.
pub(super) fn only(compound: &[u8]) -> Result<RtcpPacket<'_>, Malformed> {
    let mut packets = parse(compound);
    let packet = packets.next().unwrap();
    assert_eq!(packets.next(), None);
    packet
}

/// The only packet of `compound` as rtc-rtcp, which we did not write, reads it.
pub(super) fn read_by_rtc<P: Packet + Clone + 'static>(compound: &[u8]) -> P {
    let packets = unmarshal(&mut &compound[..]).unwrap();
    assert_eq!(packets.len(), 1);
    packets[0].as_any().downcast_ref::<P>().unwrap().clone()
}

/// Every shorter packet whose length field is true: each must be refused.
pub(super) fn assert_no_truncation_is_read(packet: &[u8]) {
    for words in 0..packet.len() / 4 - 1 {
        let mut cut = packet[..4 + 4 * words].to_vec();
        cut[2..4].copy_from_slice(&u16::try_from(words).unwrap().to_be_bytes());
        assert_eq!(only(&cut), Err(Malformed), "{words} words");
    }
}
