//! The packets of one producer go to all its consumers.

use super::{
    consumer::{Consumer, Moment},
    link::Link,
    packet::Packet,
    producer::{Payload, Producer},
};
use crate::{
    datagram::{TransmitQueue, Tuple},
    ids::{ConsumerId, IdMap, TransportId},
    transport::SrtpSender,
};

/// Sends packets of one producer, all of one batch, to everybody who consumes it.
///
/// Receiver by receiver, so that the packets to one of them lie together: one send call with
/// segmentation offload, and a key that stays in the cache.
pub(crate) fn fan_out<'a>(
    producer: &mut Producer,
    packets: impl Iterator<Item = Packet<'a>> + Clone,
    consumers: &mut IdMap<ConsumerId, Consumer>,
    links: &mut IdMap<TransportId, Link>,
    moment: Moment,
    out: &mut TransmitQueue,
) {
    let Some(target) = producer.target(moment.now) else {
        return;
    };
    let mut needs_key_frame = false;
    for id in &producer.consumers {
        let Some(consumer) = consumers.get_mut(id).filter(|consumer| !consumer.paused) else {
            continue;
        };
        let Some(link) = links.get_mut(&consumer.transport) else {
            continue;
        };
        let Link { webrtc, sent, .. } = link;
        let Some(sender) = webrtc.sender() else {
            continue;
        };
        let mut receiver = Receiver {
            consumer,
            tuple: sender.tuple,
            srtp: sender.srtp,
            moment,
            packets: 0,
            bytes: 0,
        };
        for packet in packets.clone() {
            receiver.send(producer, packet, target, out);
        }
        sent.add_all(receiver.packets, receiver.bytes, moment.now);
        needs_key_frame |= receiver.consumer.needs_key_frame(target);
    }
    if needs_key_frame && let Some(stream) = producer.streams.get_mut(target) {
        stream.key_frames.want(moment.now);
    }
}

struct Receiver<'a> {
    consumer: &'a mut Consumer,
    tuple: Tuple,
    srtp: &'a SrtpSender,
    moment: Moment,
    packets: u64,
    bytes: usize,
}

impl Receiver<'_> {
    fn send(
        &mut self,
        producer: &Producer,
        packet: Packet<'_>,
        target: usize,
        out: &mut TransmitQueue,
    ) {
        let Some(Payload::Media(codec)) = producer.payload(packet.meta.header.payload_type) else {
            return;
        };
        let payload_type = codec.mapped_payload_type;
        let admitted = self
            .consumer
            .admit(packet, payload_type, target, self.moment.now);
        let Some(admitted) = admitted else { return };
        out.push_with(self.tuple, capacity(packet), |slot| {
            let (consumer, moment) = (&mut *self.consumer, self.moment);
            let len = consumer.write(packet, admitted, moment, self.srtp, slot)?;
            self.packets += 1;
            self.bytes += len;
            Some(len)
        });
    }
}

/// Room for a packet on its way out: as it came, with what we may add.
pub(super) fn capacity(packet: Packet<'_>) -> usize {
    packet.bytes.len() + ADDED + SrtpSender::OVERHEAD
}

/// A mid of [`crate::ids::MAX_MID`] bytes, abs-send-time, a two-byte header for each of 12 elements,
/// the original sequence number of a retransmission, and padding to four bytes.
const ADDED: usize = 80;
