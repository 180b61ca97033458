"""What is sent and what can be received over RTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sfu._json import Json
from sfu.parameters._base import Parameters

MediaKind: TypeAlias = Literal["audio", "video"]
Direction: TypeAlias = Literal["sendrecv", "sendonly", "recvonly", "inactive"]


@dataclass(frozen=True, slots=True)
class RtcpFeedback(Parameters):
    """A kind of RTCP feedback that a codec's receiver gives (RFC 4585 s.4.2).

    Attributes:
        type: `nack`, `ccm`, `goog-remb`, `transport-cc`, ...
        parameter: `pli`, `fir`, ...; empty for the plain kind.
    """

    type: str
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class RtpCodecCapability(Parameters):
    """A codec that a router or a peer supports.

    Attributes:
        mime_type: `audio/...` or `video/...`.
        clock_rate: Of the RTP timestamps, in Hz.
        kind: What the MIME type says.
        preferred_payload_type: 0 to 127.
        channels: Of audio.
        parameters: The format parameters of SDP (`a=fmtp`), strings or numbers.
        rtcp_feedback: What the receiver may send.
    """

    mime_type: str
    clock_rate: int
    kind: MediaKind | None = None
    preferred_payload_type: int | None = None
    channels: int | None = None
    parameters: Mapping[str, Json] = field(default_factory=dict[str, Json])
    rtcp_feedback: tuple[RtcpFeedback, ...] = ()


@dataclass(frozen=True, slots=True)
class RtpHeaderExtension(Parameters):
    """A header extension that a router or a peer supports (RFC 8285).

    Attributes:
        kind: Which media may carry it.
        uri: Its meaning.
        preferred_id: 1 to 14.
        preferred_encrypt: Whether it is to be encrypted (RFC 6904); not supported.
        direction: From the owner's point of view.
    """

    kind: MediaKind
    uri: str
    preferred_id: int
    preferred_encrypt: bool = False
    direction: Direction = "sendrecv"


@dataclass(frozen=True, slots=True)
class RtpCapabilities(Parameters):
    """What a router or a peer can receive."""

    codecs: tuple[RtpCodecCapability, ...] = ()
    header_extensions: tuple[RtpHeaderExtension, ...] = ()


@dataclass(frozen=True, slots=True)
class RtpCodecParameters(Parameters):
    """A codec in use.

    Attributes:
        mime_type: `audio/...` or `video/...`; `video/rtx` for retransmissions (RFC 4588).
        payload_type: 0 to 127.
        clock_rate: Of the RTP timestamps, in Hz.
        channels: Of audio.
        parameters: The format parameters of SDP (`a=fmtp`), strings or numbers.
        rtcp_feedback: What the receiver may send.
    """

    mime_type: str
    payload_type: int
    clock_rate: int
    channels: int | None = None
    parameters: Mapping[str, Json] = field(default_factory=dict[str, Json])
    rtcp_feedback: tuple[RtcpFeedback, ...] = ()


@dataclass(frozen=True, slots=True)
class RtpHeaderExtensionParameters(Parameters):
    """A header extension in use (RFC 8285).

    Attributes:
        uri: Its meaning.
        id: 1 to 14 in packets with one-byte headers, to 255 with two-byte headers.
        encrypt: Whether it is encrypted (RFC 6904); not supported.
        parameters: Strings or numbers.
    """

    uri: str
    id: int
    encrypt: bool = False
    parameters: Mapping[str, Json] = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class RtpRtxParameters(Parameters):
    """The stream of retransmissions (RFC 4588)."""

    ssrc: int


@dataclass(frozen=True, slots=True)
class RtpEncodingParameters(Parameters):
    """One RTP stream of a producer or consumer.

    Attributes:
        ssrc: Its source, where signalled.
        rid: Its id in a simulcast (RFC 8851), where signalled.
        codec_payload_type: Its codec; the first one if none is given.
        rtx: Its retransmissions, where signalled.
        dtx: Whether silence is not sent.
        scalability_mode: Its layers, such as `L3T3` (W3C webrtc-svc).
        max_bitrate: In bits a second.
    """

    ssrc: int | None = None
    rid: str | None = None
    codec_payload_type: int | None = None
    rtx: RtpRtxParameters | None = None
    dtx: bool = False
    scalability_mode: str | None = None
    max_bitrate: float | None = None


@dataclass(frozen=True, slots=True)
class RtcpParameters(Parameters):
    """RTCP of a producer or consumer.

    Attributes:
        cname: One for all streams to be played in step (RFC 3550 s.6.5.1).
        reduced_size: Whether reports may be left out (RFC 5506).
    """

    cname: str | None = None
    reduced_size: bool = True


@dataclass(frozen=True, slots=True)
class RtpParameters(Parameters):
    """What a producer sends, or a consumer receives.

    Attributes:
        codecs: Media codecs and their RTX codecs; the first is in use.
        mid: The id of the media section (RFC 8843), unique on its transport.
        header_extensions: Those that packets may carry.
        encodings: One, or one a simulcast layer, lowest first.
        rtcp: The RTCP that goes with it.
        msid: Stream and track id, with a blank between them (RFC 8830).
    """

    codecs: tuple[RtpCodecParameters, ...]
    mid: str | None = None
    header_extensions: tuple[RtpHeaderExtensionParameters, ...] = ()
    encodings: tuple[RtpEncodingParameters, ...] = ()
    rtcp: RtcpParameters | None = None
    msid: str | None = None
