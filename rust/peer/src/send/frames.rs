//! Frames of synthetic media, cut into packets.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::rtp;

use super::{SentEncoding, SentTrack};
use crate::media::{Codec, Place, Stamp};

/// The frames of one track, one after the other.
pub(crate) struct Frames {
    /// What is known of the track.
    pub(crate) track: Arc<SentTrack>,
    /// What they are in.
    codec: Codec,
    /// Ticks a second of the RTP timestamps.
    clock_rate: u32,
    /// What they are marked as.
    payload_type: u8,
    /// How many, and how large.
    pub(crate) pace: Pace,
    /// Where sequence numbers and timestamps begin.
    start: u16,
    cursors: Vec<Cursor>,
    next: u32,
    began: Option<Instant>,
}

/// How much is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// From one frame to the next.
    pub(crate) period: Duration,
    /// Packets a frame; twice as many for a key frame.
    pub(crate) packets: u16,
    /// The body of a packet in bytes, in the best encoding; half of it in the next, and so on.
    pub(crate) packet_bytes: u16,
    /// From one key frame to the next where none is asked for; zero for never.
    pub(crate) key_frame_interval: Duration,
}

/// Where one encoding is.
struct Cursor {
    sequence: u16,
    picture: u16,
    last_key: Option<Instant>,
}

impl Frames {
    /// The frames of a track in `codec`, with RTP timestamps of `clock_rate` ticks a second.
    pub(crate) fn new(
        track: Arc<SentTrack>,
        codec: Codec,
        payload_type: u8,
        clock_rate: u32,
        pace: Pace,
    ) -> Self {
        let [.., high, low] = track.source.to_be_bytes();
        let start = u16::from_be_bytes([high, low]) & 0x7FFF;
        let cursor = || Cursor {
            sequence: start,
            picture: start,
            last_key: None,
        };
        Self {
            cursors: track.encodings.iter().map(|_| cursor()).collect(),
            track,
            codec,
            clock_rate,
            payload_type,
            pace,
            start,
            next: 0,
            began: None,
        }
    }

    /// The packets of the next picture in all encodings; none while the track is paused.
    /// `unix` is the time since the Unix epoch at `now`.
    pub(crate) fn next(&mut self, now: Instant, unix: Duration) -> Vec<rtp::Packet> {
        let mut packets = Vec::new();
        if self.track.is_paused() {
            return packets;
        }
        let began = *self.began.get_or_insert(now);
        let timestamp = self.timestamp(now.saturating_duration_since(began));
        let mut cursors = std::mem::take(&mut self.cursors);
        for (layer, cursor) in (0_u8..).zip(&mut cursors) {
            packets.extend(self.encode(layer, cursor, timestamp, now, unix));
        }
        self.cursors = cursors;
        self.next += 1;
        packets
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "RTP timestamps are counted modulo 2^32"
    )]
    fn timestamp(&self, elapsed: Duration) -> u32 {
        let ticks = elapsed.as_micros() * u128::from(self.clock_rate) / 1_000_000;
        u32::from(self.start).wrapping_add(ticks as u32)
    }

    fn encode(
        &self,
        layer: u8,
        cursor: &mut Cursor,
        timestamp: u32,
        now: Instant,
        unix: Duration,
    ) -> Vec<rtp::Packet> {
        let Some(encoding) = self.track.encodings.get(usize::from(layer)) else {
            return Vec::new();
        };
        let key = self.is_key_frame(encoding, cursor, now);
        let packets = self.packets(key);
        encoding.frame(key);
        let stamp = |packet| Stamp {
            source: self.track.source,
            sent: unix,
            frame: self.next,
            reference: if key {
                self.next
            } else {
                self.next.wrapping_sub(1)
            },
            packet,
            packets,
            key,
            layer,
        };
        let header = |packet| rtp::Header {
            version: 2,
            marker: packet + 1 == packets && self.codec.is_video(),
            payload_type: self.payload_type,
            sequence_number: cursor.sequence.wrapping_add(packet),
            timestamp,
            ssrc: encoding.ssrc,
            ..Default::default()
        };
        let cut = (0..packets).map(|packet| rtp::Packet {
            header: header(packet),
            payload: self.payload(&stamp(packet), cursor.picture).into(),
        });
        let cut = cut.collect();
        cursor.sequence = cursor.sequence.wrapping_add(packets);
        cursor.picture = cursor.picture.wrapping_add(1);
        cut
    }

    fn is_key_frame(&self, encoding: &SentEncoding, cursor: &mut Cursor, now: Instant) -> bool {
        let interval = self.pace.key_frame_interval;
        let overdue = !interval.is_zero()
            && cursor
                .last_key
                .is_some_and(|last| now.saturating_duration_since(last) >= interval);
        let wanted = encoding.take_key_frame_request();
        let key = wanted || overdue || !self.codec.is_video();
        if key {
            cursor.last_key = Some(now);
        }
        key
    }

    fn packets(&self, key: bool) -> u16 {
        if !self.codec.is_video() {
            return 1;
        }
        let factor = if key { 2 } else { 1 };
        (self.pace.packets * factor).max(self.codec.min_packets(key))
    }

    fn payload(&self, stamp: &Stamp, picture: u16) -> Vec<u8> {
        let best = self.track.encodings.len().saturating_sub(1);
        let halvings = best.saturating_sub(usize::from(stamp.layer));
        let body = (self.pace.packet_bytes >> halvings.min(15)).max(MIN_BODY);
        let place = Place {
            key: stamp.key,
            packet: stamp.packet,
            packets: stamp.packets,
            picture,
            body,
        };
        let mut payload = Vec::with_capacity(usize::from(body) + MAX_PREFIX);
        self.codec.write(&place, &mut payload);
        stamp.seal(body, &mut payload);
        payload
    }
}

const MIN_BODY: u16 = 60;
/// More than any codec writes in front of the body.
const MAX_PREFIX: usize = 40;
