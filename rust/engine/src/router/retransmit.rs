//! A consumer's NACK is answered from its producer's cache.

use super::{
    consumer::{Consumer, Moment},
    fan_out::capacity,
    producer::Producer,
};
use crate::{datagram::TransmitQueue, transport::Sender};

/// Sends again what a NACK asks for, as far as it is kept and the consumer's budget allows.
pub(crate) fn retransmit(
    producer: &Producer,
    consumer: &mut Consumer,
    sequences: impl Iterator<Item = u16>,
    sender: &Sender<'_>,
    moment: Moment,
    out: &mut TransmitQueue,
) {
    for sequence in sequences {
        consumer.counts.nacked_packets += 1;
        let Some((encoding, incoming)) = consumer.incoming(sequence) else {
            continue;
        };
        let stream = producer.streams.get(encoding);
        let Some(packet) = stream.and_then(|stream| stream.cache.packet(incoming)) else {
            continue;
        };
        if consumer.rtx.is_some() && consumer.may_repeat(sequence, packet.bytes.len(), moment.now) {
            out.push_with(sender.tuple, capacity(packet), |slot| {
                consumer.write_again(packet, moment, sender.srtp, slot)
            });
        }
    }
}
