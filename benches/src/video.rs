//! A camera: VP8 in bursts of equal packets, thirty a second.

use std::time::Duration;

pub(crate) const SSRC: u32 = 0x5f75_0001;
pub(crate) const PAYLOAD_TYPE: u8 = 96;
pub(crate) const CLOCK_RATE: u32 = 90_000;
/// About 2.1 Mbit/s at 30 frames a second.
pub(crate) const PACKETS_A_FRAME: usize = 8;
/// One RTP packet before encryption.
pub(crate) const PACKET_BYTES: usize = 1100;
pub(crate) const FRAME_INTERVAL: Duration = Duration::from_nanos(1_000_000_000 / 30);
/// Fixed header (RFC 3550 s.5.1).
pub(crate) const HEADER_BYTES: usize = 12;

const TICKS_A_FRAME: u32 = CLOCK_RATE / 30;
/// A key frame a second, so that receivers can join.
const KEY_FRAME_EVERY: u32 = 30;
/// The payload descriptor of a frame's first packet: start of partition 0 (RFC 7741 s.4.2).
const DESCRIPTOR_START: u8 = 0x10;
/// A key frame's header (RFC 6386 s.9.1): frame tag, start code, 640 x 480.
const KEY_FRAME: [u8; 10] = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01];
/// The tag of a frame that needs others.
const INTER_FRAME: [u8; 10] = [0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// What comes next.
#[derive(Debug, Default)]
pub(crate) struct Video {
    frame: u32,
    sequence: u16,
}

impl Video {
    /// The packets of the next frame, not encrypted.
    pub(crate) fn frame(&mut self) -> Vec<Vec<u8>> {
        let packets = (0..PACKETS_A_FRAME).map(|place| self.packet(place));
        let packets = packets.collect();
        self.frame += 1;
        packets
    }

    fn packet(&mut self, place: usize) -> Vec<u8> {
        let marker = u8::from(place + 1 == PACKETS_A_FRAME) << 7;
        let timestamp = self.frame.wrapping_mul(TICKS_A_FRAME);
        let mut packet = vec![0x80, PAYLOAD_TYPE | marker];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(SSRC.to_be_bytes());
        if place == 0 {
            packet.push(DESCRIPTOR_START);
            packet.extend(self.frame_header());
        } else {
            packet.push(0);
        }
        packet.resize(PACKET_BYTES, 0xa5);
        self.sequence = self.sequence.wrapping_add(1);
        packet
    }

    fn frame_header(&self) -> [u8; 10] {
        if self.frame.is_multiple_of(KEY_FRAME_EVERY) {
            KEY_FRAME
        } else {
            INTER_FRAME
        }
    }
}
