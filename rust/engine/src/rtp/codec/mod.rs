//! What an SFU reads of a payload: where pictures begin and which of them are key frames.

use serde::{Deserialize, Serialize};

/// A codec that the engine forwards. JSON: its MIME subtype in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodecKind {
    /// Opus (RFC 7587).
    Opus,
    /// Opus with more than two channels, as libwebrtc has it.
    Multiopus,
    /// G.711 mu-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722.
    G722,
    /// DTMF (RFC 4733).
    #[serde(rename = "telephone-event")]
    TelephoneEvent,
    /// VP8 (RFC 7741).
    Vp8,
    /// VP9 (RFC 9628).
    Vp9,
    /// H.264 (RFC 6184).
    H264,
    /// AV1 (the AOMedia RTP payload format).
    Av1,
}
