//! RTCP that we send: requests to producers, and reports in both directions.

use std::time::{Duration, Instant};

use rand_chacha::rand_core::RngCore;

use super::Engine;
use crate::{
    datagram::TransmitQueue,
    ids::{ConsumerId, ProducerId, TransportId},
    router::{Link, Producer},
    rtcp::{CompoundWriter, SenderInfo},
    transport::SrtpSender,
};

impl Engine {
    /// Asks the producers of a transport for what is due: packets again, key frames.
    pub(super) fn send_requests(&mut self, id: TransportId, now: Instant) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        if !link.webrtc.is_connected() {
            return;
        }
        for producer in link.producers.clone() {
            if let Some(producer) = self.producers.get_mut(&producer) {
                ask(producer, link, now, &mut self.out);
            }
        }
    }

    /// Sends the reports of a transport, if they are due; that ends an interval of its scores.
    pub(super) fn send_reports(&mut self, id: TransportId, now: Instant) {
        let random = f64::from(self.rng.next_u32()) / f64::from(u32::MAX);
        let next = now + REPORT_INTERVAL.mul_f64(0.5 + random);
        let link = self.links.get_mut(&id);
        let Some(link) = link.filter(|link| link.next_report.is_some_and(|at| at <= now)) else {
            return;
        };
        link.next_report = Some(self.wall_clock.next_multiple(REPORT_GRID, next));
        let (producers, consumers) = (link.producers.clone(), link.consumers.clone());
        self.send_receiver_reports(id, &producers, now);
        self.send_sender_reports(id, &consumers, now);
        self.tell_scores(&producers, &consumers);
    }

    /// Says goodbye for the streams of a consumer (RFC 3550 s.6.6).
    pub(super) fn send_goodbye(&mut self, consumer: ConsumerId, now: Instant) {
        let Some(consumer) = self.consumers.get(&consumer) else {
            return;
        };
        let Some(link) = self.links.get_mut(&consumer.transport) else {
            return;
        };
        let own = link.feedback_ssrc;
        let repair = consumer.rtx.map(|rtx| rtx.ssrc);
        send(link, now, &mut self.out, |rtcp| {
            rtcp.receiver_report(own, &[]);
            for ssrc in [Some(consumer.ssrc), repair].into_iter().flatten() {
                rtcp.bye(ssrc);
            }
        });
    }

    fn send_receiver_reports(&mut self, id: TransportId, producers: &[ProducerId], now: Instant) {
        let mut blocks = Vec::new();
        for producer in producers {
            let streams = self.producers.get_mut(producer).map(|it| &mut it.streams);
            for stream in streams.into_iter().flatten() {
                let ssrc = stream.ssrc;
                blocks.extend(ssrc.and_then(|ssrc| stream.reception.report(ssrc, now)));
            }
        }
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let own = link.feedback_ssrc;
        for blocks in blocks.chunks(MAX_BLOCKS) {
            send(link, now, &mut self.out, |rtcp| {
                rtcp.receiver_report(own, blocks);
            });
        }
    }

    fn send_sender_reports(&mut self, id: TransportId, consumers: &[ConsumerId], now: Instant) {
        let reports: Vec<_> = consumers
            .iter()
            .filter_map(|consumer| Some((*consumer, self.sender_report(*consumer, now)?)))
            .collect();
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        for reports in reports.chunks(REPORTS_A_DATAGRAM) {
            let consumers = &mut self.consumers;
            send(link, now, &mut self.out, |rtcp| {
                for (consumer, report) in reports {
                    if let Some(consumer) = consumers.get_mut(consumer) {
                        rtcp.sender_report(report, &[]);
                        rtcp.sdes_cname(consumer.ssrc, &consumer.cname);
                        consumer.counts.sender_reports += 1;
                    }
                }
            });
        }
    }

    /// What is to be said of a consumer's stream; `None` before it flows, or while the producer's
    /// clock is unknown.
    ///
    /// The producer's own report is carried over to our clock, with one offset for all streams of
    /// its transport: so sound and pictures stay together as they were captured.
    fn sender_report(&self, consumer: ConsumerId, now: Instant) -> Option<SenderInfo> {
        let consumer = self.consumers.get(&consumer)?;
        let producer = self.producers.get(&consumer.producer)?;
        let (encoding, timestamp_offset) = consumer.timestamp_offset()?;
        let (ntp, rtp_time) = producer.streams.get(encoding)?.last_report?;
        let offset = self.links.get(&producer.transport)?.clock.seconds()?;
        let ours = self.ntp(now);
        let since = ours.seconds_after(ntp) - offset;
        let clock_rate = producer.first_codec()?.clock_rate;
        Some(SenderInfo {
            ssrc: consumer.ssrc,
            ntp_time: ours.0,
            rtp_time: rtp_time
                .wrapping_add(ticks(since, clock_rate))
                .wrapping_add(timestamp_offset),
            packets: low_half(consumer.counts.packets),
            bytes: low_half(consumer.counts.payload_bytes),
        })
    }
}

/// Sends what the streams of a producer have due.
fn ask(producer: &mut Producer, link: &mut Link, now: Instant, out: &mut TransmitQueue) {
    let Some(codec) = producer.first_codec().cloned() else {
        return;
    };
    let own = link.feedback_ssrc;
    for stream in &mut producer.streams {
        let Some(ssrc) = stream.ssrc else { continue };
        let mut missing = Vec::new();
        stream.nacks.take_due(now, &mut missing);
        if !missing.is_empty() {
            stream.counts.nacks += 1;
            stream.counts.nacked_packets += missing.len() as u64;
            send(link, now, out, |rtcp| {
                rtcp.nack(own, ssrc, missing.iter().copied());
            });
        }
        if !stream.key_frames.take_due(now) {
            continue;
        }
        if codec.pli {
            stream.counts.plis += 1;
            send(link, now, out, |rtcp| {
                rtcp.pli(own, ssrc);
            });
        } else if codec.fir {
            stream.counts.firs += 1;
            let [.., number] = stream.counts.firs.to_be_bytes();
            send(link, now, out, |rtcp| {
                rtcp.fir(own, ssrc, number);
            });
        }
    }
}

/// Sends one protected datagram of RTCP, if the transport can and `write` writes any.
fn send(
    link: &mut Link,
    now: Instant,
    out: &mut TransmitQueue,
    write: impl FnOnce(&mut CompoundWriter<'_>),
) {
    let Some(sender) = link.webrtc.sender() else {
        return;
    };
    let mut sent = 0;
    out.push_with(sender.tuple, MAX_RTCP + SrtpSender::OVERHEAD, |slot| {
        let mut rtcp = CompoundWriter::new(slot.get_mut(..MAX_RTCP)?);
        write(&mut rtcp);
        let len = Some(rtcp.len()).filter(|&len| len > 0)?;
        sent = sender.srtp.protect_rtcp(slot, len)?;
        Some(sent)
    });
    if sent > 0 {
        link.sent.add(sent, now);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "RTP timestamps are counted modulo 2^32; a report of the future gives a negative time"
)]
fn ticks(seconds: f64, clock_rate: u32) -> u32 {
    (seconds * f64::from(clock_rate)).round() as i64 as u32
}

/// The counters in reports have 32 bits and wrap.
fn low_half(count: u64) -> u32 {
    let [.., a, b, c, d] = count.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// On average; each is drawn from half to one and a half of it (RFC 3550 s.6.3.5).
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Reports are due at multiples of it, so that those of many transports share a wake-up.
const REPORT_GRID: Duration = Duration::from_millis(50);
/// The count field of a report has five bits (RFC 3550 s.6.4.2).
const MAX_BLOCKS: usize = 31;
/// A report with a CNAME takes about 70 bytes.
const REPORTS_A_DATAGRAM: usize = 12;
/// What fits every path, less the cipher's part.
const MAX_RTCP: usize = 1_150;
