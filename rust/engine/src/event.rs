//! What the engine tells its owner unasked.

use serde::Serialize;

use crate::{
    ids::{ConsumerId, ProducerId, Ssrc, TransportId},
    transport::{DtlsState, IceState},
};

/// Something that the network did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// ICE went from one state to another.
    IceStateChange {
        /// Which.
        transport: TransportId,
        /// The new state.
        ice_state: IceState,
    },
    /// The peer chose another path, or its address changed.
    IceSelectedTupleChange {
        /// Which.
        transport: TransportId,
        /// Our address, as `ip:port`.
        local: String,
        /// The peer's address, as `ip:port`.
        remote: String,
    },
    /// DTLS went from one state to another.
    DtlsStateChange {
        /// Which.
        transport: TransportId,
        /// The new state.
        dtls_state: DtlsState,
    },
    /// The streams of a producer come better or worse; told once a report interval (about 1 s).
    ProducerScore {
        /// Which.
        producer: ProducerId,
        /// One a stream that has come.
        scores: Vec<ProducerScore>,
    },
    /// A consumer, or what it consumes, gets through better or worse; told as the former.
    ConsumerScore {
        /// Which.
        consumer: ConsumerId,
        /// Its own, and its producer's.
        #[serde(flatten)]
        score: ConsumerScore,
    },
    /// A consumer is sent another encoding of a producer that has several; told as the scores.
    ConsumerLayersChange {
        /// Which.
        consumer: ConsumerId,
        /// What it is sent; `None` while that is nothing.
        layers: Option<ConsumerLayers>,
    },
}

/// How well one stream of a producer comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProducerScore {
    /// The place of its encoding in the producer's parameters.
    pub encoding_idx: usize,
    /// Its SSRC.
    pub ssrc: Ssrc,
    /// Its RTP stream id, where signalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// From 0, nothing comes, to 10, everything does.
    pub score: u8,
}

/// How well a consumer reaches its peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerScore {
    /// From 0, nothing arrives, to 10, everything does: as the peer reports it.
    pub score: u8,
    /// That of the producer's stream which is forwarded.
    pub producer_score: u8,
    /// One an encoding of the producer; 0 for one that has not come.
    pub producer_scores: Vec<u8>,
}

/// What of a simulcast producer a consumer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerLayers {
    /// The place of the encoding in the producer's parameters, lowest quality first.
    pub spatial_layer: usize,
}
