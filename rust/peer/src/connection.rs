//! One peer connection: the client's end of one transport of the server.

use std::{net::SocketAddr, sync::Arc, time::SystemTime};

use async_trait::async_trait;
use rtc::{
    crypto::{RTCCryptoProvider, SignatureScheme},
    ice::mdns::MulticastDnsMode,
    media_stream::MediaStreamTrack,
    peer_connection::{
        certificate::{CertificateParams, RTCCertificate},
        transport::RTCDtlsRole,
    },
    rtp_transceiver::{
        RTCRtpTransceiverDirection, RTCRtpTransceiverInit,
        rtp_sender::{
            RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters,
            RTCRtpEncodingParameters, RTCRtpHeaderExtensionCapability, RTCRtpRtxParameters,
            RtpCodecKind,
        },
    },
};
use serde_json::json;
use sfu_outbox::Outbox;
use tokio::sync::watch;
use webrtc::{
    media_stream::track_local::static_rtp::TrackLocalStaticRTP,
    peer_connection::{
        MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler,
        RTCConfigurationBuilder, RTCPeerConnectionState, RTCSessionDescription, SettingEngine,
        SettingEngineBuilder,
    },
};

use crate::{
    command::CreateConnection,
    error::CommandError,
    interceptor::{Streams, chain},
    parameters::{
        DtlsParameters, DtlsRole, Fingerprint, IceParameters, Kind, RtpCodec, RtpParameters,
        TransportOptions,
    },
    sdp::{self, Flow, Section},
    send::SentTrack,
};

/// A peer connection whose remote description is made up from ORTC parameters.
///
/// It always answers: each track it sends or receives is one more section of the server's offer.
/// Sections of closed tracks stay, inactive.
pub(crate) struct Connection {
    peer: Arc<dyn PeerConnection>,
    transport: TransportOptions,
    sections: Vec<Section>,
    version: u64,
    streams: Arc<Streams>,
    connected: watch::Receiver<bool>,
}

impl Connection {
    /// Makes a connection and its certificate. No packet leaves before the first track.
    ///
    /// # Errors
    ///
    /// No socket can be bound to the local address.
    pub(crate) async fn new(
        options: CreateConnection,
        outbox: Arc<Outbox>,
    ) -> Result<(Self, DtlsParameters), CommandError> {
        let provider = rtc::crypto::default_provider().map_err(library)?;
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
        let (is_connected, connected) = watch::channel(false);
        let handler = Handler {
            connection: options.connection,
            is_connected,
            outbox,
        };
        let configuration = RTCConfigurationBuilder::new().with_certificates(vec![certificate]);
        let peer = PeerConnectionBuilder::new()
            .with_configuration(configuration.build())
            .with_media_engine(media_engine(&options)?)
            .with_setting_engine(settings(role, provider))
            .with_interceptor_registry(chain(&streams, None))
            .with_handler(Arc::new(handler))
            .with_udp_addrs(vec![SocketAddr::new(options.local_ip, 0)])
            .build()
            .await?;
        let connection = Self {
            peer: Arc::new(peer),
            transport: options.transport,
            sections: Vec::new(),
            version: 0,
            streams,
            connected,
        };
        Ok((connection, dtls_parameters))
    }

    /// The streams that its interceptors know.
    pub(crate) fn streams(&self) -> &Arc<Streams> {
        &self.streams
    }

    /// Becomes true when media can flow.
    pub(crate) fn connected(&self) -> watch::Receiver<bool> {
        self.connected.clone()
    }

    /// Adds a section in which `track` is sent.
    ///
    /// # Errors
    ///
    /// The library does not accept the parameters.
    pub(crate) async fn send(
        &mut self,
        kind: Kind,
        rtp: RtpParameters,
        track: &SentTrack,
    ) -> Result<Arc<TrackLocalStaticRTP>, CommandError> {
        let local = Arc::new(TrackLocalStaticRTP::new(local_track(kind, &rtp, track)));
        let init = RTCRtpTransceiverInit {
            direction: RTCRtpTransceiverDirection::Sendonly,
            streams: Vec::new(),
            send_encodings: Vec::new(),
        };
        self.peer
            .add_transceiver_from_track(Arc::clone(&local) as _, Some(init))
            .await?;
        self.add_section(kind, Flow::Send, rtp).await?;
        Ok(local)
    }

    /// Adds a section in which what `rtp` says is received.
    ///
    /// # Errors
    ///
    /// The library does not accept the parameters.
    pub(crate) async fn receive(
        &mut self,
        kind: Kind,
        rtp: RtpParameters,
    ) -> Result<(), CommandError> {
        self.add_section(kind, Flow::Receive, rtp).await
    }

    /// Ends the section with this mid.
    ///
    /// # Errors
    ///
    /// The library does not accept the change.
    pub(crate) async fn close_section(&mut self, mid: &str) -> Result<(), CommandError> {
        for section in self
            .sections
            .iter_mut()
            .filter(|section| section.rtp.mid == mid)
        {
            section.flow = Flow::Closed;
        }
        self.negotiate().await
    }

    /// Goes on with new credentials of the server.
    ///
    /// # Errors
    ///
    /// The library does not accept them.
    pub(crate) async fn restart_ice(&mut self, ice: IceParameters) -> Result<(), CommandError> {
        self.transport.ice_parameters = ice;
        self.negotiate().await
    }

    /// Closes it, and waits until its socket is.
    pub(crate) async fn close(self) {
        // What a closing connection still reports is of no use.
        let _ = self.peer.close().await;
    }

    async fn add_section(
        &mut self,
        kind: Kind,
        flow: Flow,
        rtp: RtpParameters,
    ) -> Result<(), CommandError> {
        if self
            .sections
            .iter()
            .any(|section| section.rtp.mid == rtp.mid)
        {
            return Err(CommandError::InvalidParameters(format!(
                "mid {} is taken",
                rtp.mid
            )));
        }
        self.sections.push(Section { kind, flow, rtp });
        self.negotiate().await
    }

    async fn negotiate(&mut self) -> Result<(), CommandError> {
        if self.sections.is_empty() {
            return Ok(());
        }
        self.version += 1;
        let offer = sdp::offer(&self.transport, &self.sections, self.version)?;
        tracing::debug!(%offer, "negotiating");
        self.peer
            .set_remote_description(RTCSessionDescription::offer(offer)?)
            .await?;
        let answer = self.peer.create_answer(None).await?;
        self.peer.set_local_description(answer).await?;
        Ok(())
    }
}

/// Tells the owner how the connection is.
struct Handler {
    connection: u64,
    is_connected: watch::Sender<bool>,
    outbox: Arc<Outbox>,
}

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.outbox.event(&json!({
            "event": "connectionState",
            "connection": self.connection,
            "state": state.to_string(),
        }));
        self.is_connected
            .send_replace(state == RTCPeerConnectionState::Connected);
    }
}

pub(crate) fn certificate(
    provider: &dyn RTCCryptoProvider,
) -> Result<RTCCertificate, CommandError> {
    let mut params = CertificateParams::default();
    let now = SystemTime::now();
    params.not_before = (now - DAY).into();
    params.not_after = (now + 30 * DAY).into();
    let scheme = SignatureScheme::EcdsaP256Sha256;
    Ok(RTCCertificate::generate(provider.crypto(), scheme, params)?)
}

pub(crate) fn fingerprints(
    certificate: &RTCCertificate,
    provider: &dyn RTCCryptoProvider,
) -> Result<Vec<Fingerprint>, CommandError> {
    let fingerprints = certificate.get_fingerprints(provider.crypto())?;
    let upper = |value: String| value.to_ascii_uppercase();
    Ok(fingerprints
        .into_iter()
        .map(|fingerprint| Fingerprint {
            algorithm: fingerprint.algorithm,
            value: upper(fingerprint.value),
        })
        .collect())
}

pub(crate) fn settings(role: DtlsRole, provider: Arc<dyn RTCCryptoProvider>) -> SettingEngine {
    let role = match role {
        DtlsRole::Auto | DtlsRole::Client => RTCDtlsRole::Client,
        DtlsRole::Server => RTCDtlsRole::Server,
    };
    SettingEngineBuilder::new()
        .with_crypto_provider(provider)
        .with_answering_dtls_role(role)
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .with_include_loopback_candidate(true)
        .build()
}

pub(crate) fn media_engine(options: &CreateConnection) -> Result<MediaEngine, CommandError> {
    let mut engine = MediaEngine::default();
    for codec in &options.codecs {
        let parameters = RTCRtpCodecParameters {
            rtp_codec: library_codec(codec),
            payload_type: codec.payload_type,
        };
        engine.register_codec(parameters, library_kind(codec.kind()))?;
    }
    for uri in &options.header_extensions {
        for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
            let extension = RTCRtpHeaderExtensionCapability { uri: uri.clone() };
            engine.register_header_extension(extension, kind, None)?;
        }
    }
    Ok(engine)
}

pub(crate) fn local_track(kind: Kind, rtp: &RtpParameters, track: &SentTrack) -> MediaStreamTrack {
    let codec = rtp.media_codec().map(library_codec).unwrap_or_default();
    let encodings = track
        .encodings
        .iter()
        .map(|encoding| RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                rid: encoding.rid.clone().unwrap_or_default(),
                ssrc: Some(encoding.ssrc),
                rtx: encoding.rtx_ssrc.map(|ssrc| RTCRtpRtxParameters { ssrc }),
                fec: None,
            },
            active: true,
            codec: codec.clone(),
            ..Default::default()
        });
    let id = format!("{:016x}", track.source);
    MediaStreamTrack::new(
        "peer".to_owned(),
        id.clone(),
        id,
        library_kind(kind),
        encodings.collect(),
    )
}

fn library_codec(codec: &RtpCodec) -> RTCRtpCodec {
    let feedback = codec.rtcp_feedback.iter().map(|feedback| RTCPFeedback {
        typ: feedback.kind.clone(),
        parameter: feedback.parameter.clone(),
    });
    RTCRtpCodec {
        mime_type: codec.mime_type.clone(),
        clock_rate: codec.clock_rate,
        channels: codec.channels.unwrap_or(0),
        sdp_fmtp_line: codec.format_parameters(),
        rtcp_feedback: feedback.collect(),
    }
}

fn library_kind(kind: Kind) -> RtpCodecKind {
    match kind {
        Kind::Audio => RtpCodecKind::Audio,
        Kind::Video => RtpCodecKind::Video,
    }
}

fn library(error: impl std::fmt::Display) -> CommandError {
    CommandError::Refused(webrtc::error::Error::Other(error.to_string()))
}

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
