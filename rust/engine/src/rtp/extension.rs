//! RTP header extensions (RFC 8285).

use serde::{Deserialize, Serialize};

use super::header::{ExtensionBlock, RtpHeader};
use crate::command::HeaderExtension;

/// A header extension that the engine knows. JSON: its URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ExtensionKind {
    /// RFC 8843 s.15.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:sdes:mid")]
    Mid,
    /// RFC 8852 s.3.1.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id")]
    Rid,
    /// RFC 8852 s.3.2.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id")]
    RepairedRid,
    /// 24 bits of the sender's clock, 6.18 fixed point seconds.
    #[serde(rename = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")]
    AbsSendTime,
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01.
    #[serde(rename = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01")]
    TransportWideCc,
    /// RFC 6464.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:ssrc-audio-level")]
    AudioLevel,
    /// The AV1 RTP payload format, appendix A.
    #[serde(
        rename = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
    )]
    DependencyDescriptor,
    /// 3GPP TS 26.114.
    #[serde(rename = "urn:3gpp:video-orientation")]
    VideoOrientation,
    /// RFC 5450.
    #[serde(rename = "urn:ietf:params:rtp-hdrext:toffset")]
    TransmissionOffset,
    /// libwebrtc's absolute capture time.
    #[serde(rename = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time")]
    AbsCaptureTime,
    /// libwebrtc's playout delay.
    #[serde(rename = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay")]
    PlayoutDelay,
    /// mediasoup's packet id.
    #[serde(rename = "urn:mediasoup:params:rtp-hdrext:packet-id")]
    PacketId,
}

impl ExtensionKind {
    pub(crate) const ALL: [Self; 12] = [
        Self::Mid,
        Self::Rid,
        Self::RepairedRid,
        Self::AbsSendTime,
        Self::TransportWideCc,
        Self::AudioLevel,
        Self::DependencyDescriptor,
        Self::VideoOrientation,
        Self::TransmissionOffset,
        Self::AbsCaptureTime,
        Self::PlayoutDelay,
        Self::PacketId,
    ];
}

/// The ids that extensions have on one side of a transport.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ExtensionIds {
    /// By kind; 0 is no id (RFC 8285 s.4.2: padding).
    ids: [u8; ExtensionKind::ALL.len()],
}

impl ExtensionIds {
    pub(crate) fn new(extensions: &[HeaderExtension]) -> Self {
        let mut ids = [0; ExtensionKind::ALL.len()];
        for extension in extensions {
            if let Some(id) = ids.get_mut(extension.uri as usize) {
                *id = extension.id;
            }
        }
        Self { ids }
    }

    /// What `id` means here.
    pub(crate) fn kind(&self, id: u8) -> Option<ExtensionKind> {
        let kind = self.ids.iter().position(|&known| known == id && id != 0)?;
        ExtensionKind::ALL.get(kind).copied()
    }

    /// The id that `kind` has here.
    pub(crate) fn id(&self, kind: ExtensionKind) -> Option<u8> {
        self.ids.get(kind as usize).copied().filter(|&id| id != 0)
    }
}

/// Where the value of each known extension lies in one packet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ExtensionValues {
    spans: [Option<Span>; ExtensionKind::ALL.len()],
}

/// Values of either form are at most 255 bytes, packets at most 65,535.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u16,
    len: u8,
}

impl ExtensionValues {
    /// Finds the extensions of `ids` in the one-byte and two-byte forms. What follows a malformed
    /// element is not looked at; of several values of one kind the first counts.
    pub(crate) fn parse(packet: &[u8], header: &RtpHeader, ids: &ExtensionIds) -> Self {
        let mut values = Self::default();
        for (id, span) in header
            .extension
            .into_iter()
            .flat_map(|block| Elements::new(packet, block))
        {
            if let Some(kind) = ids.kind(id)
                && let Some(slot) = values.spans.get_mut(kind as usize)
            {
                slot.get_or_insert(span);
            }
        }
        values
    }

    /// The value of `kind`. `packet`: the one that was parsed, or one with the same header.
    pub(crate) fn get<'p>(&self, packet: &'p [u8], kind: ExtensionKind) -> Option<&'p [u8]> {
        let span = (*self.spans.get(kind as usize)?)?;
        packet.get(span.start.into()..)?.get(..span.len.into())
    }

    /// The values there are, each with its kind.
    pub(crate) fn iter<'p>(
        &self,
        packet: &'p [u8],
    ) -> impl Iterator<Item = (ExtensionKind, &'p [u8])> + Clone {
        ExtensionKind::ALL
            .into_iter()
            .filter_map(move |kind| Some((kind, self.get(packet, kind)?)))
    }
}

/// Walks the elements of a block: ids and the places of their values.
struct Elements<'p> {
    packet: &'p [u8],
    position: usize,
    end: usize,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    OneByte,
    TwoByte,
    Unknown,
}

impl<'p> Elements<'p> {
    fn new(packet: &'p [u8], block: ExtensionBlock) -> Self {
        Self {
            packet,
            position: block.start,
            end: block.end,
            form: match block.profile {
                ONE_BYTE_PROFILE => Form::OneByte,
                profile if profile & !APP_BITS == TWO_BYTE_PROFILE => Form::TwoByte,
                _ => Form::Unknown,
            },
        }
    }

    /// Id and length of the element at hand; the position moves on to its value.
    fn read_head(&mut self) -> Option<(u8, u8)> {
        let first = self.read_byte()?;
        match self.form {
            Form::OneByte => Some((first >> 4, (first & 0x0F) + 1)),
            Form::TwoByte => Some((first, self.read_byte()?)),
            Form::Unknown => None,
        }
    }

    fn read_byte(&mut self) -> Option<u8> {
        let byte = self.packet.get(..self.end)?.get(self.position)?;
        self.position += 1;
        Some(*byte)
    }

    fn skip_padding(&mut self) {
        while self.packet.get(self.position) == Some(&0) && self.position < self.end {
            self.position += 1;
        }
    }

    fn read(&mut self) -> Option<(u8, Span)> {
        self.skip_padding();
        let (id, len) = self.read_head()?;
        let start = self.position;
        self.position += usize::from(len);
        let ends_walk = matches!(self.form, Form::OneByte) && matches!(id, 0 | 15);
        let span = Span {
            start: start.try_into().ok()?,
            len,
        };
        (self.position <= self.end && !ends_walk).then_some((id, span))
    }
}

impl Iterator for Elements<'_> {
    type Item = (u8, Span);

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.read();
        if element.is_none() {
            self.position = self.end;
        }
        element
    }
}

pub(super) const ONE_BYTE_PROFILE: u16 = 0xBEDE;
pub(super) const TWO_BYTE_PROFILE: u16 = 0x1000;
/// RFC 8285 s.4.3: "appbits", to be ignored.
const APP_BITS: u16 = 0x000F;
