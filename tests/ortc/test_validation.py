"""What is filled in, and what is refused."""

import pytest

from .samples import VP8, JsonObject, ortc


def test_capabilities_get_their_defaults() -> None:
    caps = ortc.validate_and_normalize_rtp_capabilities(
        {
            "codecs": [
                {"mimeType": "AUDIO/opus", "clockRate": 48000, "rtcpFeedback": [{"type": "x"}]}
            ],
            "headerExtensions": [{"kind": "audio", "uri": "urn:x", "preferredId": 1}],
        }
    )

    assert caps["codecs"] == [
        {
            "mimeType": "AUDIO/opus",
            "kind": "audio",
            "clockRate": 48000,
            "channels": 1,
            "parameters": {},
            "rtcpFeedback": [{"type": "x", "parameter": ""}],
        }
    ]
    assert caps["headerExtensions"][0]["preferredEncrypt"] is False
    assert caps["headerExtensions"][0]["direction"] == "sendrecv"


def test_parameters_get_their_defaults_and_keep_what_is_unknown() -> None:
    codec = {**VP8, "payloadType": 96, "channels": 2}

    params = ortc.validate_and_normalize_rtp_parameters(
        {"codecs": [codec], "encodings": [{"active": True}], "rtcp": {"mux": True}, "x": None}
    )

    assert params == {
        "codecs": [{**VP8, "payloadType": 96, "parameters": {}, "rtcpFeedback": []}],
        "headerExtensions": [],
        "encodings": [{"active": True, "dtx": False}],
        "rtcp": {"mux": True, "reducedSize": True},
        "x": None,
    }


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"codecs": {}},
        {"codecs": [{**VP8}]},
        {"codecs": [{**VP8, "payloadType": True}]},
        {"codecs": [{**VP8, "payloadType": 96, "parameters": {"x": None}}]},
        {"codecs": [{**VP8, "payloadType": 96, "parameters": {"apt": "96"}}]},
        {"codecs": [], "mid": 1},
        {"codecs": [], "headerExtensions": [{"uri": "urn:x"}]},
        {"codecs": [], "encodings": [{"rtx": {}}]},
        {"codecs": [], "rtcp": {"cname": 1}},
    ],
)
def test_mistyped_parameters_are_refused(params: JsonObject) -> None:
    with pytest.raises(TypeError):
        ortc.validate_and_normalize_rtp_parameters(params)


@pytest.mark.parametrize(
    ("given", "ordered"),
    [
        ({}, True),
        ({"ordered": False}, False),
        ({"maxRetransmits": 3}, False),
        ({"maxPacketLifeTime": 500, "ordered": False}, False),
        ({"maxRetransmits": 0, "ordered": True}, True),
    ],
)
def test_streams_are_ordered_unless_retransmission_is_limited(
    given: JsonObject, ordered: bool
) -> None:
    params = ortc.validate_and_normalize_sctp_stream_parameters({"streamId": 0, **given})

    assert params["ordered"] is ordered


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"streamId": "0"},
        {"streamId": 0, "maxRetransmits": 1, "maxPacketLifeTime": 1},
        {"streamId": 0, "maxRetransmits": 1, "ordered": True},
    ],
)
def test_contradicting_stream_parameters_are_refused(params: JsonObject) -> None:
    with pytest.raises(TypeError):
        ortc.validate_and_normalize_sctp_stream_parameters(params)
