"""From negotiated parameters to the engine's commands (`rust/engine/src/command.rs`); pure.

producer's RtpParameters + mapping --produce_command--> `ProduceCommand` without its ids
consumer's RtpParameters           --consume_command--> `ConsumeCommand` without its ids

What mediasoup's worker refuses in them, beyond what `sfu.ortc` does, is refused here.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, TypeAlias, cast

from sfu._json import Json, JsonObject
from sfu.errors import UnsupportedError
from sfu.ortc import parse_scalability_mode
from sfu.ortc._extensions import ALL as KNOWN_EXTENSIONS
from sfu.parameters import (
    MediaKind,
    RtpCodecParameters,
    RtpEncodingParameters,
    RtpHeaderExtensionParameters,
    RtpParameters,
)

ProducerType: TypeAlias = Literal["simple", "simulcast", "svc"]


def producer_type(rtp_parameters: Mapping[str, object]) -> ProducerType:
    """Tells what a producer's encodings are.

    Args:
        rtp_parameters: The producer's, normalised, with one encoding at least.

    Raises:
        TypeError: They contradict themselves.
        UnsupportedError: The codec cannot have such layers.
    """
    params = RtpParameters.from_json(rtp_parameters)
    modes = [parse_scalability_mode(each.scalability_mode) for each in params.encodings]
    if len(modes) == 1 and modes[0].spatial_layers == modes[0].temporal_layers == 1:
        return "simple"
    codecs = {_subtype(_codec_of(encoding, params)) for encoding in params.encodings}
    if len(modes) == 1:
        return _supported("svc", codecs, _SVC_CODECS)
    if any(mode.spatial_layers > 1 for mode in modes):
        raise TypeError("spatial layers within the encodings of a simulcast")
    return _supported("simulcast", codecs, _SIMULCAST_CODECS)


def produce_command(
    kind: MediaKind, rtp_parameters: Mapping[str, object], rtp_mapping: Mapping[str, object]
) -> JsonObject:
    """Makes a `ProduceCommand`, but for `transport`, `producer` and `paused`.

    Args:
        kind: Audio or video.
        rtp_parameters: The producer's, normalised, with one encoding at least.
        rtp_mapping: What `ortc.get_producer_rtp_parameters_mapping` gave for them.

    Raises:
        TypeError: A number is out of its range, a payload type occurs twice, or an encoding has
            neither SSRC nor rid, without a mid to know it by.
        UnsupportedError: The engine forwards none of the codecs.
    """
    params = RtpParameters.from_json(rtp_parameters)
    _check_payload_types(params)
    _check_identities(params)
    return {
        "kind": kind,
        "codecs": _producer_codecs(params, _mapped_payload_types(rtp_mapping)),
        "encodings": [_producer_encoding(encoding) for encoding in params.encodings],
        **_common(params),
    }


def consume_command(rtp_parameters: Mapping[str, object]) -> JsonObject:
    """Makes a `ConsumeCommand`, but for `transport`, `consumer`, `producer` and `paused`.

    Args:
        rtp_parameters: What `ortc.get_consumer_rtp_parameters` gave, with its `mid`.

    Raises:
        TypeError: A number is out of its range.
    """
    params = RtpParameters.from_json(rtp_parameters)
    media = [codec for codec in params.codecs if not _is_rtx(codec)]
    command: JsonObject = {
        "payloadTypes": [_payload_type(codec) for codec in media],
        "ssrc": params.encodings[0].ssrc,
        **_common(params),
    }
    rtx, rtx_encoding = _rtx_of(media[0], params), params.encodings[0].rtx
    if rtx and rtx_encoding:
        command |= {"rtxPayloadType": _payload_type(rtx), "rtxSsrc": rtx_encoding.ssrc}
    return command


def _supported(
    layers: Literal["simulcast", "svc"], codecs: set[str], able: frozenset[str]
) -> ProducerType:
    if codecs <= able:
        return layers
    message = f"no {layers} with {', '.join(sorted(codecs - able))}"
    raise UnsupportedError(message)


def _codec_of(encoding: RtpEncodingParameters, params: RtpParameters) -> RtpCodecParameters:
    wanted = encoding.codec_payload_type
    for codec in params.codecs:
        if not _is_rtx(codec) and wanted in (None, codec.payload_type):
            return codec
    raise TypeError("an encoding whose codec is not among the media codecs")


def _check_payload_types(params: RtpParameters) -> None:
    for encoding in params.encodings:
        _codec_of(encoding, params)
    counted = Counter(_payload_type(codec) for codec in params.codecs)
    if counted.most_common(1)[0][1] > 1:
        raise TypeError("a payload type that two codecs have")


def _check_identities(params: RtpParameters) -> None:
    known_by_mid = bool(params.mid) and len(params.encodings) == 1
    if not known_by_mid and not all(each.ssrc or each.rid for each in params.encodings):
        raise TypeError("an encoding that nothing in its packets tells")


def _producer_codecs(params: RtpParameters, mapped: dict[int, int]) -> list[Json]:
    codecs: list[Json] = [
        _producer_codec(codec, _rtx_of(codec, params), mapped)
        for codec in params.codecs
        if _subtype(codec) in _ENGINE_CODECS
    ]
    if not codecs:
        raise UnsupportedError("none of the codecs is forwarded by the engine")
    return codecs


def _producer_codec(
    codec: RtpCodecParameters, rtx: RtpCodecParameters | None, mapped: dict[int, int]
) -> JsonObject:
    feedback = {(each.type, each.parameter) for each in codec.rtcp_feedback}
    command: JsonObject = {
        "codec": _subtype(codec),
        "payloadType": codec.payload_type,
        "mappedPayloadType": mapped[codec.payload_type],
        "clockRate": _in_range("clockRate", codec.clock_rate, 1, _MAX_U32),
        "nack": ("nack", "") in feedback,
        "pli": ("nack", "pli") in feedback,
        "fir": ("ccm", "fir") in feedback,
    }
    if rtx:
        command["rtxPayloadType"] = rtx.payload_type
    return command


def _producer_encoding(encoding: RtpEncodingParameters) -> JsonObject:
    command: JsonObject = {}
    if encoding.ssrc:
        command["ssrc"] = _ssrc(encoding.ssrc)
    if encoding.rid:
        command["rid"] = encoding.rid
    if encoding.rtx and encoding.rtx.ssrc:
        command["rtxSsrc"] = _ssrc(encoding.rtx.ssrc)
    return command


def _common(params: RtpParameters) -> JsonObject:
    cname = params.rtcp.cname if params.rtcp else None
    command: JsonObject = {
        "headerExtensions": [
            _header_extension(extension)
            for extension in params.header_extensions
            if extension.uri in KNOWN_EXTENSIONS
        ],
        "cname": cname or "",
    }
    if params.mid:
        command["mid"] = params.mid
    return command


def _header_extension(extension: RtpHeaderExtensionParameters) -> JsonObject:
    return {"uri": extension.uri, "id": _in_range("id", extension.id, 1, _MAX_EXTENSION_ID)}


def _mapped_payload_types(rtp_mapping: Mapping[str, object]) -> dict[int, int]:
    entries = cast("list[dict[str, int]]", rtp_mapping["codecs"])
    return {
        entry["payloadType"]: _in_range(
            "mappedPayloadType", entry["mappedPayloadType"], 0, _MAX_PAYLOAD_TYPE
        )
        for entry in entries
    }


def _rtx_of(media: RtpCodecParameters, params: RtpParameters) -> RtpCodecParameters | None:
    for codec in params.codecs:
        if _is_rtx(codec) and codec.parameters.get("apt") == media.payload_type:
            return codec
    return None


def _is_rtx(codec: RtpCodecParameters) -> bool:
    return _subtype(codec) == "rtx"


def _subtype(codec: RtpCodecParameters) -> str:
    return codec.mime_type.partition("/")[2].lower()


def _payload_type(codec: RtpCodecParameters) -> int:
    return _in_range("payloadType", codec.payload_type, 0, _MAX_PAYLOAD_TYPE)


def _ssrc(value: int) -> int:
    return _in_range("ssrc", value, 1, _MAX_U32)


def _in_range(what: str, value: int, lowest: int, highest: int) -> int:
    if not lowest <= value <= highest:
        message = f"{what} {value} is not in {lowest}..{highest}"
        raise TypeError(message)
    return value


_MAX_PAYLOAD_TYPE = 127
_MAX_EXTENSION_ID = 255
_MAX_U32 = 0xFFFF_FFFF

# mediasoup's worker: RTC/RTP/Codecs/Tools.hpp.
_SIMULCAST_CODECS = frozenset({"vp8", "h264"})
_SVC_CODECS = frozenset({"vp8", "vp9", "h264", "av1"})

# rust/engine/src/rtp/codec/mod.rs
_ENGINE_CODECS = frozenset(
    {"opus", "multiopus", "pcmu", "pcma", "g722", "telephone-event", "vp8", "vp9", "h264", "av1"}
)
