//! What a receiver counts.

use serde::Serialize;

/// Counts and measures of one received track since it began. JSON in camelCase.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReceiveStats {
    /// Frames that a decoder could show, complete and unchanged; packets for audio.
    pub(crate) frames: u64,
    /// Key frames among them.
    pub(crate) key_frames: u64,
    /// Frames given up: incomplete, or what they refer to was.
    pub(crate) frames_dropped: u64,
    /// Packets, each once, those that came by retransmission included.
    pub(crate) packets: u64,
    /// RTP payload of those packets, in bytes.
    pub(crate) bytes: u64,
    /// Packets between the first and the last that have not come, not even again.
    pub(crate) lost: u64,
    /// Packets that were there before.
    pub(crate) duplicates: u64,
    /// Packets that are not as they were sent, or not of the codec.
    pub(crate) corrupt: u64,
    /// Padding without payload.
    pub(crate) padding: u64,
    /// Retransmissions that came on the RTX stream.
    pub(crate) rtx: u64,
    /// NACK messages sent.
    pub(crate) nacks: u64,
    /// Key frames asked for.
    pub(crate) plis: u64,
    /// Interarrival jitter in seconds (RFC 3550).
    pub(crate) jitter: f64,
    /// Payload bits a second over the last second.
    pub(crate) bitrate: f64,
    /// Seconds from the making of a frame to its completion; an average over about 16 frames.
    pub(crate) latency: Option<f64>,
    /// The greatest of them.
    pub(crate) latency_max: Option<f64>,
    /// Sender reports received.
    pub(crate) sender_reports: u64,
    /// By how many seconds the sender reports' clock is ahead of the sender's own: the same for
    /// all tracks of one peer when lip sync holds.
    pub(crate) clock_offset: Option<f64>,
    /// The identities that the frames carry, in hexadecimal, in order of appearance.
    pub(crate) sources: Vec<String>,
    /// The simulcast encoding of the last frame.
    pub(crate) layer: Option<u8>,
    /// The number of the last frame.
    pub(crate) last_frame: Option<u32>,
    /// The sender has said goodbye (RTCP BYE).
    pub(crate) ended: bool,
}
