//! Whose fault it was: the peer's is a [`DropReason`], the caller's a [`CommandError`].

use serde::Serialize;
use thiserror::Error;

/// Why a command was refused. The engine is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommandError {
    /// The command names something that is not there.
    #[error("no {0} with id {1}")]
    NotFound(Object, u64),
    /// The command makes something whose id is taken.
    #[error("{0} {1} exists already")]
    Exists(Object, u64),
    /// The object is not in a state in which this can be done.
    #[error("{0}")]
    InvalidState(InvalidState),
    /// The parameters contradict each other or what is there.
    #[error("{0}")]
    InvalidParameters(InvalidParameters),
}

/// Kinds of objects that commands name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Object {
    /// A [`crate::RouterId`] names it.
    Router,
    /// A [`crate::TransportId`] names it.
    Transport,
    /// A [`crate::ProducerId`] names it.
    Producer,
    /// A [`crate::ConsumerId`] names it.
    Consumer,
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Router => "router",
            Self::Transport => "transport",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        })
    }
}

/// States that forbid a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidState {
    /// `connect` was called before.
    #[error("the transport is connected already")]
    AlreadyConnected,
    /// The transport failed or was closed by its peer.
    #[error("the transport is closed")]
    TransportClosed,
}

/// Parameters that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidParameters {
    /// No fingerprint at all, or none with a hash that we know.
    #[error("no usable DTLS fingerprint")]
    NoFingerprint,
    /// A fingerprint that is not hex pairs of its hash's length.
    #[error("malformed {0} fingerprint")]
    MalformedFingerprint(String),
    /// An SSRC that another producer of the transport has.
    #[error("ssrc {0} belongs to another producer of this transport")]
    SsrcTaken(u32),
    /// A mid (without rid) that another producer of the transport has.
    #[error("mid {0} belongs to another producer of this transport")]
    MidTaken(String),
    /// Producer and consumer live on different routers.
    #[error("producer and transport belong to different routers")]
    OtherRouter,
    /// An RTP stream that nothing could be told by: neither SSRC nor mid.
    #[error("neither ssrc nor mid tells this stream")]
    Unidentifiable,
    /// A mid or rid that is empty or does not fit a one-byte header extension.
    #[error("mid and rid have 1 to 16 bytes")]
    NameLength,
    /// None of something that is needed.
    #[error("no {0}")]
    Missing(&'static str),
    /// More of something than the engine allows.
    #[error("too many {0}")]
    TooMany(&'static str),
}

/// Why a datagram, or a part of one, was dropped. Never an error: peers send what they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[repr(u8)]
pub enum DropReason {
    /// The first byte belongs to no protocol of RFC 7983.
    UnknownProtocol,
    /// A STUN message that does not parse, or has a wrong FINGERPRINT.
    MalformedStun,
    /// A STUN message of a kind we have no use for.
    UnexpectedStun,
    /// The user name names no transport.
    UnknownUfrag,
    /// MESSAGE-INTEGRITY is missing or wrong.
    StunIntegrity,
    /// DTLS, RTP or RTCP from an address that ICE has not validated.
    UnvalidatedTuple,
    /// DTLS that the guard refused.
    DtlsGuard,
    /// DTLS that the library refused.
    Dtls,
    /// RTP or RTCP before the keys are there.
    NoSrtpKeys,
    /// RTP that does not parse.
    MalformedRtp,
    /// RTCP that does not parse.
    MalformedRtcp,
    /// An RTP stream of no known producer.
    UnknownStream,
    /// A payload type that the producer did not announce.
    UnknownPayloadType,
    /// A wrong authentication tag.
    SrtpAuthentication,
    /// A packet that was there before, or is too old to tell.
    SrtpReplay,
    /// SRTCP that is not encrypted (E bit 0).
    SrtcpUnencrypted,
    /// A packet that was there before inside another one (RTX), or is too late to use.
    Duplicate,
    /// A retransmission without anything in it: padding, which senders probe the path with.
    Padding,
    /// A bug of ours: caught, counted, the transport closed.
    Internal,
}

impl DropReason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; Self::Internal as usize + 1] = [
        Self::UnknownProtocol,
        Self::MalformedStun,
        Self::UnexpectedStun,
        Self::UnknownUfrag,
        Self::StunIntegrity,
        Self::UnvalidatedTuple,
        Self::DtlsGuard,
        Self::Dtls,
        Self::NoSrtpKeys,
        Self::MalformedRtp,
        Self::MalformedRtcp,
        Self::UnknownStream,
        Self::UnknownPayloadType,
        Self::SrtpAuthentication,
        Self::SrtpReplay,
        Self::SrtcpUnencrypted,
        Self::Duplicate,
        Self::Padding,
        Self::Internal,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_at_their_numbers() {
        for (place, reason) in DropReason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, place);
        }
    }
}
