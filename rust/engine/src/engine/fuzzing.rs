//! Fuzz targets: the whole engine, by its public face.
//!
//! ```text
//! peer 1, port 1 -> transport 1, producers 1 (VP8 with RTX, simulcast by rid) and 2 (Opus)
//! peer 2, port 2 <- transport 2, consumers 11 and 12
//! ```

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::Engine;
use crate::{
    command::{Command, Reply},
    config::{EngineConfig, ListenAddress},
    datagram::{Datagram, Tuple},
    demux::Protocol,
    error::DropReason,
    fuzzing::Input,
    ids::Ssrc,
    rtp::{RtpHeader, SequenceUnwrapper},
    transport::{
        IceParameters, RtpFields, SrtpSender,
        fuzzing::{CERTIFICATE, Peer, start},
    },
};

/// `data`: records of sender, time passed, length and datagram, from the addresses of a call and a
/// stranger's. Nothing of ours breaks.
pub fn engine_datagrams(data: &[u8]) {
    let mut call = Call::new();
    call.validate();
    let mut input = Input(data);
    while !input.is_empty() {
        let from = call.address(input.byte());
        let after = Duration::from_millis(input.byte().into());
        let len = input.u16().into();
        call.send(from, input.slice(len).to_vec());
        call.pass(after);
    }
}

/// `data`: records of sender and kind, time passed, length and packet, which the sender protects: what a
/// hostile peer can do whose keys are good. Nothing of ours breaks, and no receiver gets a packet
/// that it cannot authenticate or that was sent before.
pub fn engine_media(data: &[u8]) {
    let mut call = Call::new();
    call.validate();
    call.connect();
    let mut input = Input(data);
    while !input.is_empty() {
        let kind = input.byte();
        let after = Duration::from_millis(input.byte().into());
        let len = input.byte().into();
        call.send_protected(kind, input.slice(len));
        call.pass(after);
    }
}

/// Two peers and the engine between them.
struct Call {
    engine: Engine,
    now: Instant,
    peers: [(IceParameters, Peer); 2],
    /// The packet indices of each peer's streams.
    indices: HashMap<(Tuple, Ssrc), SequenceUnwrapper>,
    arrivals: Arrivals,
}

/// The RTP packets that the peers have received.
#[derive(Default)]
struct Arrivals {
    indices: HashMap<(Tuple, Ssrc), SequenceUnwrapper>,
    seen: HashSet<(Tuple, Ssrc, u64)>,
}

impl Call {
    fn new() -> Self {
        let listen = ListenAddress {
            local: ([192, 0, 2, 100], 100).into(),
            announced: None,
        };
        let config = EngineConfig::new(vec![listen], CERTIFICATE.clone());
        let now = start();
        let mut engine = Engine::new(config, [7; 32], now, Duration::from_secs(1 << 30));
        command(
            &mut engine,
            now,
            json!({ "method": "createRouter", "router": 1 }),
        );
        let peers = [peer(&mut engine, now, 1), peer(&mut engine, now, 2)];
        for media in media() {
            command(&mut engine, now, media);
        }
        Self {
            engine,
            now,
            peers,
            indices: HashMap::new(),
            arrivals: Arrivals::default(),
        }
    }

    /// Validates both peers' addresses.
    fn validate(&mut self) {
        let checks = self.peers.each_ref();
        let checks = checks.map(|(ice, peer)| (peer.tuple, Peer::binding_request(ice)));
        for (tuple, check) in checks {
            self.send(tuple, check);
            assert!(self.engine.transport_of(tuple).is_ok());
        }
    }

    /// Gives both peers their keys.
    fn connect(&mut self) {
        for (_, peer) in &self.peers {
            let id = self.engine.transport_of(peer.tuple);
            let Ok(id) = id else {
                unreachable!("the address was validated");
            };
            if let Some(link) = self.engine.links.get_mut(&id) {
                peer.connect(&mut link.webrtc);
                assert!(link.webrtc.is_connected());
            }
            self.engine.take_events(id, self.now);
        }
    }

    fn address(&self, selector: u8) -> Tuple {
        let [(_, first), (_, second)] = &self.peers;
        let mut stranger = first.tuple;
        stranger.remote.set_port(99);
        match selector % 3 {
            0 => first.tuple,
            1 => second.tuple,
            _ => stranger,
        }
    }

    fn send(&mut self, tuple: Tuple, mut payload: Vec<u8>) {
        let payload = &mut payload[..];
        self.engine
            .handle_datagrams(&mut [Datagram { tuple, payload }], self.now);
    }

    /// Sends a packet: RTP or RTCP, by the peer that `kind` tells.
    fn send_protected(&mut self, kind: u8, packet: &[u8]) {
        let [(_, first), (_, second)] = &mut self.peers;
        let peer = if kind & 1 == 0 { first } else { second };
        let sender = &mut peer.sender;
        let mut slot = packet.to_vec();
        slot.resize(packet.len() + SrtpSender::OVERHEAD, 0);
        let len = if kind & 2 == 0 {
            RtpHeader::parse(packet).and_then(|header| {
                let index = self.indices.entry((peer.tuple, header.ssrc)).or_default();
                // The first comes out as 2^16 and its number, but SRTP begins with a rollover count of 0.
                let index = index.unwrap(header.sequence).checked_sub(1 << 16)?;
                sender.protect_rtp(&mut slot, packet.len(), header.len, index)
            })
        } else {
            sender.protect_rtcp(&mut slot, packet.len())
        };
        slot.truncate(len.unwrap_or(0));
        let tuple = peer.tuple;
        self.send(tuple, slot);
    }

    /// Lets time pass, and looks at what the engine has sent.
    fn pass(&mut self, after: Duration) {
        self.now += after;
        if self
            .engine
            .poll_timeout()
            .is_some_and(|due| due <= self.now)
        {
            self.engine.handle_timeout(self.now);
        }
        while self.engine.poll_event().is_some() {}
        for (_, peer) in &mut self.peers {
            self.arrivals.receive(&self.engine, peer);
        }
        self.engine.transmits().clear();
        let broken = self.engine.drops.get(DropReason::Internal as usize);
        assert_eq!(broken, Some(&0));
    }
}

impl Arrivals {
    /// What arrives at `peer` is authentic, and no RTP packet has the index of another.
    fn receive(&mut self, engine: &Engine, peer: &mut Peer) {
        let runs = engine.out.runs().filter(|run| run.tuple == peer.tuple);
        for datagram in runs.flat_map(|run| run.payload.chunks(run.segment_size)) {
            let receiver = &mut peer.receiver;
            let mut datagram = datagram.to_vec();
            match (Protocol::of(&datagram), RtpHeader::parse(&datagram)) {
                (Some(Protocol::Rtp), Some(header)) => {
                    let fields = RtpFields {
                        ssrc: header.ssrc.0,
                        sequence: header.sequence,
                        header_len: header.len,
                    };
                    assert!(self.is_new(peer.tuple, &header), "{header:?}");
                    let received = receiver.unprotect_rtp(&mut datagram, fields).map(|_| ());
                    // A repaired packet may be older than what the window remembers.
                    assert!(matches!(received, Ok(()) | Err(DropReason::SrtpReplay)));
                }
                (Some(Protocol::Rtcp), _) => {
                    assert!(receiver.unprotect_rtcp(&mut datagram).is_ok());
                }
                (protocol, _) => assert_ne!(protocol, Some(Protocol::Rtp)),
            }
        }
    }

    fn is_new(&mut self, at: Tuple, header: &RtpHeader) -> bool {
        let index = self.indices.entry((at, header.ssrc)).or_default();
        let index = index.unwrap(header.sequence);
        self.seen.insert((at, header.ssrc, index))
    }
}

fn command(engine: &mut Engine, now: Instant, command: Value) -> Reply {
    let command: Result<Command, _> = serde_json::from_value(command);
    let reply = command.map(|command| engine.handle_command(command, now));
    match reply {
        Ok(Ok(reply)) => reply,
        other => unreachable!("the scene is well made: {other:?}"),
    }
}

/// Makes transport `number`, for a peer at the port of that number.
fn peer(engine: &mut Engine, now: Instant, number: u16) -> (IceParameters, Peer) {
    let create = json!({ "method": "createWebRtcTransport", "router": 1, "transport": number });
    match (command(engine, now, create), Peer::new(number)) {
        (
            Reply::WebRtcTransport {
                ice_parameters,
                dtls_parameters,
                ..
            },
            Some(peer),
        ) => {
            let connect = json!({
                "method": "connectTransport",
                "transport": number,
                "dtlsParameters": { "role": "client", "fingerprints": dtls_parameters.fingerprints },
            });
            command(engine, now, connect);
            (ice_parameters, peer)
        }
        (reply, _) => unreachable!("this is not how making a transport is answered: {reply:?}"),
    }
}

fn media() -> [Value; 4] {
    let extensions = json!([
        { "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 1 },
        { "uri": "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "id": 2 },
        { "uri": "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "id": 3 },
        { "uri": "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "id": 4 },
        { "uri": "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "id": 5 },
    ]);
    [
        json!({
            "method": "produce", "transport": 1, "producer": 1, "kind": "video", "mid": "0",
            "codecs": [{
                "codec": "vp8", "payloadType": 96, "mappedPayloadType": 101, "clockRate": 90000,
                "rtxPayloadType": 97, "nack": true, "pli": true, "fir": true,
            }],
            "encodings": [{ "ssrc": 1000, "rtxSsrc": 1001 }, { "rid": "h" }],
            "headerExtensions": extensions,
        }),
        json!({
            "method": "produce", "transport": 1, "producer": 2, "kind": "audio", "mid": "1",
            "codecs": [{
                "codec": "opus", "payloadType": 111, "mappedPayloadType": 100, "clockRate": 48000,
            }],
            "encodings": [{ "ssrc": 2000 }],
            "headerExtensions": extensions,
        }),
        json!({
            "method": "consume", "transport": 2, "consumer": 11, "producer": 1, "mid": "0",
            "payloadTypes": [101], "rtxPayloadType": 102, "ssrc": 3000, "rtxSsrc": 3001,
            "headerExtensions": extensions, "cname": "peer",
        }),
        json!({
            "method": "consume", "transport": 2, "consumer": 12, "producer": 2, "mid": "1",
            "payloadTypes": [100], "ssrc": 4000, "headerExtensions": extensions, "cname": "peer",
        }),
    ]
}
