//! The stage next to the network: sees all that leaves and arrives as it is on the wire.

use std::{sync::Arc, time::Instant};

use rtc::{
    interceptor::{Packet, TaggedPacket},
    rtcp::{
        self,
        goodbye::Goodbye,
        payload_feedbacks::{
            full_intra_request::FullIntraRequest, picture_loss_indication::PictureLossIndication,
        },
        receiver_report::ReceiverReport,
        reception_report::ReceptionReport,
        sender_report::SenderReport,
        transport_feedbacks::transport_layer_nack::TransportLayerNack,
    },
    rtp,
};

use super::{
    stage::{Belt, Handler},
    streams::Streams,
};

/// Counts, takes feedback to the tracks it is about, and writes the header extensions by which a
/// receiver knows streams, those of retransmissions too.
pub(crate) struct Wire {
    streams: Arc<Streams>,
}

impl Wire {
    pub(crate) fn new(streams: Arc<Streams>) -> Self {
        Self { streams }
    }

    fn receive_rtcp(&self, packet: &dyn rtcp::Packet, now: Instant) {
        let any = packet.as_any();
        if let Some(report) = any.downcast_ref::<SenderReport>() {
            if let Some(track) = self.streams.received(report.ssrc) {
                track.sender_report(report.ntp_time, report.rtp_time);
            }
            self.take_reports(&report.reports, now);
        } else if let Some(report) = any.downcast_ref::<ReceiverReport>() {
            self.take_reports(&report.reports, now);
        } else if let Some(nack) = any.downcast_ref::<TransportLayerNack>() {
            self.streams
                .with_sent(nack.media_ssrc, |encoding| encoding.nack());
        } else if let Some(pli) = any.downcast_ref::<PictureLossIndication>() {
            self.streams
                .with_sent(pli.media_ssrc, |encoding| encoding.pli());
        } else if let Some(fir) = any.downcast_ref::<FullIntraRequest>() {
            for entry in &fir.fir {
                self.streams
                    .with_sent(entry.ssrc, |encoding| encoding.fir());
            }
        } else if let Some(goodbye) = any.downcast_ref::<Goodbye>() {
            for track in goodbye
                .sources
                .iter()
                .filter_map(|&ssrc| self.streams.received(ssrc))
            {
                track.goodbye();
            }
        }
    }

    fn take_reports(&self, reports: &[ReceptionReport], now: Instant) {
        for report in reports {
            self.streams.with_sent(report.ssrc, |encoding| {
                encoding.reception_report(report, now);
            });
        }
    }

    fn send_rtcp(&self, packet: &dyn rtcp::Packet, now: Instant) {
        let any = packet.as_any();
        if let Some(report) = any.downcast_ref::<SenderReport>() {
            self.streams
                .with_sent(report.ssrc, |encoding| encoding.sender_report(report, now));
        } else if let Some(nack) = any.downcast_ref::<TransportLayerNack>() {
            if let Some(track) = self.streams.received(nack.media_ssrc) {
                track.nack();
            }
        } else if let Some(pli) = any.downcast_ref::<PictureLossIndication>()
            && let Some(track) = self.streams.received(pli.media_ssrc)
        {
            track.pli();
        }
    }

    fn send_rtp(&self, packet: &mut rtp::Packet) {
        let bytes = packet.payload.len();
        let (ssrc, header) = (packet.header.ssrc, &mut packet.header);
        let media = self.streams.with_sent(ssrc, |encoding| {
            encoding.packet(bytes);
            extend(header, &encoding.extensions);
        });
        if media.is_none() {
            self.streams.with_sent_repair(ssrc, |encoding| {
                encoding.retransmission();
                extend(header, &encoding.repair_extensions);
            });
        }
    }
}

impl Handler for Wire {
    fn inbound(&mut self, packet: TaggedPacket, belt: &mut Belt) {
        if let Packet::Rtcp(packets) = &packet.message.packet {
            for rtcp in packets {
                self.receive_rtcp(&**rtcp, packet.now);
            }
        }
        belt.inbound.push_back(packet);
    }

    fn outbound(&mut self, mut packet: TaggedPacket, belt: &mut Belt) {
        match &mut packet.message.packet {
            Packet::Rtp(rtp) => self.send_rtp(rtp),
            Packet::Rtcp(packets) => {
                for rtcp in packets {
                    self.send_rtcp(&**rtcp, packet.now);
                }
            }
            _ => {}
        }
        belt.outbound.push_back(packet);
    }
}

fn extend(header: &mut rtp::Header, extensions: &[(u8, bytes::Bytes)]) {
    for (id, value) in extensions {
        // Refused only for ids and lengths that no negotiation gives.
        let _ = header.set_extension(*id, value.clone());
    }
}
