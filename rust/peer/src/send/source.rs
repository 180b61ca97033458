//! Frames at a steady pace.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rtc::rtp;
use tokio::time::MissedTickBehavior;
use webrtc::media_stream::track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP};

use super::{SentEncoding, SentTrack};
use crate::media::{Codec, Place, Stamp};

/// Makes and sends the frames of one track.
pub(crate) struct Source {
    /// What is known of the track.
    pub(crate) track: Arc<SentTrack>,
    /// Where packets go.
    pub(crate) local: Arc<TrackLocalStaticRTP>,
    /// What they are in.
    pub(crate) codec: Codec,
    /// Ticks a second of the RTP timestamps.
    pub(crate) clock_rate: u32,
    /// What they are marked as.
    pub(crate) payload_type: u8,
    /// How many, and how large.
    pub(crate) pace: Pace,
    /// Where sequence numbers and timestamps begin.
    pub(crate) start: u16,
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

impl Source {
    /// Sends frames until it is dropped.
    pub(crate) async fn run(self) {
        let began = Instant::now();
        let mut ticks = tokio::time::interval(self.pace.period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut cursors: Vec<Cursor> = self.track.encodings.iter().map(|_| self.cursor()).collect();
        let mut frame = 0;
        loop {
            ticks.tick().await;
            if self.track.is_paused() {
                continue;
            }
            let now = Instant::now();
            let timestamp = self.timestamp(now.saturating_duration_since(began));
            for (layer, cursor) in (0_u8..).zip(&mut cursors) {
                self.send_frame(layer, cursor, frame, timestamp, now).await;
            }
            frame += 1;
        }
    }

    fn cursor(&self) -> Cursor {
        Cursor {
            sequence: self.start,
            picture: self.start,
            last_key: None,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "RTP timestamps are counted modulo 2^32"
    )]
    fn timestamp(&self, elapsed: Duration) -> u32 {
        let ticks = elapsed.as_micros() * u128::from(self.clock_rate) / 1_000_000;
        u32::from(self.start).wrapping_add(ticks as u32)
    }

    async fn send_frame(
        &self,
        layer: u8,
        cursor: &mut Cursor,
        frame: u32,
        timestamp: u32,
        now: Instant,
    ) {
        let Some(encoding) = self.track.encodings.get(usize::from(layer)) else {
            return;
        };
        let key = self.is_key_frame(encoding, cursor, now);
        let packets = self.packets(key);
        encoding.frame(key);
        for packet in 0..packets {
            let stamp = Stamp {
                source: self.track.source,
                sent: SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default(),
                frame,
                reference: if key { frame } else { frame.wrapping_sub(1) },
                packet,
                packets,
                key,
                layer,
            };
            let payload = self.payload(&stamp, cursor.picture);
            let header = rtp::Header {
                version: 2,
                marker: packet + 1 == packets && self.codec.is_video(),
                payload_type: self.payload_type,
                sequence_number: cursor.sequence,
                timestamp,
                ssrc: encoding.ssrc,
                ..Default::default()
            };
            cursor.sequence = cursor.sequence.wrapping_add(1);
            // It fails only once the connection is closed, and then this task is about to be.
            let _ = self
                .local
                .write_rtp(rtp::Packet {
                    header,
                    payload: payload.into(),
                })
                .await;
        }
        cursor.picture = cursor.picture.wrapping_add(1);
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
