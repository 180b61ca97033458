//! One RTP stream of a producer: what came, what is missing, what is kept.

use std::time::Instant;

use super::{
    clock::Ntp,
    keyframe::KeyFrameRequests,
    nack::{Gap, NackGenerator},
    packet::Packet,
    rate::Rate,
    reception::Reception,
    rtx_cache::RtxCache,
    score::{Score, Tally},
    window::SeenWindow,
};
use crate::{command::ProducerEncoding, error::DropReason, ids::Ssrc, rtp::SequenceUnwrapper};

/// The receiving end of one encoding.
#[derive(Debug)]
pub(crate) struct ReceiveStream {
    /// Its SSRC, once known.
    pub(crate) ssrc: Option<Ssrc>,
    /// The SSRC of its retransmissions, once known.
    pub(crate) rtx_ssrc: Option<Ssrc>,
    /// Its RTP stream id, where signalled.
    pub(crate) rid: Option<String>,
    /// Loss and jitter.
    pub(crate) reception: Reception,
    /// What is missing.
    pub(crate) nacks: NackGenerator,
    /// When a key frame is to be asked for.
    pub(crate) key_frames: KeyFrameRequests,
    /// What consumers may ask for again.
    pub(crate) cache: RtxCache,
    /// What was counted.
    pub(crate) counts: StreamCounts,
    /// Bytes of RTP.
    pub(crate) rate: Rate,
    /// The NTP and the RTP time of the last sender report.
    pub(crate) last_report: Option<(Ntp, u32)>,
    /// How well it comes.
    pub(crate) score: Score,
    sequence: SequenceUnwrapper,
    seen: SeenWindow,
    last_packet: Option<Instant>,
    repair: Repair,
}

/// What is done against loss.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repair {
    /// Missing packets are asked for.
    pub(crate) asks: bool,
    /// Packets are kept for consumers who ask.
    pub(crate) keeps: bool,
}

/// What is counted of a received stream.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StreamCounts {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) discarded: u64,
    pub(crate) retransmitted: u64,
    pub(crate) repaired: u64,
    pub(crate) nacks: u64,
    pub(crate) nacked_packets: u64,
    pub(crate) plis: u64,
    pub(crate) firs: u64,
    pub(crate) key_frames: u64,
}

/// How a packet came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// By itself.
    Original,
    /// In a retransmission (RFC 4588).
    Repair,
}

impl ReceiveStream {
    /// Makes a stream of `clock_rate` ticks a second.
    pub(crate) fn new(
        encoding: &ProducerEncoding,
        clock_rate: u32,
        repair: Repair,
        key_frames: KeyFrameRequests,
    ) -> Self {
        Self {
            ssrc: encoding.ssrc,
            rtx_ssrc: encoding.rtx_ssrc,
            rid: encoding.rid.clone(),
            reception: Reception::new(clock_rate),
            nacks: NackGenerator::default(),
            key_frames,
            cache: RtxCache::default(),
            counts: StreamCounts::default(),
            rate: Rate::default(),
            last_report: None,
            score: Score::new(PATIENCE),
            sequence: SequenceUnwrapper::default(),
            seen: SeenWindow::default(),
            last_packet: None,
            repair,
        }
    }

    /// Takes a packet's numbers; its unwrapped sequence number if it is new.
    ///
    /// # Errors
    ///
    /// [`DropReason::Duplicate`].
    pub(crate) fn receive(
        &mut self,
        sequence: u16,
        timestamp: u32,
        arrival: Arrival,
        now: Instant,
    ) -> Result<u64, DropReason> {
        let sequence = self.sequence.unwrap(sequence);
        let highest = self.seen.highest();
        if arrival == Arrival::Original {
            self.last_packet = Some(now);
            self.reception.packet(sequence, timestamp, now);
        } else {
            self.counts.retransmitted += 1;
        }
        if !self.seen.insert(sequence) {
            self.counts.discarded += 1;
            return Err(DropReason::Duplicate);
        }
        self.update_missing(highest, sequence, arrival, now);
        Ok(sequence)
    }

    /// Counts and keeps a new packet.
    pub(crate) fn keep(&mut self, packet: Packet<'_>, now: Instant) {
        self.counts.packets += 1;
        self.counts.bytes += packet.bytes.len() as u64;
        self.rate.add(packet.bytes.len(), now);
        if packet.meta.starts_key_frame {
            self.counts.key_frames += 1;
            self.nacks.key_frame(packet.meta.sequence);
            self.key_frames.key_frame(now);
        }
        if self.repair.keeps {
            self.cache.insert(packet);
        }
    }

    /// Takes a sender report.
    pub(crate) fn sender_report(&mut self, ntp: Ntp, rtp_time: u32, now: Instant) {
        self.reception.sender_report(ntp, now);
        self.last_report = Some((ntp, rtp_time));
    }

    /// Takes a BYE (RFC 3550 s.6.6): no packet is to be waited for.
    pub(crate) fn goodbye(&mut self) {
        self.last_packet = None;
        self.nacks = NackGenerator::default();
        self.score.fall_silent();
    }

    /// Ends an interval of its score; `awaited`: packets should have come in it.
    pub(crate) fn end_interval(&mut self, awaited: bool) {
        let total = Tally {
            expected: self.reception.expected(),
            lost: self.reception.lost(),
            repaired: self.counts.repaired,
            retransmitted: self.counts.retransmitted,
        };
        self.score.end_interval(total, awaited);
    }

    /// Whether a packet has come within [`ALIVE`].
    pub(crate) fn is_alive(&self, now: Instant) -> bool {
        self.last_packet
            .is_some_and(|last| now.saturating_duration_since(last) < ALIVE)
    }

    /// When something is to be asked for: a packet again, or a key frame.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let key_frame = self.key_frames.deadline();
        [self.nacks.deadline(), key_frame]
            .into_iter()
            .flatten()
            .min()
    }

    fn update_missing(
        &mut self,
        highest: Option<u64>,
        sequence: u64,
        arrival: Arrival,
        now: Instant,
    ) {
        if !self.repair.asks {
            return;
        }
        let was_missing = self.nacks.arrived(sequence);
        if was_missing && arrival == Arrival::Repair {
            self.counts.repaired += 1;
        }
        let next = highest.map_or(sequence, |highest| highest + 1);
        if sequence > next && self.nacks.gap(next, sequence, now) == Gap::TooWide {
            self.key_frames.want(now);
        }
    }
}

/// Three report intervals: browsers send a still screen once a second, and silence more often.
const PATIENCE: u8 = 3;
/// After so long without a packet, an encoding is taken for switched off.
const ALIVE: std::time::Duration = std::time::Duration::from_secs(1);
