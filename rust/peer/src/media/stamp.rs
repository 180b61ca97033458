//! The identity that each packet of synthetic media carries at its end.

use std::time::Duration;

use crc::{CRC_32_ISCSI, Crc};

/// Whose packet it is, which part of which frame, and when it was sent.
///
/// It stands at the end of the RTP payload, behind whatever the codec's payload format and an SFU
/// may write in front, and closes a body of filler that its checksum covers:
///
/// ```text
/// codec's own | filler ... | magic 4 | source 8 | sent 8 | frame 4 | reference 4 | packet 2 |
///             | packets 2 | flags 1 | layer 1 | body length 2 | CRC-32C 4
/// ```
///
/// All of it is big-endian; the body length counts filler and stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The identity of the published track.
    pub(crate) source: u64,
    /// When the frame was made, since the Unix epoch; microseconds survive.
    pub(crate) sent: Duration,
    /// The number of the frame, from zero, the same in all encodings of one picture.
    pub(crate) frame: u32,
    /// The frame that a decoder needs before this one; itself for a key frame.
    pub(crate) reference: u32,
    /// The place in the frame, from zero.
    pub(crate) packet: u16,
    /// How many packets the frame has.
    pub(crate) packets: u16,
    /// Decodable without another frame.
    pub(crate) key: bool,
    /// The place of the encoding among the simulcast encodings, lowest quality first.
    pub(crate) layer: u8,
}

impl Stamp {
    /// The length of the stamp in bytes.
    pub(crate) const LEN: usize = 40;

    /// Appends filler and stamp, `body` bytes together, at least [`Self::LEN`].
    pub(crate) fn seal(&self, body: u16, payload: &mut Vec<u8>) {
        let start = payload.len();
        let filler = usize::from(body).saturating_sub(Self::LEN);
        payload.resize(start + filler, FILLER);
        payload.extend_from_slice(&MAGIC.to_be_bytes());
        payload.extend_from_slice(&self.source.to_be_bytes());
        payload.extend_from_slice(&micros(self.sent).to_be_bytes());
        payload.extend_from_slice(&self.frame.to_be_bytes());
        payload.extend_from_slice(&self.reference.to_be_bytes());
        payload.extend_from_slice(&self.packet.to_be_bytes());
        payload.extend_from_slice(&self.packets.to_be_bytes());
        payload.push(u8::from(self.key));
        payload.push(self.layer);
        payload.extend_from_slice(&body.max(MIN_BODY).to_be_bytes());
        let checksum = CHECKSUM.checksum(payload.get(start..).unwrap_or_default());
        payload.extend_from_slice(&checksum.to_be_bytes());
    }

    /// Reads the stamp at the end of `payload`; `None` where there is none, or a byte of the body
    /// is not the one that was sent.
    pub(crate) fn open(payload: &[u8]) -> Option<Self> {
        let (rest, checksum) = payload.split_last_chunk::<4>()?;
        let (rest, body) = rest.split_last_chunk::<2>()?;
        let (rest, [key, layer]) = rest.split_last_chunk::<2>()?;
        let (rest, packets) = rest.split_last_chunk::<2>()?;
        let (rest, packet) = rest.split_last_chunk::<2>()?;
        let (rest, reference) = rest.split_last_chunk::<4>()?;
        let (rest, frame) = rest.split_last_chunk::<4>()?;
        let (rest, sent) = rest.split_last_chunk::<8>()?;
        let (rest, source) = rest.split_last_chunk::<8>()?;
        let (_, magic) = rest.split_last_chunk::<4>()?;
        let start = payload
            .len()
            .checked_sub(usize::from(u16::from_be_bytes(*body)))?;
        let covered = payload.get(start..payload.len() - checksum.len())?;
        let intact = u32::from_be_bytes(*magic) == MAGIC
            && CHECKSUM.checksum(covered) == u32::from_be_bytes(*checksum);
        intact.then_some(Self {
            source: u64::from_be_bytes(*source),
            sent: Duration::from_micros(u64::from_be_bytes(*sent)),
            frame: u32::from_be_bytes(*frame),
            reference: u32::from_be_bytes(*reference),
            packet: u16::from_be_bytes(*packet),
            packets: u16::from_be_bytes(*packets),
            key: *key != 0,
            layer: *layer,
        })
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

const MAGIC: u32 = 0x7366_7531;
const MIN_BODY: u16 = 40;
/// Never zero: H.264 and AV1 parsers look for runs of zeros.
const FILLER: u8 = 0xA5;
const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_stamp_opens_behind_any_prefix() {
        let stamp = example();
        let mut payload = vec![1, 2, 3];
        stamp.seal(500, &mut payload);
        assert_eq!(payload.len(), 503);
        assert_eq!(Stamp::open(&payload), Some(stamp));
    }

    #[test]
    fn a_body_without_filler_is_the_stamp_alone() {
        let mut payload = Vec::new();
        example().seal(0, &mut payload);
        assert_eq!(payload.len(), Stamp::LEN);
        assert_eq!(Stamp::open(&payload), Some(example()));
    }

    #[test]
    fn every_truncation_is_refused() {
        let mut payload = Vec::new();
        example().seal(64, &mut payload);
        for len in 0..payload.len() {
            assert_eq!(Stamp::open(&payload[..len]), None, "{len} bytes");
            assert_eq!(Stamp::open(&payload[payload.len() - len..]), None);
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let mut payload = Vec::new();
        example().seal(64, &mut payload);
        for place in 0..payload.len() {
            let mut changed = payload.clone();
            changed[place] ^= 0x10;
            assert_eq!(Stamp::open(&changed), None, "byte {place}");
        }
    }

    fn example() -> Stamp {
        Stamp {
            source: 0x0123_4567_89AB_CDEF,
            sent: Duration::from_micros(1_795_000_000_123_456),
            frame: 90,
            reference: 89,
            packet: 1,
            packets: 2,
            key: false,
            layer: 2,
        }
    }
}
