//! What an SFU reads of a payload: where pictures begin and which of them are key frames.

mod av1;
mod h264;
mod vp8;
mod vp9;

use serde::{Deserialize, Serialize};

use crate::command::MediaKind;

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

impl CodecKind {
    /// Whether it codes sound or pictures.
    pub(crate) fn media_kind(self) -> MediaKind {
        match self {
            Self::Opus
            | Self::Multiopus
            | Self::Pcmu
            | Self::Pcma
            | Self::G722
            | Self::TelephoneEvent => MediaKind::Audio,
            Self::Vp8 | Self::Vp9 | Self::H264 | Self::Av1 => MediaKind::Video,
        }
    }

    /// Whether a receiver can start at a key frame only.
    pub(crate) fn needs_key_frame(self) -> bool {
        self.media_kind() == MediaKind::Video
    }

    /// Whether a receiver can start at this packet: the first of a key frame, and any packet of a
    /// codec without key frames. `payload`: unprotected, without padding.
    pub(crate) fn is_key_frame(self, payload: &[u8]) -> bool {
        match self {
            Self::Opus
            | Self::Multiopus
            | Self::Pcmu
            | Self::Pcma
            | Self::G722
            | Self::TelephoneEvent => true,
            Self::Vp8 => vp8::starts_key_frame(payload),
            Self::Vp9 => vp9::starts_key_frame(payload),
            Self::H264 => h264::starts_key_frame(payload),
            Self::Av1 => av1::starts_key_frame(payload),
        }
    }
}
