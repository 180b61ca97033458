//! A transport as the router sees it: who sends and who receives on it.

use std::time::Instant;

use super::{clock::ClockOffset, rate::Rate, streams::Streams};
use crate::{
    ids::{ConsumerId, IdMap, ProducerId, RouterId, Ssrc},
    transport::WebRtcTransport,
};

/// A transport with the producers and consumers on it.
pub(crate) struct Link {
    pub(crate) webrtc: WebRtcTransport,
    pub(crate) router: RouterId,
    /// What arrives on it.
    pub(crate) producers: Vec<ProducerId>,
    /// What leaves on it.
    pub(crate) consumers: Vec<ConsumerId>,
    /// Whose the arriving streams are.
    pub(crate) streams: Streams,
    /// Whose the leaving streams are, by the SSRC that feedback names.
    pub(crate) outgoing: IdMap<Ssrc, ConsumerId>,
    /// The clock of the peer.
    pub(crate) clock: ClockOffset,
    /// Our own SSRC in feedback.
    pub(crate) feedback_ssrc: Ssrc,
    /// When the next RTCP reports are due, once media can flow.
    pub(crate) next_report: Option<Instant>,
    /// For when the engine's timer is set.
    pub(crate) armed: Option<Instant>,
    pub(crate) received: Traffic,
    pub(crate) sent: Traffic,
}

/// Datagrams of media and reports, in one direction.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) rate: Rate,
}

impl Traffic {
    /// Counts a datagram.
    pub(crate) fn add(&mut self, bytes: usize, now: Instant) {
        self.add_all(1, bytes, now);
    }

    /// Counts datagrams of so many bytes together.
    pub(crate) fn add_all(&mut self, packets: u64, bytes: usize, now: Instant) {
        self.packets += packets;
        self.bytes += bytes as u64;
        self.rate.add(bytes, now);
    }
}

impl Link {
    /// A transport of `router` with nothing on it.
    pub(crate) fn new(webrtc: WebRtcTransport, router: RouterId, feedback_ssrc: Ssrc) -> Self {
        Self {
            webrtc,
            router,
            producers: Vec::new(),
            consumers: Vec::new(),
            streams: Streams::default(),
            outgoing: IdMap::default(),
            clock: ClockOffset::default(),
            feedback_ssrc,
            next_report: None,
            armed: None,
            received: Traffic::default(),
            sent: Traffic::default(),
        }
    }
}
