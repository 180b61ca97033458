//! A consumer: one producer's media on its way to one peer.

use std::time::{Duration, Instant};

use super::{
    packet::Packet,
    rate::Rate,
    rewriter::{Outgoing, Rewriter},
    rtx_budget::RtxBudget,
    score::{Score, Tally},
};
use crate::{
    command::{ConsumeCommand, MediaKind},
    event::{ConsumerLayers, ConsumerScore},
    ids::{ConsumerId, PayloadType, ProducerId, Ssrc, TransportId},
    rtcp::ReportBlock,
    rtp::{ExtensionIds, ExtensionKind, OutgoingHeader, write_header},
    transport::SrtpSender,
};

/// One outgoing stream, and its retransmissions.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) id: ConsumerId,
    pub(crate) transport: TransportId,
    pub(crate) producer: ProducerId,
    pub(crate) kind: MediaKind,
    pub(crate) paused: bool,
    pub(crate) ssrc: Ssrc,
    pub(crate) rtx: Option<Rtx>,
    pub(crate) cname: String,
    /// What was counted.
    pub(crate) counts: SendCounts,
    /// Bytes of RTP.
    pub(crate) rate: Rate,
    /// What the peer reports.
    pub(crate) remote: RemoteReport,
    /// How well it reaches the peer.
    pub(crate) score: Score,
    /// What was last told of that.
    pub(crate) told_score: Option<ConsumerScore>,
    /// The layers that were last told.
    pub(crate) told_layers: Option<ConsumerLayers>,
    mid: Option<String>,
    payload_types: Vec<PayloadType>,
    extension_ids: ExtensionIds,
    rewriter: Rewriter,
    /// The encoding that is being sent; `None` until a packet comes with which a decoder can start.
    current: Option<usize>,
    budget: RtxBudget,
    /// The least and the greatest sequence number sent, unwrapped.
    numbers: Option<(u64, u64)>,
    /// The packets sent when the last interval of the score ended.
    scored_packets: u64,
}

/// The retransmission stream of a consumer (RFC 4588).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rtx {
    pub(crate) payload_type: PayloadType,
    pub(crate) ssrc: Ssrc,
    /// The next sequence number, unwrapped.
    next: u64,
}

/// What is counted of a sent stream.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SendCounts {
    pub(crate) packets: u64,
    /// RTP packets whole.
    pub(crate) bytes: u64,
    /// Payload alone, which sender reports tell.
    pub(crate) payload_bytes: u64,
    pub(crate) retransmitted: u64,
    /// Different packets among the retransmitted ones.
    pub(crate) repaired: u64,
    pub(crate) nacks: u64,
    pub(crate) nacked_packets: u64,
    pub(crate) plis: u64,
    pub(crate) firs: u64,
    pub(crate) sender_reports: u64,
}

/// What the peer's last reception report said.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RemoteReport {
    pub(crate) lost: i32,
    /// The newest packet that had come, as an extended sequence number.
    pub(crate) highest_sequence: u32,
    /// The packets sent when it said that one had come that it had not told before.
    pub(crate) sent: u64,
    /// Of the lost ones, those that we had sent.
    pub(crate) lost_on_path: u64,
    pub(crate) fraction_lost: u8,
    /// In RTP ticks.
    pub(crate) jitter: u32,
    pub(crate) round_trip: Option<Duration>,
}

/// What all packets of a batch share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// When the batch came.
    pub(crate) now: Instant,
    /// The same as the abs-send-time extension has it.
    pub(crate) abs_send_time: [u8; 3],
}

/// A packet that a consumer lets through, and what it gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admitted {
    outgoing: Outgoing,
    payload_type: PayloadType,
}

impl Consumer {
    /// Makes a consumer of a producer whose clock has `clock_rate` ticks a second; `random` chooses
    /// the first sequence numbers.
    pub(crate) fn new(
        command: ConsumeCommand,
        kind: MediaKind,
        clock_rate: u32,
        mut random: impl FnMut() -> u16,
    ) -> Self {
        let rtx = command.rtx_payload_type.zip(command.rtx_ssrc);
        Self {
            id: command.consumer,
            transport: command.transport,
            producer: command.producer,
            kind,
            paused: command.paused,
            ssrc: command.ssrc,
            rtx: rtx.map(|(payload_type, ssrc)| Rtx {
                payload_type,
                ssrc,
                next: u64::from(random() >> 1),
            }),
            cname: command.cname,
            counts: SendCounts::default(),
            rate: Rate::default(),
            remote: RemoteReport::default(),
            score: Score::new(PATIENCE),
            told_score: None,
            told_layers: None,
            mid: command.mid,
            payload_types: command.payload_types,
            extension_ids: ExtensionIds::new(&command.header_extensions),
            // The upper half is left free: a receiver that misses the first packets must not guess the
            // roll-over counter wrong (RFC 3711 s.3.3.1).
            rewriter: Rewriter::new(random() >> 1, clock_rate),
            current: None,
            budget: RtxBudget::default(),
            numbers: None,
            scored_packets: 0,
        }
    }

    /// Waits for the next packet with which a decoder can start.
    pub(crate) fn restart(&mut self) {
        self.current = None;
    }

    /// Whether only a key frame of `target` lets media flow, or flow better.
    pub(crate) fn needs_key_frame(&self, target: usize) -> bool {
        self.kind == MediaKind::Video && self.current != Some(target)
    }

    /// Decides on a packet of the producer that would be sent as `payload_type`.
    pub(crate) fn admit(
        &mut self,
        packet: Packet<'_>,
        payload_type: PayloadType,
        target: usize,
        now: Instant,
    ) -> Option<Admitted> {
        let meta = packet.meta;
        let is_wanted = self.payload_types.contains(&payload_type) && !packet.payload().is_empty();
        if !is_wanted {
            self.rewriter.skip(meta.encoding, meta.sequence);
            return None;
        }
        let starts = meta.starts_key_frame || self.kind == MediaKind::Audio;
        if meta.encoding == target && self.current != Some(target) && starts {
            let timestamp = meta.header.timestamp;
            self.rewriter.start(target, meta.sequence, timestamp, now);
            self.current = Some(target);
        }
        self.current?;
        let outgoing =
            self.rewriter
                .map(meta.encoding, meta.sequence, meta.header.timestamp, now)?;
        Some(Admitted {
            outgoing,
            payload_type,
        })
    }

    /// Writes and protects a packet in `slot`; its length, or `None` where it does not fit.
    pub(crate) fn write(
        &mut self,
        packet: Packet<'_>,
        admitted: Admitted,
        moment: Moment,
        srtp: &SrtpSender,
        slot: &mut [u8],
    ) -> Option<usize> {
        let Admitted {
            outgoing,
            payload_type,
        } = admitted;
        let header = OutgoingHeader {
            marker: packet.meta.header.marker,
            payload_type,
            sequence: super::nack::wire(outgoing.sequence),
            timestamp: outgoing.timestamp,
            ssrc: self.ssrc,
        };
        let header_len = write_header(slot, &header, self.extensions(packet, &moment))?;
        let len = append(slot, header_len, packet.payload())?;
        let protected = srtp.protect_rtp(slot, len, header_len, outgoing.sequence)?;
        let number = outgoing.sequence;
        let (first, highest) = self.numbers.unwrap_or((number, number));
        self.numbers = Some((first.min(number), highest.max(number)));
        self.counts.packets += 1;
        self.counts.bytes += len as u64;
        self.counts.payload_bytes += packet.payload().len() as u64;
        self.rate.add(len, moment.now);
        self.budget.sent(len);
        Some(protected)
    }

    /// What a NACK asks for: the encoding and the incoming sequence number.
    pub(crate) fn incoming(&self, sent: u16) -> Option<(usize, u64)> {
        self.rewriter.incoming(sent)
    }

    /// Whether a packet of `len` bytes may be sent again at `now`.
    pub(crate) fn may_repeat(&mut self, sent: u16, len: usize, now: Instant) -> bool {
        let pause = self
            .remote
            .round_trip
            .unwrap_or(REPEAT_PAUSE)
            .min(REPEAT_PAUSE);
        let is_first = !self.budget.took(sent);
        let may = self.budget.take(sent, len, pause, now);
        self.counts.repaired += u64::from(may && is_first);
        may
    }

    /// Writes and protects a packet that was sent before, on the RTX stream; without one there are no
    /// repetitions, since a changed time under the same number would break the cipher.
    pub(crate) fn write_again(
        &mut self,
        packet: Packet<'_>,
        moment: Moment,
        srtp: &SrtpSender,
        slot: &mut [u8],
    ) -> Option<usize> {
        let meta = packet.meta;
        let outgoing =
            self.rewriter
                .mapping(meta.encoding, meta.sequence, meta.header.timestamp)?;
        let rtx = self.rtx.as_mut()?;
        let index = rtx.next;
        rtx.next += 1;
        let header = OutgoingHeader {
            marker: meta.header.marker,
            payload_type: rtx.payload_type,
            sequence: super::nack::wire(index),
            timestamp: outgoing.timestamp,
            ssrc: rtx.ssrc,
        };
        let header_len = write_header(slot, &header, self.extensions(packet, &moment))?;
        let original = super::nack::wire(outgoing.sequence).to_be_bytes();
        let len = append(slot, header_len, &original)?;
        let len = append(slot, len, packet.payload())?;
        let protected = srtp.protect_rtp(slot, len, header_len, index)?;
        self.counts.retransmitted += 1;
        self.rate.add(len, moment.now);
        Some(protected)
    }

    /// What is added to the timestamps of the encoding that is sent now, with that encoding.
    pub(crate) fn timestamp_offset(&self) -> Option<(usize, u32)> {
        self.rewriter.timestamp_offset()
    }

    /// The encoding that is sent now.
    pub(crate) fn current(&self) -> Option<usize> {
        self.current
    }

    /// Takes what the peer reports of the stream.
    pub(crate) fn report(&mut self, block: &ReportBlock, round_trip: Option<Duration>) {
        let lost = u64::try_from(block.cumulative_lost).unwrap_or(0);
        let is_news = block.highest_sequence != self.remote.highest_sequence;
        self.remote = RemoteReport {
            lost: block.cumulative_lost,
            highest_sequence: block.highest_sequence,
            sent: if is_news {
                self.counts.packets
            } else {
                self.remote.sent
            },
            lost_on_path: lost.saturating_sub(self.gaps()),
            fraction_lost: block.fraction_lost,
            jitter: block.jitter,
            round_trip: round_trip.or(self.remote.round_trip),
        };
    }

    /// Ends an interval of the score, which the peer's reports make: they are awaited while anything
    /// is sent.
    pub(crate) fn end_interval(&mut self) {
        let packets = self.counts.packets;
        let before = std::mem::replace(&mut self.scored_packets, packets);
        let total = Tally {
            expected: self.remote.sent,
            lost: self.remote.lost_on_path,
            repaired: self.counts.repaired,
            retransmitted: self.counts.retransmitted,
        };
        self.score.end_interval(total, packets > before);
    }

    /// The numbers that we left out, since their packets have not come to us.
    fn gaps(&self) -> u64 {
        self.numbers.map_or(0, |(first, highest)| {
            (highest + 1 - first).saturating_sub(self.counts.packets)
        })
    }

    /// Our mid and our time, then what the producer sent and the consumer has an id for.
    fn extensions<'a>(
        &'a self,
        packet: Packet<'a>,
        moment: &'a Moment,
    ) -> impl Iterator<Item = (u8, &'a [u8])> + Clone {
        let ids = &self.extension_ids;
        let mid = self.mid.as_deref().map(str::as_bytes);
        let mid = ids.id(ExtensionKind::Mid).zip(mid);
        let time = ids
            .id(ExtensionKind::AbsSendTime)
            .map(|id| (id, &moment.abs_send_time[..]));
        let passed = packet
            .meta
            .extensions
            .iter(packet.bytes)
            .filter(|(kind, _)| passes(*kind))
            .filter_map(|(kind, value)| Some((ids.id(kind)?, value)));
        mid.into_iter().chain(time).chain(passed)
    }
}

/// Whether a value that the producer wrote means the same to a consumer.
fn passes(kind: ExtensionKind) -> bool {
    match kind {
        ExtensionKind::Mid
        | ExtensionKind::Rid
        | ExtensionKind::RepairedRid
        | ExtensionKind::AbsSendTime
        | ExtensionKind::TransportWideCc => false,
        ExtensionKind::AudioLevel
        | ExtensionKind::DependencyDescriptor
        | ExtensionKind::VideoOrientation
        | ExtensionKind::TransmissionOffset
        | ExtensionKind::AbsCaptureTime
        | ExtensionKind::PlayoutDelay
        | ExtensionKind::PacketId => true,
    }
}

fn append(slot: &mut [u8], len: usize, bytes: &[u8]) -> Option<usize> {
    let end = len.checked_add(bytes.len())?;
    slot.get_mut(len..end)?.copy_from_slice(bytes);
    Some(end)
}

/// Browsers report sound every 5 s, give or take half of it; there is an interval of ours each second.
const PATIENCE: u8 = 12;
/// A receiver that asks again sooner has not yet seen the answer.
const REPEAT_PAUSE: Duration = Duration::from_millis(100);
