//! The server's session description, written from ORTC parameters: always an offer, which the
//! peer answers, for sending as for receiving.

use std::fmt::Write;

use crate::{
    error::CommandError,
    parameters::{
        DtlsRole, Encoding, IceCandidate, Kind, RtpCodec, RtpParameters, TransportOptions,
    },
};

/// One m-section.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// What it is of.
    pub(crate) kind: Kind,
    /// Whether media flows, and which way.
    pub(crate) flow: Flow,
    /// Its contents.
    pub(crate) rtp: RtpParameters,
}

/// The direction of media, seen from the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// To the server.
    Send,
    /// From the server.
    Receive,
    /// No more.
    Closed,
}

/// Writes the offer of the server behind `transport`; `version` grows with each.
///
/// # Errors
///
/// A string that would break out of its line.
pub(crate) fn offer(
    transport: &TransportOptions,
    sections: &[Section],
    version: u64,
) -> Result<String, CommandError> {
    let mut lines = Lines::default();
    let mids: Vec<&str> = sections
        .iter()
        .map(|section| section.rtp.mid.as_str())
        .collect();
    lines.push("v=0");
    lines.push(&format!("o=sfu 1 {version} IN IP4 127.0.0.1"));
    lines.push("s=-");
    lines.push("t=0 0");
    if transport.ice_parameters.ice_lite {
        lines.push("a=ice-lite");
    }
    lines.push(&format!("a=group:BUNDLE {}", mids.join(" ")));
    lines.push("a=msid-semantic: WMS *");
    for section in sections {
        write_section(&mut lines, transport, section)?;
    }
    lines.finish()
}

fn write_section(
    lines: &mut Lines,
    transport: &TransportOptions,
    section: &Section,
) -> Result<(), CommandError> {
    let (kind, rtp) = (section.kind, &section.rtp);
    let name = match kind {
        Kind::Audio => "audio",
        Kind::Video => "video",
    };
    let formats: Vec<String> = rtp
        .codecs
        .iter()
        .map(|codec| codec.payload_type.to_string())
        .collect();
    lines.push(&format!(
        "m={name} 7 UDP/TLS/RTP/SAVPF {}",
        formats.join(" ")
    ));
    lines.push("c=IN IP4 127.0.0.1");
    write_transport(lines, transport)?;
    lines.push(&format!("a=mid:{}", rtp.mid));
    lines.push(match section.flow {
        Flow::Send => "a=recvonly",
        Flow::Receive => "a=sendonly",
        Flow::Closed => "a=inactive",
    });
    lines.push("a=rtcp-mux");
    lines.push("a=rtcp-rsize");
    for codec in &rtp.codecs {
        write_codec(lines, codec);
    }
    for extension in &rtp.header_extensions {
        lines.push(&format!("a=extmap:{} {}", extension.id, extension.uri));
    }
    if section.flow == Flow::Receive {
        write_sources(lines, rtp);
    }
    Ok(())
}

fn write_transport(lines: &mut Lines, transport: &TransportOptions) -> Result<(), CommandError> {
    let ice = &transport.ice_parameters;
    lines.push(&format!("a=ice-ufrag:{}", ice.username_fragment));
    lines.push(&format!("a=ice-pwd:{}", ice.password));
    for candidate in transport
        .ice_candidates
        .iter()
        .filter(|candidate| candidate.protocol == "udp")
    {
        write_candidate(lines, candidate);
    }
    lines.push("a=end-of-candidates");
    let dtls = &transport.dtls_parameters;
    let sha_256 = dtls
        .fingerprints
        .iter()
        .find(|fingerprint| fingerprint.algorithm == "sha-256");
    let fingerprint = sha_256
        .ok_or_else(|| CommandError::InvalidParameters("no sha-256 fingerprint".to_owned()))?;
    lines.push(&format!(
        "a=fingerprint:{} {}",
        fingerprint.algorithm, fingerprint.value
    ));
    lines.push(match dtls.role {
        DtlsRole::Auto => "a=setup:actpass",
        DtlsRole::Client => "a=setup:active",
        DtlsRole::Server => "a=setup:passive",
    });
    Ok(())
}

fn write_candidate(lines: &mut Lines, candidate: &IceCandidate) {
    lines.push(&format!(
        "a=candidate:{} 1 udp {} {} {} typ host",
        candidate.foundation, candidate.priority, candidate.ip, candidate.port
    ));
}

fn write_codec(lines: &mut Lines, codec: &RtpCodec) {
    let (payload_type, clock_rate) = (codec.payload_type, codec.clock_rate);
    let name = codec.mime_type.split_once('/').map_or("", |(_, name)| name);
    let mut map = format!("a=rtpmap:{payload_type} {name}/{clock_rate}");
    if let Some(channels) = codec.channels.filter(|&channels| channels > 1) {
        let _ = write!(map, "/{channels}");
    }
    lines.push(&map);
    if !codec.parameters.is_empty() {
        lines.push(&format!(
            "a=fmtp:{payload_type} {}",
            codec.format_parameters()
        ));
    }
    for feedback in &codec.rtcp_feedback {
        let feedback = format!("{} {}", feedback.kind, feedback.parameter);
        lines.push(&format!("a=rtcp-fb:{payload_type} {}", feedback.trim_end()));
    }
}

/// The library finds a section's streams by `a=ssrc` with an msid of its own, nothing else.
fn write_sources(lines: &mut Lines, rtp: &RtpParameters) {
    let cname = rtp.rtcp.cname.as_deref().unwrap_or("sfu");
    let mid = &rtp.mid;
    lines.push(&format!("a=msid:stream-{mid} track-{mid}"));
    for Encoding { ssrc, rtx, .. } in &rtp.encodings {
        let Some(ssrc) = ssrc else { continue };
        if let Some(rtx) = rtx {
            lines.push(&format!("a=ssrc-group:FID {ssrc} {}", rtx.ssrc));
        }
        for ssrc in std::iter::once(*ssrc).chain(rtx.map(|rtx| rtx.ssrc)) {
            lines.push(&format!("a=ssrc:{ssrc} cname:{cname}"));
            lines.push(&format!("a=ssrc:{ssrc} msid:stream-{mid} track-{mid}"));
        }
    }
}

#[derive(Debug, Default)]
struct Lines {
    text: String,
    broken: bool,
}

impl Lines {
    fn push(&mut self, line: &str) {
        self.broken |= line.contains(char::is_control);
        self.text.push_str(line);
        self.text.push_str("\r\n");
    }

    fn finish(self) -> Result<String, CommandError> {
        if self.broken {
            return Err(CommandError::InvalidParameters(
                "control characters in parameters".to_owned(),
            ));
        }
        Ok(self.text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_offer_tells_what_the_server_is_and_sends() {
        let sdp = offer(&transport(), &[section(Flow::Receive)], 3).unwrap();
        for line in [
            "o=sfu 1 3 IN IP4 127.0.0.1",
            "a=ice-lite",
            "a=group:BUNDLE 0",
            "m=video 7 UDP/TLS/RTP/SAVPF 101 102",
            "a=candidate:udpcandidate 1 udp 1076302079 203.0.113.5 44444 typ host",
            "a=fingerprint:sha-256 AA:BB",
            "a=setup:actpass",
            "a=sendonly",
            "a=rtpmap:101 VP8/90000",
            "a=rtcp-fb:101 nack",
            "a=rtcp-fb:101 nack pli",
            "a=fmtp:102 apt=101",
            "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
            "a=ssrc-group:FID 1000 1001",
            "a=ssrc:1000 cname:abc",
        ] {
            assert!(sdp.contains(&format!("{line}\r\n")), "{line} in\n{sdp}");
        }
    }

    #[test]
    fn tcp_candidates_are_left_out() {
        let sdp = offer(&transport(), &[section(Flow::Send)], 1).unwrap();
        assert_eq!(sdp.matches("a=candidate").count(), 1);
    }

    #[test]
    fn what_is_sent_has_no_sources_and_what_is_closed_is_inactive() {
        let sdp = offer(&transport(), &[section(Flow::Send)], 1).unwrap();
        assert!(sdp.contains("a=recvonly\r\n") && !sdp.contains("a=ssrc:"));
        let sdp = offer(&transport(), &[section(Flow::Closed)], 1).unwrap();
        assert!(sdp.contains("a=inactive\r\n") && !sdp.contains("a=ssrc:"));
    }

    #[test]
    fn a_line_break_in_a_parameter_is_refused() {
        let mut section = section(Flow::Receive);
        section.rtp.mid = "0\r\na=inactive".to_owned();
        assert!(offer(&transport(), &[section], 1).is_err());
    }

    fn transport() -> TransportOptions {
        serde_json::from_value(json!({
            "iceParameters": { "usernameFragment": "u", "password": "p", "iceLite": true },
            "iceCandidates": [
                { "foundation": "udpcandidate", "priority": 1076302079, "ip": "203.0.113.5",
                  "protocol": "udp", "port": 44444, "type": "host" },
                { "foundation": "tcpcandidate", "priority": 1, "ip": "203.0.113.5",
                  "protocol": "tcp", "port": 44444, "type": "host" },
            ],
            "dtlsParameters": { "role": "auto", "fingerprints": [
                { "algorithm": "sha-256", "value": "AA:BB" } ] },
        }))
        .unwrap()
    }

    fn section(flow: Flow) -> Section {
        let rtp = serde_json::from_value(json!({
            "mid": "0",
            "codecs": [
                { "mimeType": "video/VP8", "payloadType": 101, "clockRate": 90000, "rtcpFeedback": [
                    { "type": "nack", "parameter": "" }, { "type": "nack", "parameter": "pli" } ] },
                { "mimeType": "video/rtx", "payloadType": 102, "clockRate": 90000,
                  "parameters": { "apt": 101 } },
            ],
            "headerExtensions": [{ "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 1 }],
            "encodings": [{ "ssrc": 1000, "rtx": { "ssrc": 1001 } }],
            "rtcp": { "cname": "abc" },
        }))
        .unwrap();
        Section {
            kind: Kind::Video,
            flow,
            rtp,
        }
    }
}
