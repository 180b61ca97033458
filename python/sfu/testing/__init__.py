"""Clients for tests: real WebRTC over UDP, by the webrtc crate, which is not the worker's own code.

`Peer` is a client of a `Router` in this process. `Client` is one that learns of the router by JSON
alone, for tests of signalling servers. `sfu.testing.pytest_plugin` has fixtures for pytest.
"""

from sfu.testing._client import Client
from sfu.testing._peer import Path, Peer, Subscription
from sfu.testing._stats import ReceivedStats, SentStats
from sfu.testing._tracks import PublishedTrack, ReceivedTrack
from sfu.testing._transports import ClientTransport, RecvTransport, SendTransport

__all__ = [
    "Client",
    "ClientTransport",
    "Path",
    "Peer",
    "PublishedTrack",
    "ReceivedStats",
    "ReceivedTrack",
    "RecvTransport",
    "SendTransport",
    "SentStats",
    "Subscription",
]
