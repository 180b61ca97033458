//! Retransmissions become what they repair, before anything looks at sequence numbers.
//!
//! The library does it after its NACK generator, which then asks again for what has come.

use std::sync::Arc;

use rtc::{
    interceptor::{Packet, TaggedPacket},
    rtp,
};

use super::{
    stage::{Belt, Handler},
    streams::{Repair, Streams},
};

pub(crate) struct Unwrap {
    streams: Arc<Streams>,
}

impl Unwrap {
    pub(crate) fn new(streams: Arc<Streams>) -> Self {
        Self { streams }
    }
}

impl Handler for Unwrap {
    fn inbound(&mut self, mut packet: TaggedPacket, belt: &mut Belt) {
        if let Packet::Rtp(rtp) = &mut packet.message.packet
            && let Some(repair) = self.streams.received_repair(rtp.header.ssrc)
            && !unwrap(rtp, &repair)
        {
            return;
        }
        belt.inbound.push_back(packet);
    }

    fn outbound(&mut self, packet: TaggedPacket, belt: &mut Belt) {
        belt.outbound.push_back(packet);
    }
}

/// Undoes RFC 4588 s.4; whether there was anything in it.
fn unwrap(packet: &mut rtp::Packet, repair: &Repair) -> bool {
    let mut types = repair.payload_types.iter();
    let original = types.find(|(rtx, _)| *rtx == packet.header.payload_type);
    let (Some((_, payload_type)), Some(sequence)) = (original, packet.payload.first_chunk::<2>())
    else {
        repair.track.padding();
        return false;
    };
    repair.track.retransmission();
    packet.header.sequence_number = u16::from_be_bytes(*sequence);
    packet.header.payload_type = *payload_type;
    packet.header.ssrc = repair.ssrc;
    packet.payload = packet.payload.slice(2..);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use sfu_outbox::Outbox;

    use crate::{media::Codec, receive::ReceivedTrack};

    #[test]
    fn a_retransmission_becomes_the_packet_it_repairs() {
        let mut packet = rtx(&[0x12, 0x34, 9, 8]);
        let repair = repair();
        assert!(unwrap(&mut packet, &repair));
        let header = &packet.header;
        assert_eq!(
            (header.sequence_number, header.payload_type, header.ssrc),
            (0x1234, 96, 10)
        );
        assert_eq!(packet.payload.as_ref(), [9, 8]);
        assert_eq!(repair.track.stats().rtx, 1);
    }

    #[test]
    fn padding_and_unknown_types_are_counted_apart() {
        let repair = repair();
        assert!(!unwrap(&mut rtx(&[1]), &repair));
        let mut unknown = rtx(&[0, 1, 2]);
        unknown.header.payload_type = 98;
        assert!(!unwrap(&mut unknown, &repair));
        assert_eq!(
            (repair.track.stats().rtx, repair.track.stats().padding),
            (0, 2)
        );
    }

    fn repair() -> Repair {
        let outbox = Arc::new(Outbox::new().unwrap());
        Repair {
            track: Arc::new(ReceivedTrack::new(Codec::Vp8, 90_000, outbox)),
            ssrc: 10,
            payload_types: vec![(97, 96)],
        }
    }

    fn rtx(payload: &'static [u8]) -> rtp::Packet {
        rtp::Packet {
            header: rtp::Header {
                ssrc: 11,
                payload_type: 97,
                sequence_number: 1,
                ..Default::default()
            },
            payload: payload.into(),
        }
    }
}
