"""Negotiation: which of a producer's media reaches a consumer, under which names.

The functions, and what they make of broken input, are those of mediasoup 3.27's `ortc`. They take
JSON of mediasoup's shapes, change nothing they are given, and keep keys that they do not know:

    media codecs --generate_router_rtp_capabilities--> router capabilities
    producer's parameters + router capabilities
        --get_producer_rtp_parameters_mapping--> mapping
        --get_consumable_rtp_parameters--> consumable parameters
    consumable parameters + consumer's capabilities
        --can_consume, get_consumer_rtp_parameters--> consumer's parameters
        --get_pipe_consumer_rtp_parameters--> parameters towards another router

An H.264 `profile-level-id` is the exception: the mapping and `match_codecs(modify=True)` write that
of the answer into their first argument.
"""

from sfu.ortc._consumable import get_consumable_rtp_parameters
from sfu.ortc._consumer import can_consume, get_consumer_rtp_parameters
from sfu.ortc._matching import match_codecs
from sfu.ortc._pipe import get_pipe_consumer_rtp_parameters
from sfu.ortc._producer import get_producer_rtp_parameters_mapping
from sfu.ortc._router import generate_router_rtp_capabilities
from sfu.ortc._scalability import ScalabilityMode, parse_scalability_mode
from sfu.ortc._validation import (
    validate_and_normalize_rtp_capabilities,
    validate_and_normalize_rtp_parameters,
    validate_and_normalize_sctp_stream_parameters,
)

__all__ = [
    "ScalabilityMode",
    "can_consume",
    "generate_router_rtp_capabilities",
    "get_consumable_rtp_parameters",
    "get_consumer_rtp_parameters",
    "get_pipe_consumer_rtp_parameters",
    "get_producer_rtp_parameters_mapping",
    "match_codecs",
    "parse_scalability_mode",
    "validate_and_normalize_rtp_capabilities",
    "validate_and_normalize_rtp_parameters",
    "validate_and_normalize_sctp_stream_parameters",
]
