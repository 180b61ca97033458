"""What routers, `produce` and `consume` settle before the engine hears of them; pure.

media codecs --router_capabilities--> router's RtpCapabilities
client's RtpParameters --produce--> consumable parameters + the engine's command
consumable parameters + client's RtpCapabilities --consume--> consumer's RtpParameters + the
engine's command
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from sfu import _resolve, ortc
from sfu._json import Json, JsonObject
from sfu._resolve import ProducerType
from sfu.ortc._extensions import TRANSPORT_WIDE_CC
from sfu.parameters import MediaKind, RtpCapabilities


@dataclass(frozen=True, eq=False, slots=True)
class ProducerNegotiation:
    """A producer as negotiated.

    Attributes:
        kind: `audio` or `video`.
        type: What its encodings are.
        rtp_parameters: What the client sends, in its own payload types and ids.
        consumable: The same in the router's.
        command: The engine's parameters, without object ids.
    """

    kind: MediaKind
    type: ProducerType
    rtp_parameters: JsonObject
    consumable: JsonObject
    command: JsonObject


@dataclass(frozen=True, eq=False, slots=True)
class ConsumerNegotiation:
    """A consumer as negotiated.

    Attributes:
        rtp_parameters: What the client is sent.
        command: The engine's parameters, without object ids.
    """

    rtp_parameters: JsonObject
    command: JsonObject


@dataclass(frozen=True, eq=False, slots=True)
class RouterNegotiation:
    """What a router can forward; shared by all routers of the same codecs, so never changed.

    Attributes:
        wire: As JSON.
        capabilities: The same, typed.
    """

    wire: JsonObject
    capabilities: RtpCapabilities


def router(media_codecs: list[JsonObject]) -> RouterNegotiation:
    """Negotiates a router.

    Args:
        media_codecs: `RtpCodecCapability`s.

    Raises:
        TypeError: A codec is misshapen.
        UnsupportedError: A codec is not among those that can be forwarded.
    """
    return _router(json.dumps(media_codecs))


# A server gives all its routers the same codecs, and their negotiation takes most of a millisecond.
@lru_cache(maxsize=16)
def _router(media_codecs: str) -> RouterNegotiation:
    wire = router_capabilities(json.loads(media_codecs))
    return RouterNegotiation(wire, RtpCapabilities.from_json(wire))


def router_capabilities(media_codecs: list[JsonObject]) -> JsonObject:
    """Generates what a router can forward: mediasoup's capabilities without `transport-cc`.

    The engine sends no transport-wide feedback. A sender that negotiated it and hears none takes
    its path for dead: Chromium is down to 30 kb/s within 15 s.

    Args:
        media_codecs: `RtpCodecCapability`s.

    Raises:
        TypeError: A codec is misshapen.
        UnsupportedError: A codec is not among those that can be forwarded.
    """
    capabilities = ortc.generate_router_rtp_capabilities(media_codecs)
    for codec in cast("list[dict[str, Json]]", capabilities["codecs"]):
        feedback = cast("list[dict[str, Json]]", codec["rtcpFeedback"])
        codec["rtcpFeedback"] = [entry for entry in feedback if entry["type"] != "transport-cc"]
    extensions = cast("list[dict[str, Json]]", capabilities["headerExtensions"])
    capabilities["headerExtensions"] = [
        extension for extension in extensions if extension["uri"] != TRANSPORT_WIDE_CC
    ]
    return capabilities


def produce(
    kind: MediaKind, rtp_parameters: JsonObject, router_capabilities: JsonObject
) -> ProducerNegotiation:
    """Negotiates a producer.

    Args:
        kind: `audio` or `video`.
        rtp_parameters: The client's, normalised; changed.
        router_capabilities: The router's.

    Raises:
        TypeError: They contradict each other.
        UnsupportedError: A codec is not among the router's.
    """
    _check_kind(kind, rtp_parameters)
    rtp_parameters["encodings"] = rtp_parameters["encodings"] or [{}]
    mapping = ortc.get_producer_rtp_parameters_mapping(rtp_parameters, router_capabilities)
    return ProducerNegotiation(
        kind=kind,
        type=_resolve.producer_type(rtp_parameters),
        rtp_parameters=rtp_parameters,
        consumable=ortc.get_consumable_rtp_parameters(
            kind, rtp_parameters, router_capabilities, mapping
        ),
        command=_resolve.produce_command(kind, rtp_parameters, mapping),
    )


def consume(
    consumable: JsonObject, client_capabilities: JsonObject, *, enable_rtx: bool, mid: str
) -> ConsumerNegotiation:
    """Negotiates a consumer.

    Args:
        consumable: The producer's side.
        client_capabilities: What the client can receive.
        enable_rtx: Whether lost packets are sent again.
        mid: The identification of the consumer's section.

    Raises:
        TypeError: The capabilities or the mid are misshapen.
        UnsupportedError: The client can receive none of the codecs.
    """
    _check_mid(mid)
    capabilities = ortc.validate_and_normalize_rtp_capabilities(client_capabilities)
    parameters = ortc.get_consumer_rtp_parameters(consumable, capabilities, enable_rtx=enable_rtx)
    rtp_parameters: JsonObject = {"mid": mid, **parameters}
    return ConsumerNegotiation(rtp_parameters, _resolve.consume_command(rtp_parameters))


def _check_mid(mid: object) -> None:
    if not isinstance(mid, str) or not mid:
        message = f"a mid is a string with something in it, not {mid!r}"
        raise TypeError(message)


def _check_kind(kind: str, rtp_parameters: JsonObject) -> None:
    if kind not in ("audio", "video"):
        message = f"a kind is audio or video, not {kind!r}"
        raise TypeError(message)
    codecs = cast("list[dict[str, Json]]", rtp_parameters["codecs"])
    for mime_type in (str(codec["mimeType"]) for codec in codecs):
        if not mime_type.lower().startswith(f"{kind}/"):
            message = f"{mime_type} in a producer of {kind}"
            raise TypeError(message)
