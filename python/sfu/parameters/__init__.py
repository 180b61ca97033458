"""The parameters that both APIs exchange, as frozen dataclasses.

`from_json` and `to_json` speak mediasoup's JSON: camelCase keys, absent ones unlike null, unknown
ones kept.
"""

from sfu._json import Json, JsonObject
from sfu.parameters._base import Parameters
from sfu.parameters._rtp import (
    Direction,
    MediaKind,
    RtcpFeedback,
    RtcpParameters,
    RtpCapabilities,
    RtpCodecCapability,
    RtpCodecParameters,
    RtpEncodingParameters,
    RtpHeaderExtension,
    RtpHeaderExtensionParameters,
    RtpParameters,
    RtpRtxParameters,
)
from sfu.parameters._sctp import SctpParameters, SctpStreamParameters
from sfu.parameters._transport import (
    DtlsFingerprint,
    DtlsParameters,
    DtlsRole,
    IceCandidate,
    IceParameters,
    TransportOptions,
)

__all__ = [
    "Direction",
    "DtlsFingerprint",
    "DtlsParameters",
    "DtlsRole",
    "IceCandidate",
    "IceParameters",
    "Json",
    "JsonObject",
    "MediaKind",
    "Parameters",
    "RtcpFeedback",
    "RtcpParameters",
    "RtpCapabilities",
    "RtpCodecCapability",
    "RtpCodecParameters",
    "RtpEncodingParameters",
    "RtpHeaderExtension",
    "RtpHeaderExtensionParameters",
    "RtpParameters",
    "RtpRtxParameters",
    "SctpParameters",
    "SctpStreamParameters",
    "TransportOptions",
]
