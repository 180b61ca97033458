//! RTCP that peers send: reports, and requests of receivers.

use std::time::{Duration, Instant};

use super::Engine;
use crate::{
    datagram::Tuple,
    error::DropReason,
    ids::{ConsumerId, Ssrc, TransportId},
    router::{Arrival, Ntp, retransmit},
    rtcp::{self, Nack, ReportBlock, RtcpPacket, SenderInfo},
};

impl Engine {
    pub(super) fn handle_rtcp(
        &mut self,
        tuple: Tuple,
        payload: &mut [u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let id = self.transport_of(tuple)?;
        let link = self.links.get_mut(&id);
        let link = link.ok_or(DropReason::UnvalidatedTuple)?;
        let len = link.webrtc.unprotect_rtcp(tuple, payload)?;
        link.received.add(payload.len(), now);
        let plain = payload.get(..len).ok_or(DropReason::MalformedRtcp)?;
        for packet in rtcp::parse(plain) {
            match packet {
                Ok(packet) => self.handle_feedback(id, &packet, now),
                Err(_) => self.count_drop(DropReason::MalformedRtcp),
            }
        }
        self.touched.push(id);
        Ok(())
    }

    fn handle_feedback(&mut self, id: TransportId, packet: &RtcpPacket<'_>, now: Instant) {
        match packet {
            RtcpPacket::SenderReport(report) => {
                self.take_sender_report(id, &report.info, now);
                self.take_reports(id, report.blocks(), now);
            }
            RtcpPacket::ReceiverReport(report) => self.take_reports(id, report.blocks(), now),
            RtcpPacket::Bye(bye) => {
                for ssrc in bye.ssrcs() {
                    self.take_goodbye(id, ssrc);
                }
            }
            RtcpPacket::Nack(nack) => self.take_nack(id, nack, now),
            RtcpPacket::Pli(pli) => self.take_pli(id, pli.media_ssrc, now),
            RtcpPacket::Fir(fir) => {
                for entry in fir.entries() {
                    self.take_fir(id, entry.ssrc, now);
                }
            }
            // Names, and what belongs to bandwidth estimation, which is not here yet.
            RtcpPacket::Sdes | RtcpPacket::Remb(_) | RtcpPacket::Unknown { .. } => {}
        }
    }

    fn take_sender_report(&mut self, id: TransportId, info: &SenderInfo, now: Instant) {
        let (ours, ntp) = (self.ntp(now), Ntp(info.ntp_time));
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let stream = link.streams.by_ssrc(info.ssrc);
        let Some(stream) = stream.filter(|stream| stream.arrival == Arrival::Original) else {
            return;
        };
        link.clock.update(ntp, ours, now);
        let producer = self.producers.get_mut(&stream.producer);
        let stream = producer.and_then(|producer| producer.streams.get_mut(stream.encoding));
        if let Some(stream) = stream {
            stream.sender_report(ntp, info.rtp_time, now);
        }
    }

    fn take_reports(
        &mut self,
        id: TransportId,
        blocks: impl Iterator<Item = ReportBlock>,
        now: Instant,
    ) {
        let ours = self.ntp(now).middle();
        for block in blocks {
            let Some(consumer) = self.consumer_of(id, block.ssrc) else {
                continue;
            };
            let round_trip = round_trip(ours, &block);
            if let Some(consumer) = self.consumers.get_mut(&consumer)
                && consumer.ssrc == block.ssrc
            {
                consumer.report(&block, round_trip);
            }
        }
    }

    fn take_goodbye(&mut self, id: TransportId, ssrc: Ssrc) {
        let link = self.links.get(&id);
        let Some(stream) = link.and_then(|link| link.streams.by_ssrc(ssrc)) else {
            return;
        };
        let producer = self.producers.get_mut(&stream.producer);
        let receiver = producer.and_then(|producer| producer.streams.get_mut(stream.encoding));
        if let Some(receiver) = receiver.filter(|_| stream.arrival == Arrival::Original) {
            receiver.goodbye();
        }
    }

    fn take_nack(&mut self, id: TransportId, nack: &Nack<'_>, now: Instant) {
        let moment = self.moment(now);
        let Some(consumer) = self.consumer_of(id, nack.media_ssrc) else {
            return;
        };
        let Some(consumer) = self.consumers.get_mut(&consumer) else {
            return;
        };
        consumer.counts.nacks += 1;
        let producer = self.producers.get(&consumer.producer);
        let sender = self
            .links
            .get_mut(&id)
            .and_then(|link| link.webrtc.sender());
        if let (Some(producer), Some(sender)) = (producer, sender) {
            let sequences = nack.sequences();
            retransmit(
                producer,
                consumer,
                sequences,
                &sender,
                moment,
                &mut self.out,
            );
        }
    }

    fn take_pli(&mut self, id: TransportId, ssrc: Ssrc, now: Instant) {
        if let Some(id) = self.consumer_of(id, ssrc) {
            if let Some(consumer) = self.consumers.get_mut(&id) {
                consumer.counts.plis += 1;
            }
            self.want_key_frame(id, now);
        }
    }

    fn take_fir(&mut self, id: TransportId, ssrc: Ssrc, now: Instant) {
        if let Some(id) = self.consumer_of(id, ssrc) {
            if let Some(consumer) = self.consumers.get_mut(&id) {
                consumer.counts.firs += 1;
            }
            self.want_key_frame(id, now);
        }
    }

    fn consumer_of(&self, id: TransportId, ssrc: Ssrc) -> Option<ConsumerId> {
        self.links.get(&id)?.outgoing.get(&ssrc).copied()
    }
}

/// RFC 3550 s.6.4.1: what has passed since our report, less what the peer held it.
fn round_trip(ours: u32, block: &ReportBlock) -> Option<Duration> {
    if block.last_sr == 0 {
        return None;
    }
    let passed = ours.wrapping_sub(block.last_sr);
    let ticks = passed.checked_sub(block.delay_since_last_sr)?;
    // A round trip of minutes is a lie or a clock that jumped.
    (ticks < 60 << 16).then(|| Duration::from_secs(1) * ticks / 65_536)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_round_trip_is_what_the_peer_did_not_hold() {
        let block = block(0x0001_0000, 0x8000);
        let round_trip = round_trip(0x0001_0000 + 0x8000 + 6_554, &block).unwrap();
        assert!((round_trip.as_secs_f64() - 0.1).abs() < 0.001);
    }

    #[test]
    fn a_report_that_answers_nothing_or_lies_gives_none() {
        assert_eq!(round_trip(0x0002_0000, &block(0, 0)), None);
        assert_eq!(round_trip(0x0002_0000, &block(0x0001_FFFF, 0x8000)), None);
        assert_eq!(round_trip(5, &block(0x0001_0000, 0)), None);
    }

    fn block(last_sr: u32, delay_since_last_sr: u32) -> ReportBlock {
        ReportBlock {
            ssrc: Ssrc(1),
            fraction_lost: 0,
            cumulative_lost: 0,
            highest_sequence: 0,
            jitter: 0,
            last_sr,
            delay_since_last_sr,
        }
    }
}
