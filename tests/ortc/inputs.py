"""Seeded inputs for the negotiation functions: what peers send, and what is broken about it."""

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sfu import ortc

Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function of `sfu.ortc`."""

    function: str
    arguments: list[Json]
    options: dict[str, bool] = field(default_factory=dict)


def calls(count: int, seed: int) -> Iterator[Call]:
    """Makes calls of all functions in turn; every third is left as it is, the others are broken."""
    rng = random.Random(seed)  # noqa: S311 - the same inputs each time
    makers = list(_MAKERS.items())
    for index in range(count):
        function, make = makers[index % len(makers)]
        arguments, options = make(rng)
        arguments = [copy.deepcopy(argument) for argument in arguments]
        for _ in range(rng.choice((0, 1, 1, 2, 2, 4))):
            _break(rng, arguments)
        yield Call(function, arguments, options)


Made = tuple[list[Json], dict[str, bool]]


def _sctp_stream_parameters(rng: random.Random) -> Made:
    params: JsonObject = {"streamId": rng.randrange(10)}
    for name, values in (
        ("ordered", (True, False)),
        ("maxPacketLifeTime", (0, 500)),
        ("maxRetransmits", (0, 3)),
        ("label", ("chat",)),
    ):
        if rng.random() < 0.4:
            params[name] = rng.choice(values)
    return [params], {}


def _router_codecs(rng: random.Random) -> Made:
    return [_media_codecs(rng)], {}


def _capabilities(rng: random.Random) -> Made:
    return [_remote_capabilities(rng, _router(rng))], {}


def _parameters(rng: random.Random) -> Made:
    return [_producer_parameters(rng, _router(rng))], {}


def _mapping(rng: random.Random) -> Made:
    router = _router(rng)
    params = ortc.validate_and_normalize_rtp_parameters(_producer_parameters(rng, router))
    return [params, router], {}


def _consumable(rng: random.Random) -> Made:
    (params, router), _ = _mapping(rng)
    mapping = ortc.get_producer_rtp_parameters_mapping(params, router)
    return [_kind(params), params, router, mapping], {}


def _consumer(rng: random.Random) -> Made:
    arguments, _ = _consumable(rng)
    consumable = ortc.get_consumable_rtp_parameters(*arguments)
    remote = _remote_capabilities(rng, rng.choice((arguments[2], arguments[2], _router(rng))))
    return [consumable, remote], {"pipe": rng.random() < 0.3, "enable_rtx": rng.random() < 0.7}


def _pipe(rng: random.Random) -> Made:
    (consumable, _), options = _consumer(rng)
    return [consumable], {"enable_rtx": options["enable_rtx"]}


def _can_consume(rng: random.Random) -> Made:
    return _consumer(rng)[0], {}


def _match(rng: random.Random) -> Made:
    options = {"strict": rng.random() < 0.8, "modify": rng.random() < 0.5}
    if rng.random() < 0.4:
        profile = rng.choice(_SPELLINGS)
        h264 = {"mimeType": "video/H264", "clockRate": 90000}
        return [{**h264, "parameters": _h264_parameters(rng, profile)} for _ in "ab"], options
    codecs = [*_media_codecs(rng), *_media_codecs(rng)]
    a = rng.choice(codecs)
    alike = [codec for codec in codecs if codec["mimeType"].lower() == a["mimeType"].lower()]
    b = rng.choice((*alike, copy.deepcopy(a), rng.choice(codecs)))
    for codec in (a, b):
        codec.setdefault("parameters", {})
    return [a, b], options


_MAKERS: dict[str, Callable[[random.Random], Made]] = {
    "validate_and_normalize_rtp_capabilities": _capabilities,
    "validate_and_normalize_rtp_parameters": _parameters,
    "validate_and_normalize_sctp_stream_parameters": _sctp_stream_parameters,
    "generate_router_rtp_capabilities": _router_codecs,
    "match_codecs": _match,
    "get_producer_rtp_parameters_mapping": _mapping,
    "get_consumable_rtp_parameters": _consumable,
    "can_consume": _can_consume,
    "get_consumer_rtp_parameters": _consumer,
    "get_pipe_consumer_rtp_parameters": _pipe,
}
FUNCTIONS = tuple(_MAKERS)


def _router(rng: random.Random) -> JsonObject:
    codecs = {codec["mimeType"].lower(): codec for codec in _media_codecs(rng)}
    for codec in codecs.values():
        codec.pop("preferredPayloadType", None)
    if "video/h264" in codecs:
        codecs["video/h264"]["parameters"] = _h264_parameters(rng, _KNOWN_PROFILES)
    return ortc.generate_router_rtp_capabilities(list(codecs.values()))


def _media_codecs(rng: random.Random) -> list[JsonObject]:
    return [_media_codec(rng) for _ in range(rng.randint(1, 6))]


def _media_codec(rng: random.Random) -> JsonObject:
    codec = copy.deepcopy(rng.choice(_CODECS))
    if codec["mimeType"] == "video/H264":
        codec["parameters"] = _h264_parameters(rng, _ALL_PROFILES)
    if codec["mimeType"] == "video/VP9" and rng.random() < 0.7:
        codec["parameters"] = {"profile-id": rng.choice((0, 0, 1, 2))}
    if rng.random() < 0.2:
        codec["mimeType"] = rng.choice((str.upper, str.lower))(codec["mimeType"])
    if rng.random() < 0.15:
        codec["preferredPayloadType"] = rng.choice((0, 8, 96, 99, 100, 101, 110, 127))
    if rng.random() < 0.2:
        codec["kind"] = rng.choice(("audio", "video"))
    return codec


def _h264_parameters(rng: random.Random, profiles: tuple[str, ...]) -> JsonObject:
    parameters: JsonObject = {}
    if rng.random() < 0.85:
        parameters["profile-level-id"] = rng.choice(profiles)
    if rng.random() < 0.8:
        parameters["packetization-mode"] = rng.choice((0, 1, 1, 1, "1"))
    if rng.random() < 0.6:
        parameters["level-asymmetry-allowed"] = rng.choice((0, 1, 1, "1", 2))
    return parameters


def _remote_capabilities(rng: random.Random, router: JsonObject) -> JsonObject:
    caps = copy.deepcopy(router)
    for name, kept in (("codecs", 0.85), ("headerExtensions", 0.7)):
        caps[name] = [element for element in caps[name] if rng.random() < kept]
    for codec in caps["codecs"]:
        codec["rtcpFeedback"] = [fb for fb in codec["rtcpFeedback"] if rng.random() < 0.8]
        if codec["mimeType"].lower() == "video/h264" and rng.random() < 0.5:
            codec["parameters"] = _h264_parameters(rng, _ALL_PROFILES)
    return caps


def _producer_parameters(rng: random.Random, router: JsonObject) -> JsonObject:
    kind = rng.choice([codec["kind"] for codec in router["codecs"]])
    codecs = _producer_codecs(rng, [codec for codec in router["codecs"] if codec["kind"] == kind])
    params: JsonObject = {
        "mid": "0",
        "codecs": codecs,
        "headerExtensions": [
            {"uri": extension["uri"], "id": index}
            for index, extension in enumerate(router["headerExtensions"], 1)
            if extension["kind"] == kind and rng.random() < 0.6
        ],
        "encodings": _encodings(rng, codecs),
        "rtcp": rng.choice(({"cname": "c"}, {"cname": "c", "reducedSize": False, "mux": True}, {})),
    }
    if rng.random() < 0.5:
        params["msid"] = "stream track"
    return params


def _producer_codecs(rng: random.Random, router_codecs: list[JsonObject]) -> list[JsonObject]:
    codecs: list[JsonObject] = []
    for codec in router_codecs:
        if codec["mimeType"].endswith("/rtx"):
            continue
        own = {key: codec[key] for key in ("mimeType", "clockRate", "parameters", "rtcpFeedback")}
        if "channels" in codec:
            own["channels"] = codec["channels"]
        own["payloadType"] = 96 + 2 * len(codecs)
        codecs.append(copy.deepcopy(own))
        if codec["kind"] == "video" and rng.random() < 0.8:
            codecs.append(
                {
                    "mimeType": "video/rtx",
                    "clockRate": codec["clockRate"],
                    "payloadType": own["payloadType"] + 1,
                    "parameters": {"apt": own["payloadType"]},
                }
            )
    return codecs


def _encodings(rng: random.Random, codecs: list[JsonObject]) -> list[JsonObject]:
    encodings: list[JsonObject] = []
    for index in range(rng.choice((1, 1, 1, 2, 3, 0))):
        encoding: JsonObject = {}
        for name, value in (
            ("ssrc", 1111 + index),
            ("rid", f"r{index}"),
            ("rtx", {"ssrc": 2222 + index}),
            ("scalabilityMode", rng.choice(("L1T3", "L3T3_KEY", "S2T1", "L1T2", "none", "L10T99"))),
            ("maxBitrate", rng.choice((100_000, 900_000, 0, "500000"))),
            ("codecPayloadType", codecs[0]["payloadType"]),
            ("dtx", rng.choice((True, False))),
            ("active", True),
            ("scaleResolutionDownBy", 2**index),
        ):
            if rng.random() < 0.4:
                encoding[name] = value
        encodings.append(encoding)
    return encodings


def _kind(params: JsonObject) -> str:
    return str(params["codecs"][0]["mimeType"]).split("/")[0].lower()


def _break(rng: random.Random, arguments: list[Json]) -> None:
    container, key = rng.choice(list(_places(arguments)))
    match rng.randrange(8):
        case 0 | 1 if isinstance(container, dict):
            del container[key]
        case 2 if isinstance(container, dict):
            container[rng.choice(_UNKNOWN_KEYS)] = copy.deepcopy(rng.choice(_ODD_VALUES))
        case 3 if isinstance(key, int) and container is not arguments:
            container.insert(key, copy.deepcopy(rng.choice((*_ODD_VALUES, container[key]))))
        case 4:
            other, other_key = rng.choice(list(_places(arguments)))
            container[key] = copy.deepcopy(other[other_key])
        case 5 if isinstance(container[key], str):
            container[key] = rng.choice((str.upper, str.title, _with_newline))(container[key])
        case 5 if isinstance(container[key], int):
            container[key] = rng.choice((str, float, bool))(container[key])
        case _:
            container[key] = copy.deepcopy(rng.choice(_ODD_VALUES))


def _places(container: Json) -> Iterator[tuple[Json, str | int]]:
    keys = container.keys() if isinstance(container, dict) else range(len(container))
    for key in keys:
        yield container, key
        if isinstance(container[key], list | dict):
            yield from _places(container[key])


def _with_newline(text: str) -> str:
    return text + "\n"


_UNKNOWN_KEYS = ("active", "apt", "channels", "dtx", "mux", "profile-id", "rid", "unknown", "x")
_ODD_VALUES: tuple[Json, ...] = (
    *(None, True, False, 0, 1, -1, 7, 96, 101, 1.5, 90000),
    *(
        "",
        "0",
        "1",
        "x",
        "video",
        "video/rtx",
        "audio/",
        "video/VP8",
        "42e01f",
        "nack",
        "L2T2",
        " 12 ",
    ),
    *([], {}, [None], [1], ["x"], [[]], [{}], {"x": 1}, {"apt": 96}, ["300000"]),
)
_KNOWN_PROFILES = (
    *("42e01f", "42E01F", "42001f", "4d001f", "4d0032", "64001f", "640c1f", "640c34", "f4001f"),
    *("42f00b", "42100b", "4d100b", "42e00b", "42e00a", "42e00c", "4d800a", "58c01f", "58801f"),
)
_SPELLINGS = (
    ("42e01f", "42f00b", "42e00a", "42e00b", "42e00c", "58c01f", "4d800a"),
    ("42001f", "42100b", "42000a", "42000b", "58801f"),
    ("4d001f", "4d100b", "4d000a", "4d000b", "4d0032"),
)
_ALL_PROFILES = (
    *_KNOWN_PROFILES,
    *("420000", "42e0ff", "000000", "zzzzzz", "42e01", "42e01f0", "640b1f", "4de01f", "580000"),
)
_CODECS: tuple[JsonObject, ...] = (
    {"mimeType": "audio/opus", "clockRate": 48000, "channels": 2},
    {
        "mimeType": "audio/opus",
        "clockRate": 48000,
        "channels": 2,
        "parameters": {"useinbandfec": 1},
    },
    {
        "mimeType": "audio/multiopus",
        "clockRate": 48000,
        "channels": 6,
        "parameters": {"num_streams": 4, "coupled_streams": 2, "channel_mapping": "0,4,1,2,3,5"},
    },
    {"mimeType": "audio/PCMU", "clockRate": 8000},
    {"mimeType": "audio/PCMA", "clockRate": 8000, "channels": 1},
    {"mimeType": "audio/G722", "clockRate": 8000},
    {"mimeType": "audio/CN", "clockRate": 16000},
    {"mimeType": "audio/SILK", "clockRate": 12000},
    {"mimeType": "audio/ISAC", "clockRate": 32000},
    {"mimeType": "audio/telephone-event", "clockRate": 8000},
    {"mimeType": "video/VP8", "clockRate": 90000, "rtcpFeedback": [{"type": "nack"}]},
    {"mimeType": "video/VP8", "clockRate": 90000, "parameters": {"x-google-start-bitrate": 1000}},
    {"mimeType": "video/VP9", "clockRate": 90000},
    {"mimeType": "video/VP9", "clockRate": 90000},
    {"mimeType": "video/H264", "clockRate": 90000},
    {"mimeType": "video/H264", "clockRate": 90000},
    {"mimeType": "video/H264", "clockRate": 90000},
    {"mimeType": "video/AV1", "clockRate": 90000, "channels": 2},
)
