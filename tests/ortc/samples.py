"""A router, and what a browser sends to it."""

from typing import Any, TypeAlias

import sfu.ortc

JsonObject: TypeAlias = dict[str, Any]

ortc: Any = sfu.ortc
"""Untyped, because tests reach deep into the JSON that it gives."""


OPUS: JsonObject = {"mimeType": "audio/opus", "clockRate": 48000, "channels": 2}
VP8: JsonObject = {"mimeType": "video/VP8", "clockRate": 90000}
H264: JsonObject = {
    "mimeType": "video/H264",
    "clockRate": 90000,
    "parameters": {"packetization-mode": 1, "profile-level-id": "42e01f"},
}


def router() -> JsonObject:
    caps: JsonObject = ortc.generate_router_rtp_capabilities([OPUS, VP8, H264])
    return caps


def camera(**changes: object) -> JsonObject:
    params: JsonObject = ortc.validate_and_normalize_rtp_parameters(
        {
            "mid": "0",
            "codecs": [
                {
                    "mimeType": "video/VP8",
                    "payloadType": 96,
                    "clockRate": 90000,
                    "rtcpFeedback": [{"type": "nack"}, {"type": "nack", "parameter": "pli"}],
                },
                {
                    "mimeType": "video/rtx",
                    "payloadType": 97,
                    "clockRate": 90000,
                    "parameters": {"apt": 96},
                },
            ],
            "headerExtensions": [
                {"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4},
                {"uri": "urn:example:unknown", "id": 5},
            ],
            "encodings": [{"ssrc": 1111, "rtx": {"ssrc": 2222}}],
            "rtcp": {"cname": "camera"},
            "msid": "stream track",
            **changes,
        }
    )
    return params


def simulcast(**changes: object) -> JsonObject:
    encodings = [
        {"rid": f"r{index}", "scalabilityMode": "L1T3", "maxBitrate": 100_000 * 3**index}
        for index in range(3)
    ]
    return camera(encodings=encodings, **changes)


def consumable(params: JsonObject) -> JsonObject:
    mapping = ortc.get_producer_rtp_parameters_mapping(params, router())
    made: JsonObject = ortc.get_consumable_rtp_parameters("video", params, router(), mapping)
    return made
