//! The codecs' payload formats: enough of each that an SFU or a depacketiser takes it for media.

mod av1;
mod h264;
mod vp8;
mod vp9;

/// A codec that the peer can send and judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// RFC 7587.
    Opus,
    /// G.711 and G.722: samples without any header (RFC 3551).
    Samples,
    /// RFC 7741.
    Vp8,
    /// RFC 9628.
    Vp9,
    /// RFC 6184, packetization mode 1.
    H264,
    /// The AOMedia RTP payload format.
    Av1,
}

/// One packet's place in the stream of its codec.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The frame can be decoded without another.
    pub(crate) key: bool,
    /// The place in the frame, from zero.
    pub(crate) packet: u16,
    /// How many packets the frame has.
    pub(crate) packets: u16,
    /// Counts frames; 15 bits of it are sent.
    pub(crate) picture: u16,
    /// The bytes that will follow what the codec writes.
    pub(crate) body: u16,
}

/// What a payload format says a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The first packet of a key frame.
    KeyFrame,
    /// The first packet of another frame.
    Frame,
    /// A later packet of a frame.
    Continuation,
}

impl Codec {
    /// Finds the codec of a MIME type such as `video/VP8`, in any case.
    pub(crate) fn from_mime(mime_type: &str) -> Option<Self> {
        match mime_type.to_ascii_lowercase().as_str() {
            "audio/opus" | "audio/multiopus" => Some(Self::Opus),
            "audio/pcmu" | "audio/pcma" | "audio/g722" => Some(Self::Samples),
            "video/vp8" => Some(Self::Vp8),
            "video/vp9" => Some(Self::Vp9),
            "video/h264" => Some(Self::H264),
            "video/av1" => Some(Self::Av1),
            _ => None,
        }
    }

    /// Whether frames build on each other, so that key frames matter.
    pub(crate) fn is_video(self) -> bool {
        match self {
            Self::Opus | Self::Samples => false,
            Self::Vp8 | Self::Vp9 | Self::H264 | Self::Av1 => true,
        }
    }

    /// The fewest packets a frame of it has here.
    pub(crate) fn min_packets(self, key: bool) -> u16 {
        // H.264's parameter sets have a packet of their own, as libwebrtc sends them.
        if key && self == Self::H264 { 2 } else { 1 }
    }

    /// Appends what stands in front of the body in this packet.
    pub(crate) fn write(self, place: &Place, payload: &mut Vec<u8>) {
        match self {
            Self::Opus => payload.push(OPUS_TOC),
            Self::Samples => {}
            Self::Vp8 => vp8::write(place, payload),
            Self::Vp9 => vp9::write(place, payload),
            Self::H264 => h264::write(place, payload),
            Self::Av1 => av1::write(place, payload),
        }
    }

    /// Reads what the payload format says of `payload`; `None` where it is not of the format.
    pub(crate) fn read(self, payload: &[u8]) -> Option<Part> {
        match self {
            Self::Opus => (payload.first() == Some(&OPUS_TOC)).then_some(Part::KeyFrame),
            Self::Samples => Some(Part::KeyFrame),
            Self::Vp8 => vp8::read(payload),
            Self::Vp9 => vp9::read(payload),
            Self::H264 => h264::read(payload),
            Self::Av1 => av1::read(payload),
        }
    }
}

/// One 20 ms full-band CELT frame in stereo (RFC 6716 s.3.1: configuration 31, s = 1, c = 0).
const OPUS_TOC: u8 = 0xFC;

#[cfg(test)]
mod tests {
    use super::*;

    const VIDEO: [Codec; 4] = [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1];

    #[test]
    fn the_first_packet_tells_a_key_frame_from_another() {
        for codec in VIDEO {
            for key in [true, false] {
                let part = if key { Part::KeyFrame } else { Part::Frame };
                assert_eq!(codec.read(&written(codec, key, 0, 3)), Some(part));
                let single = codec.min_packets(key);
                assert_eq!(codec.read(&written(codec, key, 0, single)), Some(part));
            }
        }
    }

    #[test]
    fn later_packets_are_continuations() {
        for codec in VIDEO {
            for (key, packet) in [(true, 2), (false, 1), (false, 2)] {
                let read = codec.read(&written(codec, key, packet, 3));
                assert_eq!(read, Some(Part::Continuation), "{codec:?} {key} {packet}");
            }
        }
    }

    #[test]
    fn truncations_are_refused_or_read_without_a_panic() {
        for codec in VIDEO {
            let payload = written(codec, true, 0, 3);
            for len in 0..payload.len() {
                let read = codec.read(&payload[..len]);
                assert!(len > 0 || read.is_none(), "{codec:?}");
            }
        }
    }

    #[test]
    fn mime_types_are_known_in_any_case() {
        assert_eq!(Codec::from_mime("VIDEO/vp8"), Some(Codec::Vp8));
        assert_eq!(Codec::from_mime("audio/PCMU"), Some(Codec::Samples));
        assert_eq!(Codec::from_mime("video/rtx"), None);
    }

    fn written(codec: Codec, key: bool, packet: u16, packets: u16) -> Vec<u8> {
        let place = Place {
            key,
            packet,
            packets,
            picture: 300,
            body: 50,
        };
        let mut payload = Vec::new();
        codec.write(&place, &mut payload);
        payload.resize(payload.len() + 50, 0xA5);
        payload
    }
}
