"""The engine's commands for what was negotiated."""

import pytest
from sfu import _resolve
from sfu.errors import UnsupportedError

from .samples import JsonObject, camera, consumable, ortc, router, simulcast

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"


def produce(params: JsonObject) -> JsonObject:
    mapping = ortc.get_producer_rtp_parameters_mapping(params, router())
    return _resolve.produce_command("video", params, mapping)


def test_produce_tells_payload_types_feedback_and_known_extensions() -> None:
    assert produce(camera()) == {
        "kind": "video",
        "mid": "0",
        "codecs": [
            {
                "codec": "vp8",
                "payloadType": 96,
                "mappedPayloadType": 101,
                "rtxPayloadType": 97,
                "clockRate": 90000,
                "nack": True,
                "pli": True,
                "fir": False,
            }
        ],
        "encodings": [{"ssrc": 1111, "rtxSsrc": 2222}],
        "headerExtensions": [{"uri": MID, "id": 4}],
        "cname": "camera",
    }


def test_produce_tells_simulcast_encodings_by_rid() -> None:
    assert produce(simulcast())["encodings"] == [{"rid": "r0"}, {"rid": "r1"}, {"rid": "r2"}]


@pytest.mark.parametrize(
    "changes",
    [
        {"mid": None, "encodings": [{}]},
        {"encodings": [{"rid": "a"}, {}]},
        {"encodings": [{"ssrc": 2**32}]},
        {"encodings": [{"ssrc": 1, "codecPayloadType": 97}]},
        {"headerExtensions": [{"uri": MID, "id": 0}]},
    ],
)
def test_produce_refuses_what_the_engine_cannot_tell_apart(changes: JsonObject) -> None:
    with pytest.raises(TypeError):
        produce(camera(**changes))


@pytest.mark.parametrize("payload_type", [96, 128, -1])
def test_produce_refuses_payload_types_in_use_or_out_of_range(payload_type: int) -> None:
    params = camera()
    params["codecs"][1]["payloadType"] = payload_type

    with pytest.raises(TypeError):
        produce(params)


def test_produce_refuses_codecs_that_the_engine_does_not_forward() -> None:
    params = camera(codecs=[{"mimeType": "audio/ISAC", "payloadType": 96, "clockRate": 32000}])
    mapping = {"codecs": [{"payloadType": 96, "mappedPayloadType": 100}], "encodings": []}

    with pytest.raises(UnsupportedError):
        _resolve.produce_command("audio", params, mapping)


def test_consume_tells_payload_types_and_ssrcs() -> None:
    params = ortc.get_consumer_rtp_parameters(consumable(camera()), router())
    encoding = params["encodings"][0]

    command = _resolve.consume_command({**params, "mid": "7"})

    extensions = command.pop("headerExtensions")
    assert isinstance(extensions, list)
    assert {"uri": MID, "id": 1} in extensions
    assert command == {
        "payloadTypes": [101],
        "rtxPayloadType": 102,
        "ssrc": encoding["ssrc"],
        "rtxSsrc": encoding["rtx"]["ssrc"],
        "mid": "7",
        "cname": "camera",
    }


def test_consume_without_rtx_tells_none() -> None:
    params = ortc.get_consumer_rtp_parameters(consumable(camera()), router(), enable_rtx=False)

    command = _resolve.consume_command({**params, "mid": "7"})

    assert not {"rtxPayloadType", "rtxSsrc"} & command.keys()


@pytest.mark.parametrize(
    ("encodings", "kind"),
    [
        ([{"ssrc": 1}], "simple"),
        ([{"ssrc": 1, "scalabilityMode": "L1T1"}], "simple"),
        ([{"ssrc": 1, "scalabilityMode": "L1T3"}], "svc"),
        ([{"rid": "a"}, {"rid": "b", "scalabilityMode": "L1T3"}], "simulcast"),
    ],
)
def test_type_is_that_of_the_encodings(encodings: list[JsonObject], kind: str) -> None:
    assert _resolve.producer_type(camera(encodings=encodings)) == kind


def test_vp9_has_no_simulcast() -> None:
    vp9 = [{"mimeType": "video/VP9", "payloadType": 96, "clockRate": 90000}]

    with pytest.raises(UnsupportedError):
        _resolve.producer_type(camera(codecs=vp9, encodings=[{"rid": "a"}, {"rid": "b"}]))


def test_simulcast_has_no_spatial_layers_within() -> None:
    encodings = [{"rid": "a", "scalabilityMode": "L2T1"}, {"rid": "b"}]

    with pytest.raises(TypeError):
        _resolve.producer_type(camera(encodings=encodings))
