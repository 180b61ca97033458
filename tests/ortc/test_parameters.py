"""Parameters between JSON and dataclasses."""

from dataclasses import FrozenInstanceError, replace

import pytest
from sfu.parameters import (
    DtlsParameters,
    Parameters,
    RtcpFeedback,
    RtpCapabilities,
    RtpEncodingParameters,
    RtpParameters,
    SctpParameters,
    SctpStreamParameters,
    TransportOptions,
)

from .samples import JsonObject, camera, router

TRANSPORT: JsonObject = {
    "id": "t",
    "iceParameters": {"usernameFragment": "u", "password": "p", "iceLite": True},
    "iceCandidates": [
        {
            "foundation": "udpcandidate",
            "priority": 1076302079,
            "ip": "203.0.113.5",
            "address": "203.0.113.5",
            "protocol": "udp",
            "port": 44444,
            "type": "host",
        }
    ],
    "dtlsParameters": {
        "role": "auto",
        "fingerprints": [{"algorithm": "sha-256", "value": "AA:BB"}],
    },
    "sctpParameters": {"port": 5000, "OS": 1024, "MIS": 1024, "maxMessageSize": 262144},
    "iceServers": [{"urls": "turn:example.org"}],
    "appData": {"nested": [1, None]},
}


@pytest.mark.parametrize(
    ("cls", "wire"),
    [
        (RtpCapabilities, router()),
        (RtpParameters, camera(x={"y": [None]})),
        (RtpParameters, {"codecs": [], "mid": None, "headerExtensions": []}),
        (RtpEncodingParameters, {"rid": "r0", "scaleResolutionDownBy": 1.5, "dtx": False}),
        (SctpStreamParameters, {"streamId": 1, "ordered": False, "maxRetransmits": 0}),
        (TransportOptions, TRANSPORT),
    ],
)
def test_what_comes_in_goes_out(cls: type[Parameters], wire: JsonObject) -> None:
    assert cls.from_json(wire).to_json() == wire


def test_fields_are_typed_values() -> None:
    options = TransportOptions.from_json(TRANSPORT)

    assert options.ice_candidates[0].port == 44444
    assert options.dtls_parameters.fingerprints[0].algorithm == "sha-256"
    assert options.sctp_parameters == SctpParameters(5000, 1024, 1024, max_message_size=262144)


def test_defaults_are_not_written() -> None:
    assert RtcpFeedback("nack").to_json() == {"type": "nack"}


def test_changed_fields_are_written() -> None:
    params = RtpParameters.from_json({"codecs": [], "mid": None, "x": 1})

    assert replace(params, mid="3").to_json() == {"codecs": [], "mid": "3", "x": 1}


def test_fields_cannot_be_assigned() -> None:
    with pytest.raises(FrozenInstanceError):
        RtcpFeedback("nack").type = "ccm"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("cls", "wire"),
    [
        (DtlsParameters, {}),
        (DtlsParameters, {"fingerprints": None}),
        (DtlsParameters, {"fingerprints": [], "role": "both"}),
        (DtlsParameters, {"fingerprints": [{"algorithm": "sha-256", "value": 1}]}),
        (DtlsParameters, {"fingerprints": ["sha-256"]}),
        (RtpEncodingParameters, {"ssrc": True}),
        (RtpEncodingParameters, {"ssrc": 1.5}),
        (RtpEncodingParameters, {"rtx": 5}),
    ],
)
def test_mistyped_json_is_refused(cls: type[Parameters], wire: JsonObject) -> None:
    with pytest.raises(TypeError):
        cls.from_json(wire)
