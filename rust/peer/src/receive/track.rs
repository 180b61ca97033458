//! One received track.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use rtc::rtp;
use serde_json::json;
use sfu_outbox::Outbox;

use super::{
    ReceiveStats,
    assembler::Assembler,
    sequence::{Jitter, Rate, Sequence},
};
use crate::media::{Codec, Part, Stamp};

/// One received track, shared by the connection's interceptors and whoever asks for statistics.
#[derive(Debug)]
pub(crate) struct ReceivedTrack {
    state: Mutex<State>,
    outbox: Arc<Outbox>,
}

/// What a packet calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    /// Nothing.
    Fine,
    /// A key frame is to be asked for.
    KeyFrameWanted,
}

/// Something to be told when it is reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    /// The caller's name for it.
    pub(crate) watch: u64,
    /// So many frames since the track began.
    pub(crate) frames: u64,
    /// So many packets since the track began.
    pub(crate) packets: u64,
}

#[derive(Debug)]
struct State {
    codec: Codec,
    clock_rate: u32,
    stats: ReceiveStats,
    sequence: Sequence,
    jitter: Jitter,
    rate: Rate,
    assembler: Assembler,
    source: Option<u64>,
    /// The NTP time (seconds since the Unix epoch) and RTP time of the last sender report.
    report: Option<(f64, u32)>,
    goals: Vec<Goal>,
}

impl ReceivedTrack {
    /// Makes a track of `codec` whose reached goals go to `outbox`.
    pub(crate) fn new(codec: Codec, clock_rate: u32, outbox: Arc<Outbox>) -> Self {
        Self {
            state: Mutex::new(State::new(codec, clock_rate)),
            outbox,
        }
    }

    /// Takes an RTP packet of the track, a retransmitted one unwrapped.
    pub(crate) fn packet(&self, packet: &rtp::Packet, now: Instant) -> Received {
        let mut state = self.lock();
        let received = state.packet(packet, now);
        self.tell_reached(&mut state);
        received
    }

    /// Counts a packet of the RTX stream.
    pub(crate) fn retransmission(&self) {
        self.lock().stats.rtx += 1;
    }

    /// Counts padding, on its own or instead of a retransmission.
    pub(crate) fn padding(&self) {
        self.lock().stats.padding += 1;
    }

    /// Counts a NACK on its way to the sender.
    pub(crate) fn nack(&self) {
        self.lock().stats.nacks += 1;
    }

    /// Counts a PLI on its way to the sender.
    pub(crate) fn pli(&self) {
        self.lock().stats.plis += 1;
    }

    /// Takes a sender report: NTP time in the 32.32 format of RFC 3550, and RTP time.
    pub(crate) fn sender_report(&self, ntp_time: u64, rtp_time: u32) {
        let mut state = self.lock();
        state.stats.sender_reports += 1;
        state.report = Some((unix_seconds(ntp_time), rtp_time));
    }

    /// Takes a BYE.
    pub(crate) fn goodbye(&self) {
        self.lock().stats.ended = true;
    }

    /// Tells `goal.watch` once, when both its numbers are reached; at once if they are.
    pub(crate) fn watch(&self, goal: Goal) {
        let mut state = self.lock();
        state.goals.push(goal);
        self.tell_reached(&mut state);
    }

    /// Forgets a goal.
    pub(crate) fn unwatch(&self, watch: u64) {
        self.lock().goals.retain(|goal| goal.watch != watch);
    }

    /// What was counted so far.
    pub(crate) fn stats(&self) -> ReceiveStats {
        let state = self.lock();
        let mut stats = state.stats.clone();
        stats.lost = state.sequence.missing();
        stats.jitter = state.jitter.seconds();
        stats.bitrate = state.rate.bits_per_second(Instant::now());
        stats
    }

    fn tell_reached(&self, state: &mut State) {
        for goal in state.reached() {
            self.outbox
                .event(&json!({ "event": "reached", "watch": goal.watch }));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(codec: Codec, clock_rate: u32) -> Self {
        Self {
            codec,
            clock_rate,
            stats: ReceiveStats::default(),
            sequence: Sequence::default(),
            jitter: Jitter::new(clock_rate),
            rate: Rate::new(Instant::now()),
            assembler: Assembler::default(),
            source: None,
            report: None,
            goals: Vec::new(),
        }
    }

    fn packet(&mut self, packet: &rtp::Packet, now: Instant) -> Received {
        if !self.sequence.insert(packet.header.sequence_number) {
            self.stats.duplicates += 1;
            return Received::Fine;
        }
        if packet.payload.is_empty() {
            self.stats.padding += 1;
            return Received::Fine;
        }
        self.stats.packets += 1;
        self.stats.bytes += packet.payload.len() as u64;
        self.jitter.update(now, packet.header.timestamp);
        self.rate.add(now, packet.payload.len());
        let Some(stamp) = self.judge(&packet.payload) else {
            self.stats.corrupt += 1;
            return Received::Fine;
        };
        self.frame_part(&stamp, packet.header.timestamp, now)
    }

    /// The stamp of a payload that is whole, and is to the codec what it says it is.
    fn judge(&self, payload: &Bytes) -> Option<Stamp> {
        let stamp = Stamp::open(payload)?;
        let part = self.codec.read(payload)?;
        let first = if stamp.key {
            Part::KeyFrame
        } else {
            Part::Frame
        };
        (stamp.packet != 0 || part == first).then_some(stamp)
    }

    fn frame_part(&mut self, stamp: &Stamp, timestamp: u32, now: Instant) -> Received {
        if self.source != Some(stamp.source) {
            self.source = Some(stamp.source);
            self.stats.sources.push(format!("{:016x}", stamp.source));
            self.assembler = Assembler::default();
        }
        self.measure_clock(stamp.sent, timestamp);
        if !self.codec.is_video() {
            self.count_frame(stamp);
            return Received::Fine;
        }
        let outcome = self.assembler.insert(stamp, now);
        self.stats.frames_dropped += outcome.dropped;
        for frame in &outcome.decoded {
            self.count_frame(frame);
        }
        if self.assembler.wants_key_frame(now) {
            return Received::KeyFrameWanted;
        }
        Received::Fine
    }

    fn count_frame(&mut self, stamp: &Stamp) {
        self.stats.frames += 1;
        self.stats.key_frames += u64::from(stamp.key && self.codec.is_video());
        self.stats.layer = Some(stamp.layer);
        self.stats.last_frame = Some(stamp.frame);
        self.measure_latency(stamp.sent);
    }

    fn measure_latency(&mut self, sent: Duration) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let latency = now.saturating_sub(sent).as_secs_f64();
        let average = self.stats.latency.unwrap_or(latency);
        self.stats.latency = Some(average + (latency - average) / 16.0);
        self.stats.latency_max = Some(self.stats.latency_max.unwrap_or(0.0).max(latency));
    }

    fn measure_clock(&mut self, sent: Duration, timestamp: u32) {
        let Some((ntp, rtp_time)) = self.report else {
            return;
        };
        let ticks = timestamp.wrapping_sub(rtp_time).cast_signed();
        let reported = ntp + f64::from(ticks) / f64::from(self.clock_rate);
        self.stats.clock_offset = Some(reported - sent.as_secs_f64());
    }

    fn reached(&mut self) -> Vec<Goal> {
        let (frames, packets) = (self.stats.frames, self.stats.packets);
        let is_reached = |goal: &Goal| goal.frames <= frames && goal.packets <= packets;
        let reached = self.goals.iter().copied().filter(is_reached).collect();
        self.goals.retain(|goal| !is_reached(goal));
        reached
    }
}

/// NTP time (RFC 3550 s.4) in seconds since the Unix epoch.
fn unix_seconds(ntp_time: u64) -> f64 {
    let [a, b, c, d, fraction @ ..] = ntp_time.to_be_bytes();
    f64::from(u32::from_be_bytes([a, b, c, d])) - NTP_TO_UNIX
        + f64::from(u32::from_be_bytes(fraction)) / 4_294_967_296.0
}

/// Seconds from 1900 to 1970.
const NTP_TO_UNIX: f64 = 2_208_988_800.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ntp_time_counts_from_1900() {
        let one_and_a_half = (2_208_988_801_u64 << 32) | 0x8000_0000;
        assert!((unix_seconds(one_and_a_half) - 1.5).abs() < 1e-9);
    }

    #[test]
    fn frames_are_counted_once_and_their_source_is_known() {
        let track = track();
        for packet in [audio(1, 0), audio(2, 1), audio(2, 1)] {
            track.packet(&packet, Instant::now());
        }
        let stats = track.stats();
        assert_eq!((stats.frames, stats.packets, stats.duplicates), (2, 2, 1));
        assert_eq!(stats.sources, ["00000000000000ab"]);
        assert_eq!(stats.last_frame, Some(1));
    }

    #[test]
    fn a_changed_payload_is_corrupt() {
        let track = track();
        let mut packet = audio(1, 0);
        let mut payload = packet.payload.to_vec();
        payload[20] ^= 1;
        packet.payload = payload.into();
        track.packet(&packet, Instant::now());
        assert_eq!((track.stats().frames, track.stats().corrupt), (0, 1));
    }

    #[test]
    fn a_goal_is_told_once() {
        let outbox = Arc::new(Outbox::new().unwrap());
        let track = ReceivedTrack::new(Codec::Opus, 48_000, Arc::clone(&outbox));
        track.watch(Goal {
            watch: 5,
            frames: 2,
            packets: 0,
        });
        for number in 0..4 {
            track.packet(&audio(number, u32::from(number)), Instant::now());
        }
        let lines = outbox.drain();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("\"watch\":5"), "{}", lines[0]);
    }

    fn track() -> ReceivedTrack {
        ReceivedTrack::new(Codec::Opus, 48_000, Arc::new(Outbox::new().unwrap()))
    }

    fn audio(sequence_number: u16, frame: u32) -> rtp::Packet {
        let mut payload = vec![0xFC];
        let stamp = Stamp {
            source: 0xAB,
            sent: Duration::ZERO,
            frame,
            reference: frame,
            packet: 0,
            packets: 1,
            key: true,
            layer: 0,
        };
        stamp.seal(80, &mut payload);
        rtp::Packet {
            header: rtp::Header {
                sequence_number,
                timestamp: frame * 960,
                ..Default::default()
            },
            payload: payload.into(),
        }
    }
}
