"""A client that keeps to the rules as far as the test wants, and no further."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import sfu
import trio
from sfu.parameters import DtlsFingerprint, DtlsParameters, RtpCapabilities

from tests.attacks.support.call import PATIENCE
from tests.attacks.support.dtls import Change, Identity, Profile, handshake
from tests.attacks.support.rtp import Stream, header_length, is_rtp
from tests.attacks.support.srtp import Protector
from tests.attacks.support.stun import Check
from tests.attacks.support.wire import Wire

Dial = Callable[[], Wire]


async def unchanged(datagram: bytes) -> bytes:
    return datagram


class Attacker:
    """Somebody with a transport: ICE, DTLS and SRTP as in a call, and whatever else is sent."""

    def __init__(
        self, transport: sfu.WebRtcTransport, capabilities: RtpCapabilities, dial: Dial
    ) -> None:
        self.transport = transport
        self.wire = dial()
        self.identity = Identity.make()
        self.received: list[bytes] = []
        self._capabilities = capabilities
        self._protector: Protector | None = None

    async def check(self, wire: Wire | None = None) -> None:
        """Makes an address a validated one.

        The answer also says that the worker has read all that was sent before, from anywhere.
        """
        path = wire or self.wire
        check = Check(self.transport.ice_parameters)
        with trio.fail_after(PATIENCE):
            while True:
                path.send(check.datagram())
                with trio.move_on_after(_CHECK_AGAIN):
                    return await self._answer(path, check)

    async def flood(self, datagrams: Iterable[bytes], wire: Wire | None = None) -> int:
        """Sends them all, no faster than the worker reads them; gives how many there were."""
        count = 0
        for batch in _batches(datagrams):
            for datagram in batch:
                (wire or self.wire).send(datagram)
            count += len(batch)
            await self.check()
        return count

    async def expect_handshake(self, *fingerprints: DtlsFingerprint) -> None:
        """Tells the worker what the certificate is, or what it is said to be."""
        told = fingerprints or (self.identity.fingerprint(),)
        await self.transport.connect(dtls_parameters=DtlsParameters(told, "client"))

    async def handshake(
        self, *, profile: Profile = "SRTP_AEAD_AES_128_GCM", change: Change = unchanged
    ) -> None:
        """Joins; `change` gets each flight before it is sent, and may send others.

        Raises:
            OpenSSL.SSL.Error: The worker sent an alert.
        """
        await self.check()
        with trio.fail_after(PATIENCE):
            self._protector = await handshake(self.wire, self.identity, profile, change)
        await self.check()

    async def produce(self, stream: Stream) -> sfu.Producer:
        """Announces a stream."""
        parameters = stream.rtp_parameters()
        return await self.transport.produce(kind="video", rtp_parameters=parameters)

    async def consume(self, producer: sfu.Producer) -> sfu.Consumer:
        """Has another's media sent to itself."""
        return await self.transport.consume(
            producer_id=producer.id, rtp_capabilities=self._capabilities
        )

    async def send_rtp(self, packets: Iterable[bytes]) -> int:
        """Protects packets and sends them as `flood` does."""
        protector = self._keys()
        return await self.flood(protector.rtp(packet, header_length(packet)) for packet in packets)

    async def send_rtcp(self, compounds: Iterable[bytes]) -> int:
        """Protects compounds and sends them as `flood` does."""
        protector = self._keys()
        return await self.flood(protector.rtcp(compound) for compound in compounds)

    async def receive_rtp(self, count: int) -> None:
        """Waits for so many more packets, of whatever stream."""
        goal = sum(map(is_rtp, self.received)) + count
        with trio.fail_after(PATIENCE):
            while sum(map(is_rtp, self.received)) < goal:
                self.received.append(await self.wire.receive())

    def received_rtp(self, ssrc: int) -> list[bytes]:
        """The packets of a stream so far, protected as they came."""
        packets = filter(is_rtp, self.received)
        return [packet for packet in packets if packet[8:12] == ssrc.to_bytes(4, "big")]

    def _keys(self) -> Protector:
        assert self._protector is not None, "connect comes first"
        return self._protector

    async def _answer(self, wire: Wire, check: Check) -> None:
        while True:
            datagram = await wire.receive()
            if check.is_answered_by(datagram):
                return
            self.received.append(datagram)


Item = TypeVar("Item", bound=bytes)


def _batches(datagrams: Iterable[Item]) -> Iterator[list[Item]]:
    """Groups that fit into a receive buffer of Linux' default size (net.core.rmem_default)."""
    batch: list[Item] = []
    size = 0
    for datagram in datagrams:
        batch.append(datagram)
        size += len(datagram)
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


_CHECK_AGAIN = 1.0
_BATCH = 64
_BATCH_BYTES = 64_000
