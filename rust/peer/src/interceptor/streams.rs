//! Which SSRC belongs to which track of a connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    parameters::RtpParameters,
    receive::ReceivedTrack,
    send::{SentEncoding, SentTrack},
};

/// The streams of one connection, by SSRC.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    by_ssrc: Mutex<HashMap<u32, Stream>>,
}

#[derive(Debug, Clone)]
enum Stream {
    Received(Arc<ReceivedTrack>),
    ReceivedRepair(Repair),
    Sent {
        track: Arc<SentTrack>,
        encoding: usize,
    },
    SentRepair {
        track: Arc<SentTrack>,
        encoding: usize,
    },
}

/// What a retransmission is to become again.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    /// The track that it repairs.
    pub(crate) track: Arc<ReceivedTrack>,
    /// The SSRC of the track.
    pub(crate) ssrc: u32,
    /// Payload types: of retransmissions, and of what they repair.
    pub(crate) payload_types: Vec<(u8, u8)>,
}

impl Streams {
    /// Adds what `rtp` says will arrive.
    pub(crate) fn add_received(&self, track: &Arc<ReceivedTrack>, rtp: &RtpParameters) {
        let repairs = rtp.codecs.iter().filter(|codec| codec.is_rtx());
        let payload_types: Vec<_> = repairs
            .filter_map(|codec| Some((codec.payload_type, codec.apt()?)))
            .collect();
        let mut streams = self.lock();
        for encoding in &rtp.encodings {
            let Some(ssrc) = encoding.ssrc else { continue };
            streams.insert(ssrc, Stream::Received(Arc::clone(track)));
            if let Some(rtx) = encoding.rtx {
                let repair = Repair {
                    track: Arc::clone(track),
                    ssrc,
                    payload_types: payload_types.clone(),
                };
                streams.insert(rtx.ssrc, Stream::ReceivedRepair(repair));
            }
        }
    }

    /// Adds what will be sent.
    pub(crate) fn add_sent(&self, track: &Arc<SentTrack>) {
        let mut streams = self.lock();
        for (encoding, sent) in track.encodings.iter().enumerate() {
            let track = Arc::clone(track);
            if let Some(rtx_ssrc) = sent.rtx_ssrc {
                let track = Arc::clone(&track);
                streams.insert(rtx_ssrc, Stream::SentRepair { track, encoding });
            }
            streams.insert(sent.ssrc, Stream::Sent { track, encoding });
        }
    }

    /// Forgets a track that was received.
    pub(crate) fn remove_received(&self, track: &Arc<ReceivedTrack>) {
        self.lock().retain(|_, stream| match stream {
            Stream::Received(other) => !Arc::ptr_eq(other, track),
            Stream::ReceivedRepair(repair) => !Arc::ptr_eq(&repair.track, track),
            Stream::Sent { .. } | Stream::SentRepair { .. } => true,
        });
    }

    /// Forgets a track that was sent.
    pub(crate) fn remove_sent(&self, track: &Arc<SentTrack>) {
        self.lock().retain(|_, stream| match stream {
            Stream::Received(_) | Stream::ReceivedRepair(_) => true,
            Stream::Sent { track: other, .. } | Stream::SentRepair { track: other, .. } => {
                !Arc::ptr_eq(other, track)
            }
        });
    }

    /// The track that arrives with `ssrc`.
    pub(crate) fn received(&self, ssrc: u32) -> Option<Arc<ReceivedTrack>> {
        match self.lock().get(&ssrc)? {
            Stream::Received(track) => Some(Arc::clone(track)),
            Stream::ReceivedRepair(_) | Stream::Sent { .. } | Stream::SentRepair { .. } => None,
        }
    }

    /// What arrives again with `ssrc`.
    pub(crate) fn received_repair(&self, ssrc: u32) -> Option<Repair> {
        match self.lock().get(&ssrc)? {
            Stream::ReceivedRepair(repair) => Some(repair.clone()),
            Stream::Received(_) | Stream::Sent { .. } | Stream::SentRepair { .. } => None,
        }
    }

    /// Does something with the encoding that is sent with `ssrc`.
    pub(crate) fn with_sent<T>(
        &self,
        ssrc: u32,
        act: impl FnOnce(&SentEncoding) -> T,
    ) -> Option<T> {
        let (track, encoding) = match self.lock().get(&ssrc)? {
            Stream::Sent { track, encoding } => (Arc::clone(track), *encoding),
            Stream::Received(_) | Stream::ReceivedRepair(_) | Stream::SentRepair { .. } => None?,
        };
        track.encodings.get(encoding).map(act)
    }

    /// Does something with the encoding that is sent again with `ssrc`.
    pub(crate) fn with_sent_repair<T>(
        &self,
        ssrc: u32,
        act: impl FnOnce(&SentEncoding) -> T,
    ) -> Option<T> {
        let (track, encoding) = match self.lock().get(&ssrc)? {
            Stream::SentRepair { track, encoding } => (Arc::clone(track), *encoding),
            Stream::Received(_) | Stream::ReceivedRepair(_) | Stream::Sent { .. } => None?,
        };
        track.encodings.get(encoding).map(act)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u32, Stream>> {
        self.by_ssrc.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
