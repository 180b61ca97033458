//! A producer: one media source that a peer sends, in one encoding or several.

use std::time::{Duration, Instant};

use super::{
    keyframe::KeyFrameRequests,
    stream::{ReceiveStream, Repair},
};
use crate::{
    command::{MediaKind, ProduceCommand, ProducerCodec},
    error::InvalidParameters,
    event::ProducerScore,
    ids::{ConsumerId, PayloadType, ProducerId, RouterId, TransportId},
    rtp::ExtensionIds,
};

/// One media source and who consumes it.
#[derive(Debug)]
pub(crate) struct Producer {
    pub(crate) id: ProducerId,
    pub(crate) transport: TransportId,
    pub(crate) router: RouterId,
    pub(crate) kind: MediaKind,
    pub(crate) paused: bool,
    pub(crate) mid: Option<String>,
    pub(crate) codecs: Vec<ProducerCodec>,
    /// One an encoding, lowest quality first.
    pub(crate) streams: Vec<ReceiveStream>,
    pub(crate) extension_ids: ExtensionIds,
    /// In the order in which they were made.
    pub(crate) consumers: Vec<ConsumerId>,
    /// What was last told of how its streams come.
    pub(crate) told_scores: Vec<ProducerScore>,
    /// The encoding that consumers are to be sent, once one is alive.
    target: Option<usize>,
}

/// What a payload type of a producer is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Payload<'a> {
    /// Media of a codec.
    Media(&'a ProducerCodec),
    /// Retransmissions of a codec's packets.
    Repair(&'a ProducerCodec),
}

impl Producer {
    /// Makes a producer on a transport of `router`.
    ///
    /// # Errors
    ///
    /// More encodings or codecs than [`MAX_ENCODINGS`] and [`MAX_CODECS`], or none.
    pub(crate) fn new(
        command: ProduceCommand,
        router: RouterId,
    ) -> Result<Self, InvalidParameters> {
        if command.encodings.len() > MAX_ENCODINGS {
            return Err(InvalidParameters::TooMany("encodings"));
        }
        if command.codecs.len() > MAX_CODECS {
            return Err(InvalidParameters::TooMany("codecs"));
        }
        if command.encodings.is_empty() {
            return Err(InvalidParameters::Missing("encodings"));
        }
        let codec = command.codecs.first();
        let codec = codec.ok_or(InvalidParameters::Missing("codecs"))?;
        let repair = Repair {
            asks: codec.nack,
            keeps: codec.nack || command.kind == MediaKind::Video,
        };
        let delay = Duration::from_millis(command.key_frame_request_delay_ms);
        let new_stream = |encoding| {
            let key_frames = KeyFrameRequests::new(delay);
            ReceiveStream::new(encoding, codec.clock_rate, repair, key_frames)
        };
        Ok(Self {
            id: command.producer,
            transport: command.transport,
            router,
            kind: command.kind,
            paused: command.paused,
            mid: command.mid,
            streams: command.encodings.iter().map(new_stream).collect(),
            extension_ids: ExtensionIds::new(&command.header_extensions),
            codecs: command.codecs,
            consumers: Vec::new(),
            told_scores: Vec::new(),
            target: None,
        })
    }

    /// What packets of a payload type carry.
    pub(crate) fn payload(&self, payload_type: PayloadType) -> Option<Payload<'_>> {
        self.codecs.iter().find_map(|codec| {
            if codec.payload_type == payload_type {
                Some(Payload::Media(codec))
            } else if codec.rtx_payload_type == Some(payload_type) {
                Some(Payload::Repair(codec))
            } else {
                None
            }
        })
    }

    /// The codec in use at the start.
    pub(crate) fn first_codec(&self) -> Option<&ProducerCodec> {
        self.codecs.first()
    }

    /// The encoding that consumers are to be sent: the best that is alive, the last one in silence.
    pub(crate) fn target(&mut self, now: Instant) -> Option<usize> {
        let alive = self.streams.iter().rposition(|stream| stream.is_alive(now));
        self.target = alive.or(self.target);
        self.target
    }

    /// Notes that a consumer needs a key frame.
    pub(crate) fn want_key_frame(&mut self, now: Instant) {
        if self.kind == MediaKind::Audio || self.paused {
            return;
        }
        let target = self.target(now);
        for (place, stream) in self.streams.iter_mut().enumerate() {
            if stream.ssrc.is_some() && target.is_none_or(|target| target == place) {
                stream.key_frames.want(now);
            }
        }
    }

    /// When a stream needs something of the peer.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.streams
            .iter()
            .filter_map(ReceiveStream::deadline)
            .min()
    }
}

/// Spatial layers in any browser's simulcast, and some.
const MAX_ENCODINGS: usize = 8;
const MAX_CODECS: usize = 16;
