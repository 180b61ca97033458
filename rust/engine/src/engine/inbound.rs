//! Datagrams on their way in: to the transport they belong to, and media on to the router.

use std::time::Instant;

use super::Engine;
use crate::{
    datagram::{Datagram, Tuple},
    demux::Protocol,
    error::DropReason,
    ids::{ProducerId, TransportId},
    router::{Arrival, Packet, PacketMeta, Payload, Producer, StreamId, fan_out},
    rtp::{ExtensionValues, RtpHeader, original_sequence},
    transport::{BindingRequest, RtpFields},
};

/// A media packet of a batch: whose it is, and where its plain bytes are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Received {
    producer: ProducerId,
    /// The place of its datagram in the batch.
    datagram: usize,
    /// The length of the plain packet.
    len: usize,
    meta: PacketMeta,
}

impl Engine {
    /// Takes what the sockets received, in order. Payloads are decrypted in place.
    pub fn handle_datagrams(&mut self, batch: &mut [Datagram<'_>], now: Instant) {
        let mut received = std::mem::take(&mut self.received);
        for (place, datagram) in batch.iter_mut().enumerate() {
            match self.handle_datagram(place, datagram, now) {
                Ok(media) => received.extend(media),
                Err(reason) => self.count_drop(reason),
            }
        }
        self.forward(batch, &mut received, now);
        received.clear();
        self.received = received;
        self.set_timers();
    }

    fn handle_datagram(
        &mut self,
        place: usize,
        datagram: &mut Datagram<'_>,
        now: Instant,
    ) -> Result<Option<Received>, DropReason> {
        let Datagram { tuple, payload } = datagram;
        match Protocol::of(payload).ok_or(DropReason::UnknownProtocol)? {
            Protocol::Stun => self.handle_stun(*tuple, payload, now)?,
            Protocol::Dtls => self.handle_dtls(*tuple, payload, now)?,
            Protocol::Rtp => return self.handle_rtp(place, *tuple, payload, now).map(Some),
            Protocol::Rtcp => self.handle_rtcp(*tuple, payload, now)?,
        }
        Ok(None)
    }

    fn handle_stun(
        &mut self,
        tuple: Tuple,
        payload: &[u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let request = BindingRequest::parse(payload)?;
        let id = self.routes.by_ufrag(request.local_ufrag());
        let id = id.ok_or(DropReason::UnknownUfrag)?;
        let link = self.links.get_mut(&id).ok_or(DropReason::UnknownUfrag)?;
        let change = link
            .webrtc
            .handle_binding(tuple, &request, now, &mut self.out)?;
        if change.added {
            self.route(tuple, id, now);
        }
        if let Some(evicted) = change.evicted {
            self.routes.remove_tuple(&evicted, id);
        }
        if let Some(retired) = change.retired_ufrag {
            self.routes.remove_ufrag(&retired);
        }
        self.take_events(id, now);
        self.touched.push(id);
        Ok(())
    }

    /// A tuple belongs to who authenticated on it last.
    fn route(&mut self, tuple: Tuple, id: TransportId, now: Instant) {
        let former = self.routes.add_tuple(tuple, id);
        let Some(former) = former.filter(|former| *former != id) else {
            return;
        };
        if let Some(link) = self.links.get_mut(&former) {
            link.webrtc.forget_tuple(&tuple);
        }
        self.take_events(former, now);
        self.touched.push(former);
    }

    fn handle_dtls(
        &mut self,
        tuple: Tuple,
        payload: &[u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let id = self.transport_of(tuple)?;
        let link = self.links.get_mut(&id);
        let link = link.ok_or(DropReason::UnvalidatedTuple)?;
        let result = link.webrtc.handle_dtls(tuple, payload, now, &mut self.out);
        self.take_events(id, now);
        self.touched.push(id);
        result
    }

    fn handle_rtp(
        &mut self,
        place: usize,
        tuple: Tuple,
        payload: &mut [u8],
        now: Instant,
    ) -> Result<Received, DropReason> {
        let id = self.transport_of(tuple)?;
        let link = self.links.get_mut(&id);
        let link = link.ok_or(DropReason::UnvalidatedTuple)?;
        let header = RtpHeader::parse(payload).ok_or(DropReason::MalformedRtp)?;
        let stream = link.streams.find(payload, &header);
        let stream = stream.ok_or(DropReason::UnknownStream)?;
        let fields = RtpFields {
            ssrc: header.ssrc.0,
            sequence: header.sequence,
            header_len: header.len,
        };
        let len = link.webrtc.unprotect_rtp(tuple, payload, fields)?;
        link.streams.bind(header.ssrc, stream);
        link.received.add(payload.len(), now);
        let producer = self.producers.get_mut(&stream.producer);
        let producer = producer.ok_or(DropReason::UnknownStream)?;
        let plain = payload.get(..len).ok_or(DropReason::MalformedRtp)?;
        let meta = accept(producer, stream, plain, header, now)?;
        self.touched.push(id);
        Ok(Received {
            producer: stream.producer,
            datagram: place,
            len,
            meta,
        })
    }

    /// Keeps the media of a batch and sends it on, producer by producer.
    fn forward(&mut self, batch: &[Datagram<'_>], received: &mut [Received], now: Instant) {
        // The packets of one producer stay in the order in which they came.
        received.sort_unstable_by_key(|media| (media.producer, media.datagram));
        let moment = self.moment(now);
        for group in received.chunk_by(|a, b| a.producer == b.producer) {
            let Some(producer) = group
                .first()
                .and_then(|media| self.producers.get_mut(&media.producer))
            else {
                continue;
            };
            let packets = group.iter().filter_map(|media| media.packet(batch));
            for packet in packets.clone() {
                if let Some(stream) = producer.streams.get_mut(packet.meta.encoding) {
                    stream.keep(packet, now);
                }
            }
            if !producer.paused {
                let (consumers, links) = (&mut self.consumers, &mut self.links);
                fan_out(producer, packets, consumers, links, moment, &mut self.out);
            }
        }
    }

    pub(super) fn transport_of(&self, tuple: Tuple) -> Result<TransportId, DropReason> {
        self.routes
            .by_tuple(&tuple)
            .ok_or(DropReason::UnvalidatedTuple)
    }
}

impl Received {
    fn packet<'a>(&'a self, batch: &'a [Datagram<'_>]) -> Option<Packet<'a>> {
        let datagram = batch.get(self.datagram)?;
        Some(Packet {
            meta: &self.meta,
            bytes: datagram.payload.get(..self.len)?,
        })
    }
}

/// Reads a plain packet of a stream; a retransmission as the packet that it repairs.
fn accept(
    producer: &mut Producer,
    stream: StreamId,
    plain: &[u8],
    mut header: RtpHeader,
    now: Instant,
) -> Result<PacketMeta, DropReason> {
    let payload = header.payload(plain).ok_or(DropReason::MalformedRtp)?;
    let (mut start, end) = (payload.start, payload.end);
    let content = plain.get(payload).ok_or(DropReason::MalformedRtp)?;
    let carried = producer.payload(header.payload_type);
    let codec = match (carried, stream.arrival) {
        (Some(Payload::Media(codec)), Arrival::Original) => codec,
        (Some(Payload::Repair(codec)), Arrival::Repair) => {
            header.sequence = original_sequence(content).ok_or(DropReason::Padding)?;
            header.payload_type = codec.payload_type;
            start += size_of::<u16>();
            codec
        }
        (None | Some(_), _) => return Err(DropReason::UnknownPayloadType),
    };
    let content = plain.get(start..end).ok_or(DropReason::MalformedRtp)?;
    let starts_key_frame = codec.codec.is_key_frame(content);
    let extensions = ExtensionValues::parse(plain, &header, &producer.extension_ids);
    let receiver = producer.streams.get_mut(stream.encoding);
    let receiver = receiver.ok_or(DropReason::UnknownStream)?;
    match stream.arrival {
        Arrival::Original => receiver.ssrc = Some(header.ssrc),
        Arrival::Repair => receiver.rtx_ssrc = Some(header.ssrc),
    }
    let sequence = receiver.receive(header.sequence, header.timestamp, stream.arrival, now)?;
    let offset = |offset| u16::try_from(offset).map_err(|_| DropReason::MalformedRtp);
    Ok(PacketMeta {
        header,
        extensions,
        payload: (offset(start)?, offset(end)?),
        sequence,
        encoding: stream.encoding,
        starts_key_frame,
    })
}
