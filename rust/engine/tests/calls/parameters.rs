//! What a world's tracks are, in the JSON of the engine's commands and of the peers.

use serde_json::{Value, json};

/// What a track carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    Audio,
    Video,
}

/// The command by which a track of `World::publish` becomes a producer.
pub(crate) fn produce(transport: u64, id: u64, media: Media, mid: &str) -> Value {
    let codec = match media {
        Media::Audio => json!({
            "codec": "opus", "payloadType": 111, "mappedPayloadType": 100, "clockRate": 48_000,
        }),
        Media::Video => json!({
            "codec": "vp8", "payloadType": 96, "mappedPayloadType": 101, "clockRate": 90_000,
            "rtxPayloadType": 97, "nack": true, "pli": true, "fir": true,
        }),
    };
    json!({
        "method": "produce", "transport": transport, "producer": id, "kind": kind(media),
        "mid": mid, "codecs": [codec], "encodings": client_encodings(media, id),
        "headerExtensions": [{ "uri": MID, "id": 4 }, { "uri": AUDIO_LEVEL, "id": 7 }],
    })
}

/// The command of `World::publish_simulcast`.
pub(crate) fn produce_simulcast(transport: u64, id: u64, mid: &str) -> Value {
    let mut command = produce(transport, id, Media::Video, mid);
    command["encodings"] = simulcast_encodings();
    command["headerExtensions"] = simulcast_extensions();
    command
}

/// The command of `World::subscribe`.
pub(crate) fn consume(transport: u64, id: u64, producer: u64, media: Media, mid: &str) -> Value {
    let mut command = json!({
        "method": "consume", "transport": transport, "consumer": id, "producer": producer,
        "mid": mid, "payloadTypes": [100, 101], "ssrc": 10_000 + id, "cname": "alice",
        "headerExtensions": [
            { "uri": MID, "id": 1 }, { "uri": ABS_SEND_TIME, "id": 4 }, { "uri": AUDIO_LEVEL, "id": 6 },
        ],
    });
    if media == Media::Video {
        command["rtxPayloadType"] = json!(102);
        command["rtxSsrc"] = json!(20_000 + id);
    }
    command
}

/// What a client sends, as `RtpParameters`.
pub(crate) fn client_parameters(media: Media, mid: &str, id: u64) -> Value {
    let mut codecs = vec![client_codec(media)];
    if media == Media::Video {
        codecs.push(client_rtx());
    }
    json!({
        "mid": mid, "codecs": codecs, "encodings": client_encodings(media, id),
        "headerExtensions": [{ "uri": MID, "id": 4 }, { "uri": AUDIO_LEVEL, "id": 7 }],
        "rtcp": { "cname": "alice" },
    })
}

/// The same in three encodings that are told by mid and rid alone.
pub(crate) fn simulcast_client_parameters(mid: &str, id: u64) -> Value {
    let mut parameters = client_parameters(Media::Video, mid, id);
    parameters["encodings"] = simulcast_encodings();
    parameters["headerExtensions"] = simulcast_extensions();
    parameters
}

fn simulcast_encodings() -> Value {
    json!([{ "rid": "r0" }, { "rid": "r1" }, { "rid": "r2" }])
}

fn simulcast_extensions() -> Value {
    json!([{ "uri": MID, "id": 4 }, { "uri": RID, "id": 10 }, { "uri": REPAIRED_RID, "id": 11 }])
}

fn client_encodings(media: Media, id: u64) -> Value {
    match media {
        Media::Audio => json!([{ "ssrc": 1_000 + id }]),
        Media::Video => {
            json!([{ "ssrc": 1_000 + id, "rtx": { "ssrc": 2_000 + id }, "rtxSsrc": 2_000 + id }])
        }
    }
}

/// What a client receives, as `RtpParameters`.
pub(crate) fn router_parameters(media: Media, mid: &str, id: u64) -> Value {
    let mut codecs = vec![router_codec(media)];
    let mut encoding = json!({ "ssrc": 10_000 + id });
    if media == Media::Video {
        codecs.push(router_rtx());
        encoding["rtx"] = json!({ "ssrc": 20_000 + id });
    }
    json!({
        "mid": mid, "codecs": codecs, "encodings": [encoding],
        "headerExtensions": [
            { "uri": MID, "id": 1 }, { "uri": ABS_SEND_TIME, "id": 4 }, { "uri": AUDIO_LEVEL, "id": 6 },
        ],
        "rtcp": { "cname": "alice" },
    })
}

/// All codecs that a peer sends or receives.
pub(crate) fn peer_codecs() -> Value {
    json!([
        client_codec(Media::Audio),
        client_codec(Media::Video),
        client_rtx(),
        router_codec(Media::Audio),
        router_codec(Media::Video),
        router_rtx(),
    ])
}

/// All header extensions that it does.
pub(crate) fn peer_extensions() -> Value {
    json!([MID, RID, REPAIRED_RID, AUDIO_LEVEL, ABS_SEND_TIME])
}

fn client_codec(media: Media) -> Value {
    codec(media, 111, 96)
}

fn router_codec(media: Media) -> Value {
    codec(media, 100, 101)
}

fn codec(media: Media, audio: u8, video: u8) -> Value {
    match media {
        Media::Audio => json!({
            "mimeType": "audio/opus", "payloadType": audio, "clockRate": 48_000, "channels": 2,
        }),
        Media::Video => json!({
            "mimeType": "video/VP8", "payloadType": video, "clockRate": 90_000,
            "rtcpFeedback": [
                { "type": "nack" }, { "type": "nack", "parameter": "pli" },
                { "type": "ccm", "parameter": "fir" },
            ],
        }),
    }
}

fn client_rtx() -> Value {
    rtx(97, 96)
}

fn router_rtx() -> Value {
    rtx(102, 101)
}

fn rtx(payload_type: u8, apt: u8) -> Value {
    json!({
        "mimeType": "video/rtx", "payloadType": payload_type, "clockRate": 90_000,
        "parameters": { "apt": apt },
    })
}

pub(crate) fn kind(media: Media) -> &'static str {
    match media {
        Media::Audio => "audio",
        Media::Video => "video",
    }
}

pub(crate) fn fps(media: Media) -> u32 {
    match media {
        Media::Audio => 50,
        Media::Video => 30,
    }
}

const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
const ABS_SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
