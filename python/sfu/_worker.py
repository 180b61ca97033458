"""Workers: media threads, and the task that listens to each."""

import json
import warnings
from collections.abc import AsyncGenerator, Awaitable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import anyio.lowlevel
from typing_extensions import override

from sfu import _core, _negotiation
from sfu._beside import beside
from sfu._channel import Channel
from sfu._engine import Engine
from sfu._json import JsonObject
from sfu._node import Node
from sfu._resource import Closed, Resource
from sfu._router import Router
from sfu._wire import Given, to_wire
from sfu.events import WorkerClose, WorkerDied


@dataclass(frozen=True, slots=True)
class ResourceUsage:
    """CPU time of a worker's media thread in milliseconds, under the names of getrusage(2)."""

    ru_utime: float
    ru_stime: float


@asynccontextmanager
async def create_worker(
    *,
    listen_ip: str | Sequence[str],
    port: int = 0,
    announced_address: str | Sequence[str | None] | None = None,
    certificate_pem: str | None = None,
    private_key_pem: str | None = None,
    ice_consent_timeout: float = 30,
    dtls_mtu: int | None = None,
) -> AsyncGenerator["Worker"]:
    """Runs a worker: one media thread, and one UDP socket per address for all its transports.

    The worker is closed when the context is left. If it dies before, the context goes on; calls
    raise `WorkerDiedError`, and `Worker.died` returns.

    Args:
        listen_ip: The address to bind, or several.
        port: The UDP port; 0 takes a free one for each address.
        announced_address: The IP address or host name that peers are told instead of `listen_ip`;
            one an address, in the same order, where there are several.
        certificate_pem: The certificate for DTLS; one is made (ECDSA P-256) if this is not given.
        private_key_pem: Its key, PKCS #8.
        ice_consent_timeout: Seconds that a peer may be silent before its transport is disconnected
            (RFC 7675); 0: for ever.
        dtls_mtu: The largest DTLS datagram, in bytes of UDP payload; 1200 if not given.

    Raises:
        OSError: An address cannot be bound.
        ValueError: The options make no sense, or the certificate cannot be read.
    """
    options: dict[str, object] = {
        "listen": _listen(listen_ip, port, announced_address),
        "certificatePem": certificate_pem,
        "privateKeyPem": private_key_pem,
        "iceConsentTimeout": ice_consent_timeout,
        "dtlsMtu": dtls_mtu,
    }
    given = {name: value for name, value in options.items() if value is not None}
    worker = Worker(_core.Worker(json.dumps(given)))
    async with beside(worker.run), worker:
        yield worker


class Worker(Resource):
    """A media thread with its sockets. Made by `create_worker`."""

    def __init__(self, core: "_core.Worker") -> None:
        """Takes the thread over; `run` must run for anything to be answered."""
        self._core = core
        self._channel = Channel(core, on_event=self._take_event, on_death=self._take_death)
        self._engine = Engine(self._channel)
        self._ended = anyio.Event()
        self._node = Node()
        self._node.on_close.append(self._ended.set)

    @property
    def listen(self) -> list[tuple[str, int]]:
        """The bound addresses and UDP ports."""
        return self._core.listen

    @property
    def died(self) -> Awaitable[str | None]:
        """Awaitable: the reason once the worker has died, or None once it is closed in order."""
        return _Died(self._ended, self._channel)

    async def run(self) -> None:
        """Hands out answers and events until it is cancelled. `create_worker` does this."""
        await self._channel.run()

    async def create_router(
        self,
        *,
        media_codecs: Iterable[Given],
        app_data: JsonObject | None = None,
    ) -> Router:
        """Makes a router: a set of producers that its transports can consume.

        Args:
            media_codecs: `RtpCodecCapability`s: what may be sent, best first.
            app_data: The program's own.

        Raises:
            InvalidStateError: The worker is closed.
            TypeError: A codec is misshapen.
            UnsupportedError: A codec is not among those that can be forwarded.
            WorkerDiedError: The worker died.
        """
        self._node.check_open()
        codecs = [to_wire(codec) for codec in media_codecs]
        negotiated = _negotiation.router(codecs)
        number = self._engine.next_number()
        await self._channel.request(
            {"method": "createRouter", "router": number},
            undo={"method": "closeRouter", "router": number},
        )
        self._node.check_open()
        node = Node()
        node.live_in(self._node, WorkerClose())
        return Router(self._engine, number, node, negotiated, app_data)

    async def resource_usage(self) -> ResourceUsage:
        """Measures the CPU time of the media thread.

        Raises:
            InvalidStateError: The worker is closed.
            WorkerDiedError: The worker died.
        """
        await anyio.lowlevel.checkpoint()
        self._node.check_open()
        user, system = self._core.cpu_times()
        return ResourceUsage(ru_utime=user * 1000, ru_stime=system * 1000)

    async def dump(self) -> JsonObject:
        """Describes the engine's state: counts of objects, drops by reason. For people to read.

        Raises:
            InvalidStateError: The worker is closed.
            WorkerDiedError: The worker died.
        """
        self._node.check_open()
        report = await self._channel.request({"method": "dump", "worker": None})
        return self._engine.with_names(report)

    def __del__(self) -> None:
        """Complains if nobody closed it; its thread ends all the same."""
        if not self.closed:
            warnings.warn(f"{self!r} was never closed", ResourceWarning, source=self, stacklevel=1)

    @override
    def _close_in_core(self) -> Closed:
        self._core.close()
        self._channel.end()
        return Closed()

    def _take_event(self, event: JsonObject) -> None:
        self._engine.deliver(event)

    def _take_death(self, reason: str) -> None:
        self._node.close(WorkerDied(reason))


class _Died:
    """Can be awaited any number of times, or never."""

    def __init__(self, ended: anyio.Event, channel: Channel) -> None:
        self._ended = ended
        self._channel = channel

    def __await__(self) -> Generator[object, None, str | None]:
        return self._wait().__await__()

    async def _wait(self) -> str | None:
        await self._ended.wait()
        return self._channel.death


def _listen(
    ips: str | Sequence[str], port: int, announced: str | Sequence[str | None] | None
) -> list[dict[str, object]]:
    ips = [ips] if isinstance(ips, str) else ips
    if announced is None:
        announced = [None] * len(ips)
    elif isinstance(announced, str):
        announced = [announced]
    if len(ips) != len(announced):
        message = f"{len(ips)} addresses, but {len(announced)} announced ones"
        raise ValueError(message)
    return [
        {"ip": ip, "port": port, "announcedAddress": address}
        for ip, address in zip(ips, announced, strict=True)
    ]
