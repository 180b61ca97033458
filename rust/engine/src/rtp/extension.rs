//! RTP header extensions (RFC 8285).

use serde::{Deserialize, Serialize};

/// A header extension that the engine knows. JSON: its URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ExtensionKind {
    /// RFC 8843 s.15.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:sdes:mid")]
    Mid,
    /// RFC 8852 s.3.1.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id")]
    Rid,
    /// RFC 8852 s.3.2.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id")]
    RepairedRid,
    /// 24 bits of the sender's clock, 6.18 fixed point seconds.
    #[serde(rename = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")]
    AbsSendTime,
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01.
    #[serde(rename = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01")]
    TransportWideCc,
    /// RFC 6464.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:ssrc-audio-level")]
    AudioLevel,
    /// The AV1 RTP payload format, appendix A.
    #[serde(
        rename = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
    )]
    DependencyDescriptor,
    /// 3GPP TS 26.114.
    #[serde(rename = "urn:3gpp:video-orientation")]
    VideoOrientation,
    /// RFC 5450.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:toffset")]
    TransmissionOffset,
    /// libwebrtc's absolute capture time.
    #[serde(rename = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time")]
    AbsCaptureTime,
    /// libwebrtc's playout delay.
    #[serde(rename = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay")]
    PlayoutDelay,
    /// mediasoup's packet id.
    #[serde(rename = "urn:mediasoup:params:rtp-hdrext:packet-id")]
    PacketId,
}
