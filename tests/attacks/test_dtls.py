"""Holes 2 to 7 of the DTLS library below, and hellos where none are wanted."""

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat

import pytest

from tests.attacks.support import records
from tests.attacks.support.attacker import Attacker, Dial
from tests.attacks.support.call import Call
from tests.attacks.support.counts import Drops, count
from tests.attacks.support.process import little_memory
from tests.attacks.support.rtp import Stream


class Forged(Exception):  # noqa: N818 - not an error
    """The forged message was sent: nothing more is to be said."""


@pytest.fixture
async def awaited(attacker: Attacker) -> Attacker:
    """An attacker from whom the worker waits for a ClientHello."""
    await attacker.expect_handshake()
    return attacker


@pytest.mark.parametrize("message", [records.CERTIFICATE, records.CERTIFICATE_VERIFY])
async def test_a_client_that_does_not_prove_its_certificate_is_refused(
    call: Call, awaited: Attacker, message: int
) -> None:
    async def forged(flight: bytes) -> bytes:
        await awaited.check()
        forgery = records.corrupted(flight, message)
        if forgery == flight:
            return flight
        awaited.wire.send(forgery)
        raise Forged

    async with call.undisturbed():
        with pytest.raises(Forged):
            await awaited.handshake(change=forged)
        await awaited.check()

    assert (await awaited.transport.dump())["dtlsState"] != "connected"


async def test_a_flood_of_fragments_that_overlap_ends_nothing(
    call: Call, awaited: Attacker, drops: Drops
) -> None:
    async with call.undisturbed(), drops() as dropped:
        flood = Flood(awaited, lying_fragments)
        await awaited.handshake(change=flood.before)

    assert dropped["dtlsGuard"] == flood.sent


async def test_a_flood_of_one_byte_fragments_takes_no_time(call: Call, awaited: Attacker) -> None:
    async with call.undisturbed():
        await awaited.handshake(change=Flood(awaited, bytes_of_a_message).before)


async def test_records_that_come_too_early_take_no_memory(call: Call, awaited: Attacker) -> None:
    async with call.undisturbed():
        with little_memory():
            await awaited.handshake(change=Flood(awaited, early_records).before)


@pytest.mark.parametrize(
    "suite", [records.TLS_NULL_WITH_NULL_NULL, records.ECDHE_ECDSA_AES_128_GCM_SHA256]
)
async def test_a_stray_hello_does_not_stop_the_handshake_after_it(
    call: Call, awaited: Attacker, drops: Drops, suite: int
) -> None:
    stray = records.client_hello(suite)

    async with call.undisturbed(), drops() as dropped:
        flood = Flood(awaited, lambda: [stray])
        await awaited.handshake(change=flood.before)

    assert dropped["dtlsGuard"] == flood.sent


async def test_plain_alerts_end_no_handshake(call: Call, awaited: Attacker, drops: Drops) -> None:
    async with call.undisturbed(), drops() as dropped:
        flood = Flood(awaited, plain_alerts)
        await awaited.handshake(change=flood.before)

    assert dropped["dtlsGuard"] == flood.sent


async def test_hellos_from_another_address_do_not_win_the_race(
    call: Call, awaited: Attacker, dial: Dial, drops: Drops
) -> None:
    stranger = dial()

    async def raced(flight: bytes) -> bytes:
        await awaited.flood([flight] * 100, stranger)
        return flight

    async with call.undisturbed(), drops() as dropped:
        await awaited.handshake(change=raced)

    assert stranger.waiting() == []
    assert dropped["unvalidatedTuple"] == 300


async def test_nothing_plain_is_heard_once_connected(
    call: Call, insider: Attacker, drops: Drops
) -> None:
    stream = Stream(ssrc=0x1001)
    producer = await insider.produce(stream)
    hello = records.client_hello(records.ECDHE_ECDSA_AES_128_GCM_SHA256)
    data = records.record(records.APPLICATION_DATA, b"plain")
    finish = records.record(records.CHANGE_CIPHER_SPEC, b"\x01")

    async with call.undisturbed(), drops() as dropped:
        plain = await insider.flood([hello, data, finish, *plain_alerts()] * 100)
        await insider.send_rtp(stream.packet() for _ in range(10))

    assert dropped["dtlsGuard"] == plain
    assert (await insider.transport.dump())["dtlsState"] == "connected"
    assert await count(producer, "packetCount") == 10


async def test_forged_records_of_the_right_epoch_end_nothing(call: Call, insider: Attacker) -> None:
    async with call.undisturbed():
        await insider.flood(forged_records())

    assert (await insider.transport.dump())["dtlsState"] == "connected"


class Flood:
    """Comes before each flight of a handshake, from the right address."""

    def __init__(self, attacker: Attacker, datagrams: Callable[[], Iterable[bytes]]) -> None:
        self.sent = 0
        self._attacker = attacker
        self._datagrams = datagrams

    async def before(self, flight: bytes) -> bytes:
        self.sent += await self._attacker.flood(self._datagrams())
        return flight


def lying_fragments() -> Iterator[bytes]:
    """Hole 3: bytes of a message of no length, each further behind."""
    for offset in range(30_000):
        yield records.fragment(records.CLIENT_HELLO, b"x", length=0, offset=offset)


def bytes_of_a_message() -> Iterator[bytes]:
    """Hole 4: 94 datagrams full of one long message, byte by byte."""
    for number in range(94):
        yield b"".join(
            records.fragment(records.CLIENT_HELLO, b"x", length=16_000, offset=44 * number + byte)
            for byte in range(44)
        )


def early_records() -> Iterator[bytes]:
    """Hole 5: what cannot be read before the keys are there, and pieces of nothing."""
    for length in (1100, 48):
        yield from repeat(records.record(records.HANDSHAKE, bytes(length), epoch=1), 10_000)
    yield from repeat(records.fragment(records.CERTIFICATE, b"", length=1100, message=3), 10_000)


def plain_alerts() -> Iterator[bytes]:
    """Hole 7: handshake_failure and close_notify."""
    yield records.record(records.ALERT, b"\x02\x28")
    yield records.record(records.ALERT, b"\x01\x00")


def forged_records() -> Iterator[bytes]:
    for kind in (
        records.CHANGE_CIPHER_SPEC,
        records.ALERT,
        records.HANDSHAKE,
        records.APPLICATION_DATA,
    ):
        for length in (0, 1, 24, 40, 300, 1100):
            for sequence in range(50):
                yield records.record(kind, bytes(length), epoch=1, sequence=sequence)
