//! Whose an arriving RTP stream is: told by its SSRC, or by mid and rid (RFC 8843 s.9.2, RFC 8852).

use std::collections::hash_map::Entry;

use super::{producer::Producer, stream::Arrival};
use crate::{
    error::InvalidParameters,
    ids::{IdMap, PayloadType, ProducerId, Ssrc},
    rtp::{ExtensionIds, ExtensionKind, ExtensionValues, RtpHeader},
};

/// The streams that the producers of one transport have announced.
///
/// An SSRC that nobody announced is taken only for an announced mid and rid that has none yet, and
/// only after one of its packets was authenticated: strangers make no state.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    by_ssrc: IdMap<Ssrc, StreamId>,
    announced: Vec<Announced>,
}

/// One encoding of one producer, or its retransmissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StreamId {
    pub(crate) producer: ProducerId,
    pub(crate) encoding: usize,
    pub(crate) arrival: Arrival,
}

#[derive(Debug)]
struct Announced {
    producer: ProducerId,
    encoding: usize,
    mid: String,
    rid: Option<String>,
    extension_ids: ExtensionIds,
    media_types: Vec<PayloadType>,
    repair_types: Vec<PayloadType>,
    has_ssrc: bool,
    has_rtx_ssrc: bool,
}

impl Streams {
    /// Adds the streams of a producer.
    ///
    /// # Errors
    ///
    /// Another producer has the SSRC or the mid, or nothing tells a stream; nothing is added then.
    pub(crate) fn add(&mut self, producer: &Producer) -> Result<(), InvalidParameters> {
        self.check(producer)?;
        for (encoding, stream) in producer.streams.iter().enumerate() {
            let id = |arrival| StreamId {
                producer: producer.id,
                encoding,
                arrival,
            };
            if let Some(ssrc) = stream.ssrc {
                self.by_ssrc.insert(ssrc, id(Arrival::Original));
            }
            if let Some(ssrc) = stream.rtx_ssrc {
                self.by_ssrc.insert(ssrc, id(Arrival::Repair));
            }
            self.announced.extend(Announced::new(producer, encoding));
        }
        Ok(())
    }

    /// Forgets the streams of a producer.
    pub(crate) fn remove(&mut self, producer: ProducerId) {
        self.by_ssrc.retain(|_, id| id.producer != producer);
        self.announced
            .retain(|announced| announced.producer != producer);
    }

    /// The stream of an SSRC that is known.
    pub(crate) fn by_ssrc(&self, ssrc: Ssrc) -> Option<StreamId> {
        self.by_ssrc.get(&ssrc).copied()
    }

    /// The stream that a packet, still encrypted, claims to belong to.
    pub(crate) fn find(&self, packet: &[u8], header: &RtpHeader) -> Option<StreamId> {
        self.by_ssrc(header.ssrc).or_else(|| {
            self.announced
                .iter()
                .find_map(|announced| announced.claim(packet, header))
        })
    }

    /// Ties an SSRC to a stream that one of its packets, now authenticated, belongs to.
    pub(crate) fn bind(&mut self, ssrc: Ssrc, id: StreamId) {
        let Entry::Vacant(vacant) = self.by_ssrc.entry(ssrc) else {
            return;
        };
        vacant.insert(id);
        let mut announced = self.announced.iter_mut();
        let announced = announced.find(|announced| {
            announced.producer == id.producer && announced.encoding == id.encoding
        });
        if let Some(announced) = announced {
            match id.arrival {
                Arrival::Original => announced.has_ssrc = true,
                Arrival::Repair => announced.has_rtx_ssrc = true,
            }
        }
    }

    fn check(&self, producer: &Producer) -> Result<(), InvalidParameters> {
        let mut ssrcs = Vec::new();
        for stream in &producer.streams {
            let by_mid =
                producer.mid.is_some() && producer.extension_ids.id(ExtensionKind::Mid).is_some();
            let by_rid =
                stream.rid.is_some() && producer.extension_ids.id(ExtensionKind::Rid).is_some();
            let is_alone = producer.streams.len() == 1;
            if stream.ssrc.is_none() && !(by_mid && (by_rid || is_alone)) {
                return Err(InvalidParameters::Unidentifiable);
            }
            ssrcs.extend(stream.ssrc.into_iter().chain(stream.rtx_ssrc));
        }
        for (place, ssrc) in ssrcs.iter().enumerate() {
            let again = ssrcs
                .get(place + 1..)
                .is_some_and(|rest| rest.contains(ssrc));
            if again || self.by_ssrc.contains_key(ssrc) {
                return Err(InvalidParameters::SsrcTaken(ssrc.0));
            }
        }
        let is_taken = |mid: &&String| self.announced.iter().any(|other| other.mid == **mid);
        match producer.mid.as_ref().filter(is_taken) {
            Some(mid) => Err(InvalidParameters::MidTaken(mid.clone())),
            None => Ok(()),
        }
    }
}

impl Announced {
    fn new(producer: &Producer, encoding: usize) -> Option<Self> {
        let stream = producer.streams.get(encoding)?;
        let repair_types = producer.codecs.iter();
        Some(Self {
            producer: producer.id,
            encoding,
            mid: producer.mid.clone()?,
            rid: stream.rid.clone(),
            extension_ids: producer.extension_ids,
            media_types: producer
                .codecs
                .iter()
                .map(|codec| codec.payload_type)
                .collect(),
            repair_types: repair_types
                .filter_map(|codec| codec.rtx_payload_type)
                .collect(),
            has_ssrc: stream.ssrc.is_some(),
            has_rtx_ssrc: stream.rtx_ssrc.is_some(),
        })
    }

    fn claim(&self, packet: &[u8], header: &RtpHeader) -> Option<StreamId> {
        let values = ExtensionValues::parse(packet, header, &self.extension_ids);
        let mid = values.get(packet, ExtensionKind::Mid)?;
        if mid != self.mid.as_bytes() {
            return None;
        }
        let (is_free, rid_kind, arrival) = if self.media_types.contains(&header.payload_type) {
            (!self.has_ssrc, ExtensionKind::Rid, Arrival::Original)
        } else if self.repair_types.contains(&header.payload_type) {
            (
                !self.has_rtx_ssrc,
                ExtensionKind::RepairedRid,
                Arrival::Repair,
            )
        } else {
            return None;
        };
        let rid = values.get(packet, rid_kind);
        let same_rid = self.rid.is_none() || rid == self.rid.as_deref().map(str::as_bytes);
        (is_free && same_rid).then_some(StreamId {
            producer: self.producer,
            encoding: self.encoding,
            arrival,
        })
    }
}
