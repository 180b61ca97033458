//! What the owner asks of the engine, and what it answers.
//!
//! All of it crosses the language border as JSON, with mediasoup's names in camelCase. Negotiation is
//! done before: payload types, SSRCs and extension ids arrive here resolved.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ids::{ConsumerId, PayloadType, ProducerId, RouterId, Ssrc, TransportId},
    rtp::{CodecKind, ExtensionKind},
    transport::{DtlsParameters, DtlsRole, IceCandidate, IceParameters},
};

/// A request to the engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    tag = "method",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Command {
    /// Makes a router. Answered with [`Reply::Done`].
    CreateRouter {
        /// The id of the new router.
        router: RouterId,
    },
    /// Closes a router and all that is in it.
    CloseRouter {
        /// Which.
        router: RouterId,
    },
    /// Makes a transport. Answered with [`Reply::WebRtcTransport`].
    CreateWebRtcTransport {
        /// The router it belongs to.
        router: RouterId,
        /// The id of the new transport.
        transport: TransportId,
    },
    /// Tells the peer's DTLS parameters. Answered with [`Reply::Connected`].
    ConnectTransport {
        /// Which.
        transport: TransportId,
        /// The peer's role and fingerprints.
        dtls_parameters: DtlsParameters,
    },
    /// Makes new ICE credentials; the old ones hold until the peer uses the new ones.
    /// Answered with [`Reply::IceRestarted`].
    RestartIce {
        /// Which.
        transport: TransportId,
    },
    /// Closes a transport with its producers and consumers.
    CloseTransport {
        /// Which.
        transport: TransportId,
    },
    /// Makes a producer.
    Produce(ProduceCommand),
    /// Stops forwarding a producer's media.
    PauseProducer {
        /// Which.
        producer: ProducerId,
    },
    /// Forwards a producer's media again.
    ResumeProducer {
        /// Which.
        producer: ProducerId,
    },
    /// Closes a producer and its consumers.
    CloseProducer {
        /// Which.
        producer: ProducerId,
    },
    /// Makes a consumer.
    Consume(ConsumeCommand),
    /// Stops sending to one consumer.
    PauseConsumer {
        /// Which.
        consumer: ConsumerId,
    },
    /// Sends to the consumer again, from the next key frame on, which is asked for.
    ResumeConsumer {
        /// Which.
        consumer: ConsumerId,
    },
    /// Asks the producer for a key frame.
    RequestKeyFrame {
        /// For which consumer.
        consumer: ConsumerId,
    },
    /// Closes a consumer.
    CloseConsumer {
        /// Which.
        consumer: ConsumerId,
    },
    /// Describes the worker's, a router's or an object's state. Answered with [`Reply::Report`].
    Dump(Target),
    /// Counts what went through a transport, producer or consumer. Answered with [`Reply::Report`].
    Stats(Target),
}

/// What a report is about.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// The whole engine.
    Worker,
    /// A router.
    Router(RouterId),
    /// A transport.
    Transport(TransportId),
    /// A producer.
    Producer(ProducerId),
    /// A consumer.
    Consumer(ConsumerId),
}

/// The parameters of [`Command::Produce`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProduceCommand {
    /// The transport it arrives on.
    pub transport: TransportId,
    /// The id of the new producer.
    pub producer: ProducerId,
    /// Audio or video.
    pub kind: MediaKind,
    /// Whether it starts paused.
    #[serde(default)]
    pub paused: bool,
    /// The `mid` that its packets carry, where one was negotiated (RFC 8843 s.15).
    #[serde(default)]
    pub mid: Option<String>,
    /// Media codecs, in the producer's order; the first is the one in use at the start.
    pub codecs: Vec<ProducerCodec>,
    /// One a simulcast layer, lowest first; a single one otherwise.
    pub encodings: Vec<ProducerEncoding>,
    /// The extension ids that the producer's packets carry.
    #[serde(default)]
    pub header_extensions: Vec<HeaderExtension>,
    /// The least time between two key frame requests to the peer; at least the engine's own.
    #[serde(default)]
    pub key_frame_request_delay_ms: u64,
}

/// Audio or video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// A media codec of a producer with its retransmission payload type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProducerCodec {
    /// What the payload is.
    pub codec: CodecKind,
    /// The payload type that the producer sends.
    pub payload_type: PayloadType,
    /// The payload type that consumers receive.
    pub mapped_payload_type: PayloadType,
    /// RTP clock, in Hz.
    pub clock_rate: u32,
    /// The payload type of its retransmissions (RFC 4588), where negotiated.
    #[serde(default)]
    pub rtx_payload_type: Option<PayloadType>,
    /// Whether the producer answers generic NACKs (RFC 4585 s.6.2.1).
    #[serde(default)]
    pub nack: bool,
    /// Whether the producer answers picture loss indications (RFC 4585 s.6.3.1).
    #[serde(default)]
    pub pli: bool,
    /// Whether the producer answers full intra requests (RFC 5104 s.4.3.1).
    #[serde(default)]
    pub fir: bool,
}

/// One RTP stream of a producer: told by SSRC, or by mid and rid on its first packets.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProducerEncoding {
    /// The SSRC, where signalled.
    #[serde(default)]
    pub ssrc: Option<Ssrc>,
    /// The RTP stream id (RFC 8851), where signalled.
    #[serde(default)]
    pub rid: Option<String>,
    /// The SSRC of its retransmissions, where signalled.
    #[serde(default)]
    pub rtx_ssrc: Option<Ssrc>,
}

/// A header extension (RFC 8285) and the id it has on one transport.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeaderExtension {
    /// What it means.
    pub uri: ExtensionKind,
    /// Its id, 1..=14 in one-byte form, 1..=255 in two-byte form.
    pub id: u8,
}

/// The parameters of [`Command::Consume`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumeCommand {
    /// The transport it leaves on.
    pub transport: TransportId,
    /// The id of the new consumer.
    pub consumer: ConsumerId,
    /// What it consumes.
    pub producer: ProducerId,
    /// Whether it starts paused.
    #[serde(default)]
    pub paused: bool,
    /// The `mid` written into its packets.
    #[serde(default)]
    pub mid: Option<String>,
    /// The payload types (of [`ProducerCodec::mapped_payload_type`]) that it can receive.
    pub payload_types: Vec<PayloadType>,
    /// The payload type of retransmissions, where the consumer takes them.
    #[serde(default)]
    pub rtx_payload_type: Option<PayloadType>,
    /// The SSRC of its stream.
    pub ssrc: Ssrc,
    /// The SSRC of its retransmissions, where the consumer takes them.
    #[serde(default)]
    pub rtx_ssrc: Option<Ssrc>,
    /// The extension ids that its packets carry; what is not listed is dropped.
    #[serde(default)]
    pub header_extensions: Vec<HeaderExtension>,
    /// RTCP CNAME of its stream.
    #[serde(default)]
    pub cname: String,
}

/// The answer to a [`Command`].
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// Done; there is nothing to tell.
    Done {},
    /// A transport was made.
    #[serde(rename_all = "camelCase")]
    WebRtcTransport {
        /// Our ICE credentials.
        ice_parameters: IceParameters,
        /// Our addresses.
        ice_candidates: Vec<IceCandidate>,
        /// Our role and fingerprint.
        dtls_parameters: DtlsParameters,
    },
    /// A transport was told its peer.
    #[serde(rename_all = "camelCase")]
    Connected {
        /// The role we took.
        dtls_local_role: DtlsRole,
    },
    /// ICE has new credentials.
    #[serde(rename_all = "camelCase")]
    IceRestarted {
        /// Our new ICE credentials.
        ice_parameters: IceParameters,
    },
    /// A dump, or statistics.
    Report(Value),
}
