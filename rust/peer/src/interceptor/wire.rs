//! The stage next to the network: sees all that leaves and arrives as it is on the wire.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

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
    clock: Option<VirtualClock>,
}

/// A wall clock that goes with the owner's time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VirtualClock {
    /// When it was told.
    pub(crate) start: Instant,
    /// The time since the Unix epoch then.
    pub(crate) unix: Duration,
}

impl VirtualClock {
    /// The time since the Unix epoch at `now`.
    pub(crate) fn unix(&self, now: Instant) -> Duration {
        self.unix + now.saturating_duration_since(self.start)
    }

    /// As 32.32 fixed point seconds since 1900 (RFC 3550 s.4).
    fn ntp_time(&self, now: Instant) -> u64 {
        let unix = self.unix(now);
        let fraction = (u64::from(unix.subsec_nanos()) << 32) / 1_000_000_000;
        ((unix.as_secs() + UNIX_EPOCH) << 32) | fraction
    }
}

impl Wire {
    pub(crate) fn new(streams: Arc<Streams>, clock: Option<VirtualClock>) -> Self {
        Self { streams, clock }
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

    /// The library's reports tell the system's time, whatever `now` is: on virtual time it is ours
    /// that counts.
    fn set_clock(&self, packet: &mut Box<dyn rtcp::Packet>, now: Instant) {
        let report = packet.as_any().downcast_ref::<SenderReport>();
        if let (Some(report), Some(clock)) = (report, self.clock) {
            *packet = Box::new(SenderReport {
                ntp_time: clock.ntp_time(now),
                ..report.clone()
            });
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
                    self.set_clock(rtcp, packet.now);
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

/// Seconds from 1900 to 1970.
const UNIX_EPOCH: u64 = 2_208_988_800;
