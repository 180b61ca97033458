//! The packets that a producer's stream brought lately, for consumers that ask again (RFC 4588).

use super::packet::{Packet, PacketMeta};

/// A ring of packets by sequence number: one a stream, whatever the number of consumers.
///
/// One allocation, made when the first packet comes; the kernel gives pages to it as they are used.
#[derive(Debug, Default)]
pub(crate) struct RtxCache {
    slots: Vec<Option<Slot>>,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    meta: PacketMeta,
    len: usize,
}

impl RtxCache {
    /// Keeps a copy of a packet, in the place of the one [`PACKETS`] before it.
    pub(crate) fn insert(&mut self, packet: Packet<'_>) {
        if self.slots.is_empty() {
            self.slots = vec![None; PACKETS];
            self.bytes = vec![0; PACKETS * STRIDE];
        }
        let place = place(packet.meta.sequence);
        let len = packet.bytes.len();
        let room = self.bytes.get_mut(place * STRIDE..place * STRIDE + len);
        let (Some(room), Some(slot)) = (room, self.slots.get_mut(place)) else {
            return;
        };
        let is_older = slot.is_some_and(|slot| slot.meta.sequence > packet.meta.sequence);
        if is_older || len > STRIDE {
            return;
        }
        room.copy_from_slice(packet.bytes);
        *slot = Some(Slot {
            meta: *packet.meta,
            len,
        });
    }

    /// The packet with an unwrapped sequence number, while it is kept.
    pub(crate) fn packet(&self, sequence: u64) -> Option<Packet<'_>> {
        let place = place(sequence);
        let slot = self.slots.get(place)?.as_ref()?;
        if slot.meta.sequence != sequence {
            return None;
        }
        let start = place * STRIDE;
        Some(Packet {
            meta: &slot.meta,
            bytes: self.bytes.get(start..start + slot.len)?,
        })
    }
}

fn place(sequence: u64) -> usize {
    usize::try_from(sequence % PACKETS as u64).unwrap_or(0)
}

/// Two seconds of 2.5 Mb/s video, or of one packet every 4 ms.
const PACKETS: usize = 512;
/// The greatest packet kept: an Ethernet frame's payload.
const STRIDE: usize = 1_500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::testing::meta;

    #[test]
    fn a_packet_is_found_until_another_takes_its_place() {
        let mut cache = RtxCache::default();
        insert(&mut cache, 5, &[1; 40]);
        assert_eq!(cache.packet(5).unwrap().bytes, [1; 40]);
        insert(&mut cache, 5 + PACKETS as u64, &[2; 40]);
        assert!(cache.packet(5).is_none());
        assert_eq!(cache.packet(5 + PACKETS as u64).unwrap().bytes, [2; 40]);
    }

    #[test]
    fn a_late_packet_does_not_displace_a_newer_one() {
        let mut cache = RtxCache::default();
        insert(&mut cache, 5 + PACKETS as u64, &[2; 40]);
        insert(&mut cache, 5, &[1; 40]);
        assert!(cache.packet(5).is_none());
        assert!(cache.packet(5 + PACKETS as u64).is_some());
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        let mut cache = RtxCache::default();
        insert(&mut cache, 7, &[0; STRIDE + 1]);
        insert(&mut cache, PACKETS as u64 - 1, &[0; STRIDE + 1]);
        assert!(cache.packet(7).is_none() && cache.packet(PACKETS as u64 - 1).is_none());
        insert(&mut cache, 7, &[3; STRIDE]);
        assert_eq!(cache.packet(7).unwrap().bytes.len(), STRIDE);
    }

    fn insert(cache: &mut RtxCache, sequence: u64, bytes: &[u8]) {
        let meta = meta(sequence, 0);
        cache.insert(Packet { meta: &meta, bytes });
    }
}
