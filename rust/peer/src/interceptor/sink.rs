//! Where received media ends, and requests for key frames begin.

use std::sync::Arc;

use rtc::{
    interceptor::{AttributedPacket, Packet, TaggedPacket},
    rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication,
};

use super::{
    stage::{Belt, Handler},
    streams::Streams,
};
use crate::receive::Received;

/// Hands media to its track. It goes no further: nobody reads the library's own tracks.
pub(crate) struct Sink {
    streams: Arc<Streams>,
}

impl Sink {
    pub(crate) fn new(streams: Arc<Streams>) -> Self {
        Self { streams }
    }
}

impl Handler for Sink {
    fn inbound(&mut self, packet: TaggedPacket, belt: &mut Belt) {
        let Packet::Rtp(rtp) = &packet.message.packet else {
            belt.inbound.push_back(packet);
            return;
        };
        let Some(track) = self.streams.received(rtp.header.ssrc) else {
            return;
        };
        if track.packet(rtp, packet.now) == Received::KeyFrameWanted {
            belt.outbound
                .push_back(key_frame_request(rtp.header.ssrc, &packet));
        }
    }

    fn outbound(&mut self, packet: TaggedPacket, belt: &mut Belt) {
        belt.outbound.push_back(packet);
    }
}

/// A PLI (RFC 4585 s.6.3.1) with a made-up sender, as receivers without streams of their own do.
fn key_frame_request(media_ssrc: u32, cause: &TaggedPacket) -> TaggedPacket {
    let request = PictureLossIndication {
        sender_ssrc: 1,
        media_ssrc,
    };
    TaggedPacket {
        now: cause.now,
        transport: cause.transport,
        message: AttributedPacket::new(Packet::Rtcp(vec![Box::new(request)])),
    }
}
