//! The SFU as a pure state machine: datagrams, commands and time in; datagrams, events and a deadline out.
//!
//! No clock, no socket, no thread, no lock: the same inputs give the same outputs.
//!
//! ```text
//! handle_datagrams -> demux -> transport (ice | dtls | srtp.unprotect) -> producer (account, cache)
//!     -> for each consumer, for each packet: rewrite, srtp.protect -> TransmitQueue
//! ```

#![forbid(unsafe_code)]

mod command;
mod config;
mod datagram;
mod demux;
mod engine;
mod error;
mod event;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod ids;
mod router;
mod rtcp;
mod rtp;
mod transport;

pub use command::{
    Command, ConsumeCommand, HeaderExtension, MediaKind, ProduceCommand, ProducerCodec,
    ProducerEncoding, Reply, Target,
};
pub use config::{EngineConfig, ListenAddress};
pub use datagram::{Datagram, SocketId, Transmit, TransmitQueue, Tuple};
pub use engine::Engine;
pub use error::{CommandError, DropReason, InvalidParameters, InvalidState, Object};
pub use event::{ConsumerLayers, ConsumerScore, Event, ProducerScore};
pub use ids::{ConsumerId, PayloadType, ProducerId, RouterId, Ssrc, TransportId};
pub use rtp::{CodecKind, ExtensionKind};
pub use transport::{
    Certificate, CertificateError, DtlsParameters, DtlsRole, DtlsState, Fingerprint, IceCandidate,
    IceParameters, IceState,
};
