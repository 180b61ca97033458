//! One published track.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use rtc::rtcp::{reception_report::ReceptionReport, sender_report::SenderReport};
use serde::Serialize;

use crate::parameters::{AUDIO_LEVEL, Encoding, MID, REPAIRED_RID, RID, RtpParameters};

/// One published track, shared by its source, the interceptors and whoever asks for statistics.
#[derive(Debug)]
pub(crate) struct SentTrack {
    /// The identity in the frames.
    pub(crate) source: u64,
    /// The encodings, one or a simulcast of several, lowest quality first.
    pub(crate) encodings: Vec<SentEncoding>,
    paused: AtomicBool,
}

/// One RTP stream with its retransmissions.
#[derive(Debug)]
pub(crate) struct SentEncoding {
    pub(crate) ssrc: u32,
    pub(crate) rtx_ssrc: Option<u32>,
    pub(crate) rid: Option<String>,
    /// Header extensions of media packets: id and value.
    pub(crate) extensions: Vec<(u8, Bytes)>,
    /// Header extensions of retransmissions.
    pub(crate) repair_extensions: Vec<(u8, Bytes)>,
    key_frame_wanted: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    stats: SendStats,
    /// The middle 32 bits of the NTP time of the last sender reports, and when they left.
    reports: [Option<(u32, Instant)>; REPORTS],
}

/// Counts of one sent encoding. JSON in camelCase.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendStats {
    pub(crate) ssrc: u32,
    pub(crate) rid: Option<String>,
    /// Frames made.
    pub(crate) frames: u64,
    /// Key frames among them.
    pub(crate) key_frames: u64,
    /// Packets sent for the first time.
    pub(crate) packets: u64,
    /// RTP payload of those packets, in bytes.
    pub(crate) bytes: u64,
    /// Packets sent again.
    pub(crate) rtx: u64,
    /// NACK messages received.
    pub(crate) nacks: u64,
    /// PLI received.
    pub(crate) plis: u64,
    /// FIR received.
    pub(crate) firs: u64,
    /// Report blocks received.
    pub(crate) reports: u64,
    /// Packets that the other end says are lost.
    pub(crate) remote_lost: u32,
    /// The share of packets lost since the report before, 0 to 1.
    pub(crate) remote_fraction_lost: f64,
    /// The jitter that the other end reports, in RTP ticks.
    pub(crate) remote_jitter: u32,
    /// The round trip in seconds, from the last report (RFC 3550 s.6.4.1).
    pub(crate) round_trip: Option<f64>,
}

impl SentTrack {
    /// Makes a track of the encodings in `rtp`, with SSRCs from `random` where it has none.
    pub(crate) fn new(source: u64, rtp: &RtpParameters, mut random: impl FnMut() -> u32) -> Self {
        let has_rtx = rtp.codecs.iter().any(crate::parameters::RtpCodec::is_rtx);
        let encodings = rtp
            .encodings
            .iter()
            .map(|encoding| SentEncoding::new(encoding, rtp, has_rtx, &mut random))
            .collect();
        Self {
            source,
            encodings,
            paused: AtomicBool::new(false),
        }
    }

    /// Stops or goes on sending.
    pub(crate) fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }

    /// Whether nothing is to be sent.
    pub(crate) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    /// The counts of all encodings.
    pub(crate) fn stats(&self) -> Vec<SendStats> {
        self.encodings.iter().map(SentEncoding::stats).collect()
    }
}

impl SentEncoding {
    fn new(
        encoding: &Encoding,
        rtp: &RtpParameters,
        has_rtx: bool,
        random: &mut impl FnMut() -> u32,
    ) -> Self {
        let rtx_ssrc = encoding.rtx.map(|rtx| rtx.ssrc);
        Self {
            ssrc: encoding.ssrc.unwrap_or_else(&mut *random),
            rtx_ssrc: has_rtx.then(|| rtx_ssrc.unwrap_or_else(&mut *random)),
            rid: encoding.rid.clone(),
            extensions: identification(rtp, encoding, RID)
                .into_iter()
                .chain(rtp.extension_id(AUDIO_LEVEL).map(|id| (id, SPEECH)))
                .collect(),
            repair_extensions: identification(rtp, encoding, REPAIRED_RID),
            key_frame_wanted: AtomicBool::new(true),
            state: Mutex::default(),
        }
    }

    /// Whether a key frame was asked for since the last call.
    pub(crate) fn take_key_frame_request(&self) -> bool {
        self.key_frame_wanted.swap(false, Ordering::Relaxed)
    }

    /// Counts a frame.
    pub(crate) fn frame(&self, key: bool) {
        let stats = &mut self.lock().stats;
        stats.frames += 1;
        stats.key_frames += u64::from(key);
    }

    /// Counts a packet on its first way out.
    pub(crate) fn packet(&self, bytes: usize) {
        let stats = &mut self.lock().stats;
        stats.packets += 1;
        stats.bytes += bytes as u64;
    }

    /// Counts a retransmission.
    pub(crate) fn retransmission(&self) {
        self.lock().stats.rtx += 1;
    }

    /// Takes a NACK.
    pub(crate) fn nack(&self) {
        self.lock().stats.nacks += 1;
    }

    /// Takes a PLI: the next frame will be a key frame.
    pub(crate) fn pli(&self) {
        self.lock().stats.plis += 1;
        self.key_frame_wanted.store(true, Ordering::Relaxed);
    }

    /// Takes a FIR: the next frame will be a key frame.
    pub(crate) fn fir(&self) {
        self.lock().stats.firs += 1;
        self.key_frame_wanted.store(true, Ordering::Relaxed);
    }

    /// Remembers when a sender report left.
    pub(crate) fn sender_report(&self, report: &SenderReport, now: Instant) {
        let reports = &mut self.lock().reports;
        reports.rotate_right(1);
        if let Some(newest) = reports.first_mut() {
            *newest = Some((middle(report.ntp_time), now));
        }
    }

    /// Takes what the other end reports of the stream.
    pub(crate) fn reception_report(&self, report: &ReceptionReport, now: Instant) {
        let state = &mut *self.lock();
        state.stats.reports += 1;
        state.stats.remote_lost = report.total_lost;
        state.stats.remote_fraction_lost = f64::from(report.fraction_lost) / 256.0;
        state.stats.remote_jitter = report.jitter;
        let left = state
            .reports
            .iter()
            .flatten()
            .find(|(ntp, _)| *ntp == report.last_sender_report);
        if let Some((_, left)) = left {
            let held = Duration::from_secs_f64(f64::from(report.delay) / 65_536.0);
            let round_trip = now.saturating_duration_since(*left).saturating_sub(held);
            state.stats.round_trip = Some(round_trip.as_secs_f64());
        }
    }

    fn stats(&self) -> SendStats {
        SendStats {
            ssrc: self.ssrc,
            rid: self.rid.clone(),
            ..self.lock().stats.clone()
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The extensions by which an unannounced SSRC is known: mid, and a rid in the given extension.
fn identification(rtp: &RtpParameters, encoding: &Encoding, rid_uri: &str) -> Vec<(u8, Bytes)> {
    let mid = rtp.extension_id(MID).map(|id| (id, rtp.mid.clone().into()));
    let rid = encoding.rid.clone().zip(rtp.extension_id(rid_uri));
    mid.into_iter()
        .chain(rid.map(|(rid, id)| (id, rid.into())))
        .collect()
}

/// The middle 32 bits of an NTP time, which reports answer with.
fn middle(ntp_time: u64) -> u32 {
    let [_, _, a, b, c, d, ..] = ntp_time.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Voice activity at -30 dBov (RFC 6464 s.3).
const SPEECH: Bytes = Bytes::from_static(&[0x80 | 30]);
/// More reports than are sent in any round trip.
const REPORTS: usize = 8;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_encoding_without_ssrc_gets_one_and_is_known_by_its_rid() {
        let rtp = parameters(&json!([{ "rid": "r0" }, { "rid": "r1" }]));
        let mut next = 0;
        let track = SentTrack::new(1, &rtp, || {
            next += 1;
            next
        });
        let first = &track.encodings[0];
        assert_eq!((first.ssrc, first.rtx_ssrc), (1, Some(2)));
        assert_eq!(first.extensions, [(4, "7".into()), (10, "r0".into())]);
        assert_eq!(
            first.repair_extensions,
            [(4, "7".into()), (11, "r0".into())]
        );
    }

    #[test]
    fn the_first_frame_and_the_one_after_a_request_are_key_frames() {
        let rtp = parameters(&json!([{ "ssrc": 5 }]));
        let track = SentTrack::new(1, &rtp, || 9);
        let encoding = &track.encodings[0];
        assert!(encoding.take_key_frame_request());
        assert!(!encoding.take_key_frame_request());
        encoding.fir();
        assert!(encoding.take_key_frame_request());
    }

    #[test]
    fn the_round_trip_is_what_the_other_end_did_not_hold() {
        let rtp = parameters(&json!([{ "ssrc": 5 }]));
        let track = SentTrack::new(1, &rtp, || 9);
        let encoding = &track.encodings[0];
        let start = Instant::now();
        let sent = SenderReport {
            ntp_time: 0x0000_1234_5678_0000,
            ..Default::default()
        };
        encoding.sender_report(&sent, start);
        let report = ReceptionReport {
            last_sender_report: 0x1234_5678,
            delay: 65_536 / 2,
            ..Default::default()
        };
        encoding.reception_report(&report, start + Duration::from_millis(520));
        let round_trip = track.stats()[0].round_trip.unwrap();
        assert!((round_trip - 0.02).abs() < 1e-4, "{round_trip}");
    }

    fn parameters(encodings: &serde_json::Value) -> RtpParameters {
        serde_json::from_value(json!({
            "mid": "7",
            "codecs": [
                { "mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000 },
                { "mimeType": "video/rtx", "payloadType": 97, "clockRate": 90000 },
            ],
            "headerExtensions": [
                { "uri": MID, "id": 4 }, { "uri": RID, "id": 10 }, { "uri": REPAIRED_RID, "id": 11 },
            ],
            "encodings": encodings,
        }))
        .unwrap()
    }
}
