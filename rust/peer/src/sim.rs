//! The same client on virtual time: datagrams and time in, datagrams out. No thread, no socket.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rtc::{
    peer_connection::{
        RTCPeerConnection, RTCPeerConnectionBuilder, configuration::RTCConfigurationBuilder,
        event::RTCPeerConnectionEvent, message::RTCMessage, sdp::RTCSessionDescription,
        state::RTCPeerConnectionState, transport::RTCIceCandidateInit,
    },
    rtp_transceiver::{RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverInit},
    sansio::Protocol,
    shared::{TaggedBytesMut, TransportContext, TransportProtocol},
};
use serde_json::{Value, json};
use sfu_outbox::Outbox;

use crate::{
    command::{CreateConnection, Publish},
    connection::{certificate, fingerprints, local_track, media_engine, settings},
    error::CommandError,
    host::{Track, Tracks, media_codec, pace, synthetic},
    interceptor::{Streams, VirtualClock, chain},
    parameters::{DtlsParameters, DtlsRole, Kind, RtpParameters, TransportOptions},
    receive::ReceivedTrack,
    sdp::{self, Flow, Section},
    send::{Frames, SentTrack},
};

/// One peer connection whose owner has the clock and the network.
pub struct SimPeer {
    core: RTCPeerConnection,
    address: SocketAddr,
    transport: TransportOptions,
    sections: Vec<Section>,
    version: u64,
    streams: Arc<Streams>,
    tracks: Tracks,
    outbox: Arc<Outbox>,
    sources: Vec<SimSource>,
    state: RTCPeerConnectionState,
    clock: VirtualClock,
}

struct SimSource {
    frames: Frames,
    sender: RTCRtpSenderId,
    due: Instant,
}

impl SimPeer {
    /// Makes a connection from `address`; `options` is the JSON of the command `createConnection`,
    /// `unix` the time since the Unix epoch at `now`. With it come the peer's DTLS parameters.
    ///
    /// # Errors
    ///
    /// The options are not of that form, or the library refuses them.
    pub fn new(
        options: Value,
        address: SocketAddr,
        now: Instant,
        unix: Duration,
    ) -> Result<(Self, Value), CommandError> {
        let options: CreateConnection = parse(options)?;
        let provider = rtc::crypto::default_provider().map_err(refused)?;
        let certificate = certificate(&*provider)?;
        let role = match options.dtls_role {
            DtlsRole::Auto | DtlsRole::Client => DtlsRole::Client,
            DtlsRole::Server => DtlsRole::Server,
        };
        let dtls_parameters = DtlsParameters {
            role,
            fingerprints: fingerprints(&certificate, &*provider)?,
        };
        let streams = Arc::new(Streams::default());
        let clock = VirtualClock { start: now, unix };
        let configuration = RTCConfigurationBuilder::new().with_certificates(vec![certificate]);
        let core = RTCPeerConnectionBuilder::new()
            .with_configuration(configuration.build())
            .with_media_engine(media_engine(&options)?)
            .with_setting_engine(settings(role, provider))
            .with_interceptor_registry(chain(&streams, Some(clock)))
            .build(now)?;
        let peer = Self {
            core,
            address,
            transport: options.transport,
            sections: Vec::new(),
            version: 0,
            streams,
            tracks: Tracks::default(),
            outbox: Arc::new(Outbox::new().map_err(refused)?),
            sources: Vec::new(),
            state: RTCPeerConnectionState::New,
            clock,
        };
        Ok((peer, json!(dtls_parameters)))
    }

    /// Whether media can flow.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.state == RTCPeerConnectionState::Connected
    }

    /// Sends synthetic media; `publish` is the JSON of the command of that name.
    ///
    /// # Errors
    ///
    /// It is not of that form, or the library refuses it.
    pub fn publish(&mut self, publish: Value, now: Instant) -> Result<(), CommandError> {
        let publish: Publish = parse(publish)?;
        let rtp = publish.rtp_parameters.clone();
        let codec = media_codec(&rtp)?;
        let (kind, pace) = (synthetic(codec)?, pace(&publish)?);
        let mut next = u32::try_from(publish.track).unwrap_or(0) * 1_000;
        let track = Arc::new(SentTrack::new(publish.track, &rtp, || {
            next += 1;
            next
        }));
        track.set_paused(publish.paused);
        self.streams.add_sent(&track);
        let init = RTCRtpTransceiverInit {
            direction: RTCRtpTransceiverDirection::Sendonly,
            streams: Vec::new(),
            send_encodings: Vec::new(),
        };
        let local = local_track(publish.kind, &rtp, &track);
        let id = self.core.add_transceiver_from_track(local, Some(init))?;
        let transceiver = self.core.rtp_transceiver(id);
        let sender = transceiver.and_then(|transceiver| transceiver.sender());
        let sender = sender.ok_or_else(|| refused("a transceiver without sender"))?;
        let (payload_type, clock_rate) = (codec.payload_type, codec.clock_rate);
        self.sources.push(SimSource {
            frames: Frames::new(Arc::clone(&track), kind, payload_type, clock_rate, pace),
            sender,
            due: now,
        });
        self.tracks.insert(publish.track, Track::Sent(track));
        self.add_section(publish.kind, Flow::Send, rtp, now)
    }

    /// Stops or goes on sending a published track.
    ///
    /// # Errors
    ///
    /// There is no such track.
    pub fn set_paused(&self, track: u64, paused: bool) -> Result<(), CommandError> {
        self.tracks.sent(track)?.set_paused(paused);
        Ok(())
    }

    /// Receives what a consumer is sent, as track number `track`.
    ///
    /// # Errors
    ///
    /// The parameters are not of mediasoup's form, or the library refuses them.
    pub fn subscribe(
        &mut self,
        track: u64,
        kind: Value,
        rtp_parameters: Value,
        now: Instant,
    ) -> Result<(), CommandError> {
        let (kind, rtp): (Kind, RtpParameters) = (parse(kind)?, parse(rtp_parameters)?);
        let codec = media_codec(&rtp)?;
        let outbox = Arc::clone(&self.outbox);
        let received = ReceivedTrack::new(synthetic(codec)?, codec.clock_rate, outbox);
        let received = Arc::new(received);
        self.streams.add_received(&received, &rtp);
        self.tracks.insert(track, Track::Received(received));
        self.add_section(kind, Flow::Receive, rtp, now)
    }

    /// The counts of a track, as `Peer::stats` gives them.
    ///
    /// # Errors
    ///
    /// There is no such track.
    pub fn stats(&self, track: u64) -> Result<Value, CommandError> {
        self.tracks.stats(track)
    }

    /// Goes on with new credentials of the server (the JSON of its `iceParameters`).
    ///
    /// # Errors
    ///
    /// The library refuses them.
    pub fn restart_ice(&mut self, ice: Value, now: Instant) -> Result<(), CommandError> {
        self.transport.ice_parameters = parse(ice)?;
        self.negotiate(now)
    }

    /// Takes a datagram from `from`.
    pub fn handle_datagram(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) {
        let packet = TaggedBytesMut {
            now,
            transport: TransportContext {
                local_addr: self.address,
                peer_addr: from,
                transport_protocol: TransportProtocol::UDP,
                ecn: None,
            },
            message: BytesMut::from(datagram),
        };
        // What the network brings is no reason to stop.
        let _ = self.core.handle_read(packet);
        self.drain();
    }

    /// The next datagram to be sent, and to where.
    pub fn poll_transmit(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        let packet = self.core.poll_write()?;
        Some((packet.transport.peer_addr, packet.message.to_vec()))
    }

    /// When [`Self::handle_timeout`] is to be called next.
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        let frames = self.sources.iter().map(|source| source.due);
        let frames = frames.filter(|_| self.state == RTCPeerConnectionState::Connected);
        frames.chain(self.core.poll_timeout()).min()
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = self.core.handle_timeout(now);
        if self.is_connected() {
            self.send_frames(now);
        }
        self.drain();
    }

    fn send_frames(&mut self, now: Instant) {
        let unix = self.clock.unix(now);
        for source in &mut self.sources {
            if source.due > now {
                continue;
            }
            source.due = now + source.frames.pace.period;
            for packet in source.frames.next(now, unix) {
                if let Some(mut sender) = self.core.rtp_sender(source.sender) {
                    // Refused only before the first negotiation is over.
                    let _ = sender.write_rtp(now, packet);
                }
            }
        }
    }

    fn add_section(
        &mut self,
        kind: Kind,
        flow: Flow,
        rtp: RtpParameters,
        now: Instant,
    ) -> Result<(), CommandError> {
        self.sections.push(Section { kind, flow, rtp });
        self.negotiate(now)
    }

    fn negotiate(&mut self, now: Instant) -> Result<(), CommandError> {
        self.version += 1;
        let offer = sdp::offer(&self.transport, &self.sections, self.version)?;
        let offer = RTCSessionDescription::offer(offer)?;
        self.core.set_remote_description(now, offer)?;
        let answer = self.core.create_answer(None)?;
        self.core.set_local_description(now, answer)?;
        let SocketAddr::V4(_) = self.address else {
            return Err(refused("the simulated network has IPv4 alone"));
        };
        let candidate = format!(
            "candidate:1 1 udp 2130706431 {} {} typ host",
            self.address.ip(),
            self.address.port()
        );
        self.core.add_local_candidate(RTCIceCandidateInit {
            candidate,
            ..Default::default()
        })?;
        self.drain();
        Ok(())
    }

    /// Takes what the library has to tell; media was taken by the interceptors.
    fn drain(&mut self) {
        while let Some(event) = self.core.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.state = state;
            }
        }
        while let Some(RTCMessage::RtpPacket(..) | RTCMessage::RtcpPacket(..)) =
            self.core.poll_read().map(|read| read.message)
        {}
    }
}

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, CommandError> {
    serde_json::from_value(value)
        .map_err(|error| CommandError::InvalidParameters(error.to_string()))
}

fn refused(error: impl std::fmt::Display) -> CommandError {
    CommandError::Refused(webrtc::error::Error::Other(error.to_string()))
}
