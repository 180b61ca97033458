"""What objects tell those who read `thing.events()`.

Each event is a frozen value with mediasoup's name for it in `name`. The last event of every object
is one of the closings; it says why.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from sfu._scores import ConsumerLayers, ConsumerScore, ProducerScore

IceState: TypeAlias = Literal["new", "connected", "completed", "disconnected", "closed"]
DtlsState: TypeAlias = Literal["new", "connecting", "connected", "failed", "closed"]


@dataclass(frozen=True, slots=True)
class TransportTuple:
    """A path between us and a peer."""

    local_address: str
    local_port: int
    remote_ip: str
    remote_port: int
    protocol: Literal["udp"] = "udp"


@dataclass(frozen=True, slots=True)
class Event:
    """The base of all events."""

    name: ClassVar[str]
    """mediasoup's name."""
    lossy: ClassVar[bool] = False
    """Whether a reader that is too slow may miss it: a later one says all that it said."""


@dataclass(frozen=True, slots=True)
class IceStateChange(Event):
    """ICE went to another state."""

    name = "icestatechange"
    ice_state: IceState


@dataclass(frozen=True, slots=True)
class IceSelectedTupleChange(Event):
    """The peer chose another path, or its address changed."""

    name = "iceselectedtuplechange"
    lossy = True
    ice_selected_tuple: TransportTuple


@dataclass(frozen=True, slots=True)
class DtlsStateChange(Event):
    """DTLS went to another state."""

    name = "dtlsstatechange"
    dtls_state: DtlsState


@dataclass(frozen=True, slots=True)
class ProducerScoreChange(Event):
    """A producer comes better or worse."""

    name = "score"
    lossy = True
    score: tuple[ProducerScore, ...]


@dataclass(frozen=True, slots=True)
class ConsumerScoreChange(Event):
    """A consumer, or what it consumes, gets through better or worse."""

    name = "score"
    lossy = True
    score: ConsumerScore


@dataclass(frozen=True, slots=True)
class LayersChange(Event):
    """A consumer is sent other layers of its producer; None is nothing."""

    name = "layerschange"
    lossy = True
    layers: ConsumerLayers | None


@dataclass(frozen=True, slots=True)
class ProducerPause(Event):
    """The producer of a consumer was paused."""

    name = "producerpause"


@dataclass(frozen=True, slots=True)
class ProducerResume(Event):
    """The producer of a consumer was resumed."""

    name = "producerresume"


@dataclass(frozen=True, slots=True)
class Closing(Event):
    """The base of the last events: the object is closed."""


@dataclass(frozen=True, slots=True)
class Close(Closing):
    """Its own `close` was called."""

    name = "close"


@dataclass(frozen=True, slots=True)
class ProducerClose(Closing):
    """The producer of a consumer was closed."""

    name = "producerclose"


@dataclass(frozen=True, slots=True)
class TransportClose(Closing):
    """The transport of a producer or consumer was closed."""

    name = "transportclose"


@dataclass(frozen=True, slots=True)
class RouterClose(Closing):
    """The router of a transport was closed."""

    name = "routerclose"


@dataclass(frozen=True, slots=True)
class WorkerClose(Closing):
    """The worker of a router was closed."""

    name = "workerclose"


@dataclass(frozen=True, slots=True)
class WorkerDied(Closing):
    """The worker ended by itself; everything in it, at any depth, is told this."""

    name = "workerdied"
    reason: str
