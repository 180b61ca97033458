//! What is there, and what went through it: dumps and statistics, in mediasoup's names.

use std::{collections::BTreeMap, time::Instant};

use serde_json::{Value, json};

use super::Engine;
use crate::{
    command::{MediaKind, Target},
    error::{CommandError, DropReason, Object},
    ids::{ConsumerId, ProducerId, RouterId, TransportId},
    router::{BEST_SCORE, Consumer, Link, Producer, ReceiveStream},
    transport::SrtpProfile,
};

impl Engine {
    /// The state of an object, with the ids of what is in it.
    pub(super) fn dump(&self, target: Target, now: Instant) -> Result<Value, CommandError> {
        match target {
            Target::Worker => Ok(self.dump_worker()),
            Target::Router(id) => self.dump_router(id),
            Target::Transport(id) => Ok(dump_transport(id, self.link(id)?)),
            Target::Producer(id) => Ok(dump_producer(self.producer(id)?, now)),
            Target::Consumer(id) => Ok(dump_consumer(self.consumer(id)?)),
        }
    }

    /// What an object has counted: a list, as mediasoup's `getStats` gives it.
    pub(super) fn stats(&self, target: Target, now: Instant) -> Result<Value, CommandError> {
        match target {
            Target::Worker => Ok(json!([{ "type": "worker", "drops": self.dropped() }])),
            Target::Router(id) => self.dump_router(id).map(|router| json!([router])),
            Target::Transport(id) => Ok(json!([self.transport_stats(id, now)?])),
            Target::Producer(id) => {
                let producer = self.producer(id)?;
                let streams = producer
                    .streams
                    .iter()
                    .filter(|stream| stream.ssrc.is_some());
                let stats = streams.map(|stream| self.inbound_stats(producer, stream, now));
                Ok(Value::Array(stats.collect()))
            }
            Target::Consumer(id) => Ok(json!([self.outbound_stats(self.consumer(id)?, now)])),
        }
    }

    fn dump_worker(&self) -> Value {
        let mut routers: Vec<_> = self.routers.keys().copied().collect();
        routers.sort_unstable();
        json!({
            "routerIds": routers,
            "transports": self.links.len(),
            "producers": self.producers.len(),
            "consumers": self.consumers.len(),
            "drops": self.dropped(),
        })
    }

    fn dump_router(&self, id: RouterId) -> Result<Value, CommandError> {
        let transports = self.routers.get(&id);
        let transports = transports.ok_or(CommandError::NotFound(Object::Router, id.0))?;
        let links = || transports.iter().filter_map(|id| self.links.get(id));
        let producers: Vec<ProducerId> = links().flat_map(|it| it.producers.clone()).collect();
        let consumers: Vec<ConsumerId> = links().flat_map(|it| it.consumers.clone()).collect();
        Ok(json!({
            "transportIds": transports,
            "producerIds": producers,
            "consumerIds": consumers,
        }))
    }

    fn transport_stats(&self, id: TransportId, now: Instant) -> Result<Value, CommandError> {
        let link = self.link(id)?;
        let webrtc = &link.webrtc;
        Ok(json!({
            "type": "webrtc-transport",
            "timestamp": self.unix_ms(now),
            "iceRole": "controlled",
            "iceState": webrtc.ice_state(),
            "iceSelectedTuple": webrtc.selected_tuple().map(|tuple| json!({
                "remoteIp": tuple.remote.ip(),
                "remotePort": tuple.remote.port(),
                "protocol": "udp",
            })),
            "dtlsState": webrtc.dtls_state(),
            "dtlsRole": webrtc.dtls_role(),
            "srtpProfile": webrtc.srtp_profile().map(SrtpProfile::name),
            "packetsReceived": link.received.packets,
            "bytesReceived": link.received.bytes,
            "recvBitrate": link.received.rate.bits_per_second(now),
            "packetsSent": link.sent.packets,
            "bytesSent": link.sent.bytes,
            "sendBitrate": link.sent.rate.bits_per_second(now),
        }))
    }

    fn inbound_stats(&self, producer: &Producer, stream: &ReceiveStream, now: Instant) -> Value {
        let counts = &stream.counts;
        json!({
            "type": "inbound-rtp",
            "timestamp": self.unix_ms(now),
            "ssrc": stream.ssrc,
            "rtxSsrc": stream.rtx_ssrc,
            "rid": stream.rid,
            "kind": producer.kind,
            "codec": producer.first_codec().map(|codec| codec.codec),
            "packetCount": counts.packets,
            "byteCount": counts.bytes,
            "bitrate": stream.rate.bits_per_second(now),
            "packetsLost": stream.reception.lost(),
            "fractionLost": stream.reception.fraction_lost(),
            "jitter": stream.reception.jitter(),
            "score": stream.score.value().unwrap_or(0),
            "packetsDiscarded": counts.discarded,
            "packetsRetransmitted": counts.retransmitted,
            "packetsRepaired": counts.repaired,
            "nackCount": counts.nacks,
            "nackPacketCount": counts.nacked_packets,
            "pliCount": counts.plis,
            "firCount": counts.firs,
            "keyFrameCount": counts.key_frames,
        })
    }

    fn outbound_stats(&self, consumer: &Consumer, now: Instant) -> Value {
        let (counts, remote) = (&consumer.counts, &consumer.remote);
        json!({
            "type": "outbound-rtp",
            "timestamp": self.unix_ms(now),
            "ssrc": consumer.ssrc,
            "rtxSsrc": consumer.rtx.map(|rtx| rtx.ssrc),
            "kind": consumer.kind,
            "packetCount": counts.packets,
            "byteCount": counts.bytes,
            "bitrate": consumer.rate.bits_per_second(now),
            "packetsLost": remote.lost,
            "fractionLost": remote.fraction_lost,
            "jitter": remote.jitter,
            "score": consumer.score.value().unwrap_or(BEST_SCORE),
            "roundTripTime": remote.round_trip.map(|time| time.as_secs_f64() * 1_000.0),
            "packetsRetransmitted": counts.retransmitted,
            "packetsRepaired": counts.repaired,
            "nackCount": counts.nacks,
            "nackPacketCount": counts.nacked_packets,
            "pliCount": counts.plis,
            "firCount": counts.firs,
            "senderReportCount": counts.sender_reports,
        })
    }

    /// Only the reasons that occurred.
    fn dropped(&self) -> Value {
        let counts = DropReason::ALL.into_iter().zip(self.drops);
        let occurred = counts.filter(|(_, count)| *count > 0);
        json!(occurred.collect::<BTreeMap<DropReason, u64>>())
    }

    fn unix_ms(&self, now: Instant) -> u64 {
        u64::try_from(self.wall_clock.at(now).as_millis()).unwrap_or(u64::MAX)
    }
}

fn dump_transport(id: TransportId, link: &Link) -> Value {
    let webrtc = &link.webrtc;
    json!({
        "id": id,
        "routerId": link.router,
        "iceParameters": webrtc.ice_parameters(),
        "iceCandidates": webrtc.ice_candidates(),
        "iceState": webrtc.ice_state(),
        "dtlsParameters": webrtc.dtls_parameters(),
        "dtlsState": webrtc.dtls_state(),
        "tuples": webrtc.tuples().count(),
        "producerIds": link.producers,
        "consumerIds": link.consumers,
    })
}

fn dump_producer(producer: &Producer, now: Instant) -> Value {
    let encodings = producer.streams.iter().map(|stream| {
        json!({
            "ssrc": stream.ssrc,
            "rtxSsrc": stream.rtx_ssrc,
            "rid": stream.rid,
            "active": stream.is_alive(now),
        })
    });
    json!({
        "id": producer.id,
        "transportId": producer.transport,
        "kind": producer.kind,
        "paused": producer.paused,
        "mid": producer.mid,
        "encodings": Value::Array(encodings.collect()),
        "consumerIds": producer.consumers,
    })
}

fn dump_consumer(consumer: &Consumer) -> Value {
    json!({
        "id": consumer.id,
        "transportId": consumer.transport,
        "producerId": consumer.producer,
        "kind": consumer.kind,
        "paused": consumer.paused,
        "ssrc": consumer.ssrc,
        "rtxSsrc": consumer.rtx.map(|rtx| rtx.ssrc),
        "encoding": consumer.current(),
        "waitsForKeyFrame": consumer.kind == MediaKind::Video && consumer.current().is_none(),
    })
}
