"""A selective forwarding unit for WebRTC, scripted from Python.

A worker is a media thread; routers on it hold the producers and consumers of transports, one
transport a client and direction. Names follow mediasoup's API in snake_case, shapes its JSON.
"""

from sfu import errors, events, ortc, parameters
from sfu._consumer import Consumer
from sfu._event_stream import EventStream
from sfu._producer import Producer
from sfu._resolve import ProducerType
from sfu._resource import Closed
from sfu._router import Router
from sfu._scores import ConsumerLayers, ConsumerScore, ProducerScore
from sfu._transport import WebRtcTransport
from sfu._worker import ResourceUsage, Worker, create_worker
from sfu.errors import (
    InvalidStateError,
    NotFoundError,
    SfuError,
    UnsupportedError,
    WorkerDiedError,
)
from sfu.parameters import MediaKind

__all__ = [
    "Closed",
    "Consumer",
    "ConsumerLayers",
    "ConsumerScore",
    "EventStream",
    "InvalidStateError",
    "MediaKind",
    "NotFoundError",
    "Producer",
    "ProducerScore",
    "ProducerType",
    "ResourceUsage",
    "Router",
    "SfuError",
    "UnsupportedError",
    "WebRtcTransport",
    "Worker",
    "WorkerDiedError",
    "create_worker",
    "errors",
    "events",
    "ortc",
    "parameters",
]
