//! mediasoup's JSON, as much of it as a client needs. Unknown keys pass.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `audio` or `video`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Audio,
    Video,
}

/// The server's side of a transport.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransportOptions {
    pub(crate) ice_parameters: IceParameters,
    pub(crate) ice_candidates: Vec<IceCandidate>,
    pub(crate) dtls_parameters: DtlsParameters,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IceParameters {
    pub(crate) username_fragment: String,
    pub(crate) password: String,
    #[serde(default)]
    pub(crate) ice_lite: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct IceCandidate {
    pub(crate) foundation: String,
    pub(crate) priority: u32,
    pub(crate) ip: IpAddr,
    pub(crate) protocol: String,
    pub(crate) port: u16,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DtlsParameters {
    #[serde(default)]
    pub(crate) role: DtlsRole,
    pub(crate) fingerprints: Vec<Fingerprint>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DtlsRole {
    #[default]
    Auto,
    Client,
    Server,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    pub(crate) algorithm: String,
    pub(crate) value: String,
}

/// What is sent, or received, in one m-section.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RtpParameters {
    pub(crate) mid: String,
    pub(crate) codecs: Vec<RtpCodec>,
    #[serde(default)]
    pub(crate) header_extensions: Vec<HeaderExtension>,
    #[serde(default)]
    pub(crate) encodings: Vec<Encoding>,
    #[serde(default)]
    pub(crate) rtcp: Rtcp,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RtpCodec {
    pub(crate) mime_type: String,
    pub(crate) payload_type: u8,
    pub(crate) clock_rate: u32,
    pub(crate) channels: Option<u16>,
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
    #[serde(default)]
    pub(crate) rtcp_feedback: Vec<RtcpFeedback>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RtcpFeedback {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) parameter: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct HeaderExtension {
    pub(crate) uri: String,
    pub(crate) id: u8,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Encoding {
    pub(crate) ssrc: Option<u32>,
    pub(crate) rid: Option<String>,
    pub(crate) rtx: Option<Rtx>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Rtx {
    pub(crate) ssrc: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Rtcp {
    pub(crate) cname: Option<String>,
}

impl RtpParameters {
    /// The first codec that is not a repair format: the one that media is sent with.
    pub(crate) fn media_codec(&self) -> Option<&RtpCodec> {
        self.codecs.iter().find(|codec| !codec.is_rtx())
    }

    /// The id of a header extension.
    pub(crate) fn extension_id(&self, uri: &str) -> Option<u8> {
        self.header_extensions
            .iter()
            .find(|extension| extension.uri == uri)
            .map(|extension| extension.id)
    }
}

impl RtpCodec {
    /// Whether it is RFC 4588 retransmission.
    pub(crate) fn is_rtx(&self) -> bool {
        self.mime_type.to_ascii_lowercase().ends_with("/rtx")
    }

    /// The payload type that a retransmission format repairs.
    pub(crate) fn apt(&self) -> Option<u8> {
        self.parameters.get("apt")?.as_u64()?.try_into().ok()
    }

    /// The kind that stands in the MIME type.
    pub(crate) fn kind(&self) -> Kind {
        if self.mime_type.to_ascii_lowercase().starts_with("audio/") {
            Kind::Audio
        } else {
            Kind::Video
        }
    }

    /// The format parameters as SDP has them: `a=b;c=d`.
    pub(crate) fn format_parameters(&self) -> String {
        let write = |(key, value): (&String, &Value)| match value.as_str() {
            Some(text) => format!("{key}={text}"),
            None => format!("{key}={value}"),
        };
        let parameters: Vec<String> = self.parameters.iter().map(write).collect();
        parameters.join(";")
    }
}

/// RFC 8843 s.15.
pub(crate) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
/// RFC 8852 s.3.1.
pub(crate) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
/// RFC 8852 s.3.2.
pub(crate) const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
/// RFC 6464.
pub(crate) const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_parameters_are_written_as_sdp_has_them() {
        let codec: RtpCodec = serde_json::from_value(serde_json::json!({
            "mimeType": "video/H264", "payloadType": 102, "clockRate": 90000,
            "parameters": { "packetization-mode": 1, "profile-level-id": "42e01f" },
        }))
        .unwrap();
        assert_eq!(
            codec.format_parameters(),
            "packetization-mode=1;profile-level-id=42e01f"
        );
        assert!(!codec.is_rtx());
    }

    #[test]
    fn the_media_codec_is_not_the_retransmission() {
        let parameters: RtpParameters = serde_json::from_value(serde_json::json!({
            "mid": "0",
            "codecs": [
                { "mimeType": "video/rtx", "payloadType": 97, "clockRate": 90000,
                  "parameters": { "apt": 96 } },
                { "mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000 },
            ],
        }))
        .unwrap();
        assert_eq!(parameters.media_codec().unwrap().payload_type, 96);
        assert_eq!(parameters.codecs[0].apt(), Some(96));
    }
}
