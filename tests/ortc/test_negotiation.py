"""What negotiation gives for what browsers send."""

import pytest
from sfu.errors import SfuError, UnsupportedError

from .samples import H264, OPUS, VP8, JsonObject, camera, consumable, ortc, router, simulcast

TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
ABS_CAPTURE_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"


def test_router_numbers_codecs_from_100_with_rtx_after_each_video_codec() -> None:
    codecs = router()["codecs"]

    assert [(codec["mimeType"], codec["preferredPayloadType"]) for codec in codecs] == [
        ("audio/opus", 100),
        ("video/VP8", 101),
        ("video/rtx", 102),
        ("video/H264", 103),
        ("video/rtx", 104),
    ]
    assert codecs[2]["parameters"] == {"apt": 101}


def test_router_keeps_preferred_and_static_payload_types() -> None:
    caps = ortc.generate_router_rtp_capabilities(
        [{"mimeType": "audio/PCMU", "clockRate": 8000}, {**VP8, "preferredPayloadType": 100}, OPUS]
    )

    assert [codec["preferredPayloadType"] for codec in caps["codecs"]] == [0, 100, 101, 102]


def test_router_merges_codec_parameters() -> None:
    caps = ortc.generate_router_rtp_capabilities([H264])

    assert caps["codecs"][0]["parameters"] == {"level-asymmetry-allowed": 1, **H264["parameters"]}


@pytest.mark.parametrize(
    ("codecs", "error"),
    [
        ([{"mimeType": "video/unheard-of", "clockRate": 90000}], UnsupportedError),
        ([{**OPUS, "channels": 1}], UnsupportedError),
        ([{"mimeType": "video/VP8"}], TypeError),
        ([{"mimeType": "text/t140", "clockRate": 1000}], TypeError),
        ([{**VP8, "preferredPayloadType": 100}, {**OPUS, "preferredPayloadType": 100}], TypeError),
        ([VP8] * 17, SfuError),
        (None, TypeError),
    ],
)
def test_router_refuses(codecs: list[JsonObject], error: type[Exception]) -> None:
    with pytest.raises(error):
        ortc.generate_router_rtp_capabilities(codecs)


def test_mapping_gives_each_encoding_an_ssrc_after_the_other() -> None:
    mapping = ortc.get_producer_rtp_parameters_mapping(simulcast(), router())

    first = mapping["encodings"][0]["mappedSsrc"]
    assert 100_000_000 <= first <= 999_999_997
    assert mapping == {
        "codecs": [
            {"payloadType": 96, "mappedPayloadType": 101},
            {"payloadType": 97, "mappedPayloadType": 102},
        ],
        "encodings": [{"rid": f"r{index}", "mappedSsrc": first + index} for index in range(3)],
    }


def test_mapping_writes_the_profile_of_the_answer() -> None:
    offered = {"packetization-mode": 1, "profile-level-id": "42c033"}
    params = camera(codecs=[{**H264, "payloadType": 96, "parameters": offered}])

    ortc.get_producer_rtp_parameters_mapping(params, router())

    assert params["codecs"][0]["parameters"]["profile-level-id"] == "42e01f"


def test_mapping_refuses_a_codec_that_the_router_lacks() -> None:
    params = camera(codecs=[{"mimeType": "video/AV1", "payloadType": 96, "clockRate": 90000}])

    with pytest.raises(UnsupportedError):
        ortc.get_producer_rtp_parameters_mapping(params, router())


def test_mapping_refuses_rtx_of_no_codec() -> None:
    params = camera()
    params["codecs"][1]["parameters"]["apt"] = 99

    with pytest.raises(TypeError):
        ortc.get_producer_rtp_parameters_mapping(params, router())


def test_consumable_has_the_names_of_the_router_and_the_extras_of_the_producer() -> None:
    params = camera(encodings=[{"rid": "r0", "active": True, "codecPayloadType": 96}])
    mapping = ortc.get_producer_rtp_parameters_mapping(params, router())

    made = ortc.get_consumable_rtp_parameters("video", params, router(), mapping)

    assert [codec["payloadType"] for codec in made["codecs"]] == [101, 102]
    assert [extension["id"] for extension in made["headerExtensions"]] == [1, 4, 5, 8, 9, 11, 12]
    ssrc = mapping["encodings"][0]["mappedSsrc"]
    assert made["encodings"] == [{"active": True, "dtx": False, "ssrc": ssrc}]
    assert made["rtcp"] == {"cname": "camera", "reducedSize": True}
    assert made["msid"] == "stream track"


def test_consumable_offers_capture_time_only_where_the_producer_sends_it() -> None:
    sends = camera(headerExtensions=[{"uri": ABS_CAPTURE_TIME, "id": 3}])

    assert ABS_CAPTURE_TIME in uris(consumable(sends))
    assert ABS_CAPTURE_TIME not in uris(consumable(camera()))


def test_consumer_of_a_simulcast_gets_one_encoding_of_all_layers() -> None:
    made = ortc.get_consumer_rtp_parameters(consumable(simulcast()), router())

    ssrc = made["encodings"][0]["ssrc"]
    assert made["encodings"] == [
        {
            "ssrc": ssrc,
            "rtx": {"ssrc": ssrc + 1},
            "scalabilityMode": "L3T3",
            "maxBitrate": 900_000,
        }
    ]


def test_consumer_without_rtx_gets_neither_rtx_nor_nack() -> None:
    made = ortc.get_consumer_rtp_parameters(consumable(camera()), router(), enable_rtx=False)

    assert [codec["mimeType"] for codec in made["codecs"]] == ["video/VP8"]
    assert {"type": "nack", "parameter": ""} not in made["codecs"][0]["rtcpFeedback"]
    assert "rtx" not in made["encodings"][0]


@pytest.mark.parametrize(
    ("extensions", "feedback"),
    [
        ({TRANSPORT_CC, ABS_SEND_TIME}, {"transport-cc"}),
        ({ABS_SEND_TIME}, {"goog-remb"}),
        (set(), set()),
    ],
)
def test_consumer_has_one_way_of_bandwidth_estimation(
    extensions: set[str], feedback: set[str]
) -> None:
    remote = router()
    remote["headerExtensions"] = [
        extension for extension in remote["headerExtensions"] if extension["uri"] in extensions
    ]

    made = ortc.get_consumer_rtp_parameters(consumable(camera()), remote)

    types = {entry["type"] for entry in made["codecs"][0]["rtcpFeedback"]}
    assert types & {"transport-cc", "goog-remb"} == feedback


def test_peer_without_the_codec_can_consume_nothing() -> None:
    audio_only = {"codecs": router()["codecs"][:1]}

    assert not ortc.can_consume(consumable(camera()), audio_only)
    with pytest.raises(UnsupportedError):
        ortc.get_consumer_rtp_parameters(consumable(camera()), audio_only)


def test_peer_with_the_codec_can_consume() -> None:
    assert ortc.can_consume(consumable(camera()), router())


def test_pipe_keeps_all_encodings_and_no_bandwidth_estimation() -> None:
    made = ortc.get_pipe_consumer_rtp_parameters(consumable(simulcast()), enable_rtx=True)

    ssrcs = [encoding["ssrc"] for encoding in made["encodings"]]
    assert ssrcs == [ssrcs[0], ssrcs[0] + 1, ssrcs[0] + 2]
    assert not {encoding["rtx"]["ssrc"] for encoding in made["encodings"]} & set(ssrcs)
    assert [extension["id"] for extension in made["headerExtensions"]] == [7, 8, 9, 11, 12]
    assert made["codecs"][0]["rtcpFeedback"] == [
        {"type": "nack", "parameter": ""},
        {"type": "nack", "parameter": "pli"},
        {"type": "ccm", "parameter": "fir"},
    ]


def uris(params: JsonObject) -> set[str]:
    return {extension["uri"] for extension in params["headerExtensions"]}
