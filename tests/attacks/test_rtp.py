"""Holes 9 and 11: lies in packets that are authentic, and that somebody watches."""

import random
from collections.abc import Awaitable, Callable, Iterator

import pytest
import sfu
from sfu.testing import Peer

from tests.attacks.support.attacker import Attacker
from tests.attacks.support.call import Call
from tests.attacks.support.counts import Drops, count
from tests.attacks.support.rtp import EXTENSION, ONE_BYTE, PADDING, TWO_BYTE, Stream, extension

KEY_FRAMES = {"VP8": b"\x10\x00", "VP9": b"\x08\x82", "H264": b"\x67\x42", "AV1": b"\x18\x0a"}


Watch = Callable[[Stream], Awaitable[tuple[sfu.Producer, sfu.Consumer]]]


@pytest.fixture
async def watch(insider: Attacker, sfu_peer: Callable[[], Awaitable[Peer]]) -> Watch:
    """Gives a function that announces a stream of the insider's, and has somebody watch it."""

    async def watch(stream: Stream) -> tuple[sfu.Producer, sfu.Consumer]:
        producer = await insider.produce(stream)
        viewer = await sfu_peer()
        consumer = (await viewer.subscribe(producer)).consumer
        await (await viewer.receiving()).client.wait_state("connected")
        return producer, consumer

    return watch


@pytest.mark.parametrize("codec", KEY_FRAMES)
async def test_payloads_that_are_none_of_the_codec_end_nothing(
    call: Call, insider: Attacker, watch: Watch, drops: Drops, codec: str
) -> None:
    stream = Stream(ssrc=0x1001, codec=codec)
    producer, consumer = await watch(stream)

    async with call.undisturbed(), drops() as dropped:
        await insider.send_rtp([stream.packet(KEY_FRAMES[codec])])
        sent = await insider.send_rtp(stream.packet(payload) for payload in payloads())

    assert await count(producer, "packetCount") == 1 + sent
    assert await count(consumer, "packetCount") == 1 + sent
    assert dropped == {}


async def test_lengths_that_leave_the_packet_end_nothing(
    call: Call, insider: Attacker, watch: Watch, drops: Drops
) -> None:
    stream = Stream(ssrc=0x1001)
    producer, consumer = await watch(stream)
    await insider.send_rtp([stream.packet()])

    async with call.undisturbed(), drops() as dropped:
        malformed = await insider.send_rtp(malformed_packets(stream))
        odd = await insider.send_rtp(odd_packets(stream))
        empty = await insider.send_rtp(packets_without_payload(stream))

    assert dropped["malformedRtp"] == malformed
    assert await count(producer, "packetCount") == 1 + odd + empty
    assert await count(consumer, "packetCount") == 1 + odd


async def test_retransmissions_of_nothing_end_nothing(
    call: Call, insider: Attacker, watch: Watch, drops: Drops
) -> None:
    stream = Stream(ssrc=0x1001)
    producer, _ = await watch(stream)
    await insider.send_rtp([stream.packet()])

    async with call.undisturbed(), drops() as dropped:
        short = await insider.send_rtp(stream.retransmission(bytes(n)) for n in (0, 1) * 50)
        await insider.send_rtp(stream.retransmission(bytes([n, n]) + b"again") for n in range(256))

    assert dropped["padding"] == short
    assert await count(producer, "packetsRetransmitted") == 256


async def test_jumps_of_sequence_and_time_end_nothing(
    call: Call, insider: Attacker, watch: Watch
) -> None:
    stream = Stream(ssrc=0x1001)
    producer, consumer = await watch(stream)

    async with call.undisturbed():
        await insider.send_rtp(jumping(stream))

    forwarded = await count(consumer, "packetCount")
    assert 0 < forwarded <= await count(producer, "packetCount")


async def test_packets_of_every_size_pass(call: Call, insider: Attacker, watch: Watch) -> None:
    stream = Stream(ssrc=0x1001)
    producer, _ = await watch(stream)

    async with call.undisturbed():
        await insider.send_rtp(stream.packet(bytes(size)) for size in range(0, 65_000, 500))
        await insider.send_rtp([stream.packet(b"last")])

    assert await count(producer, "packetCount") >= 3


def payloads() -> Iterator[bytes]:
    """Every byte alone, tails of descriptors that never end, and noise."""
    yield from (bytes([first]) for first in range(256))
    yield from (bytes([first]) * length for first in (0x80, 0xFF) for length in range(2, 40))
    yield from map(bytes.fromhex, ("1aff", "10cc", "58000000", "780000", "78ffff", "7c80", "7d"))
    noise = random.Random(1)  # noqa: S311 - the same each time
    yield from (noise.randbytes(noise.randrange(1, 100)) for _ in range(1_000))


def malformed_packets(stream: Stream) -> Iterator[bytes]:
    """Padding, CSRCs and extensions that reach out of the packet."""
    yield stream.packet(b"payload\x00", flags=PADDING)
    yield stream.packet(b"payload\xff", flags=PADDING)
    yield stream.packet(b"\x02", flags=PADDING)
    yield stream.packet(b"", flags=15)
    yield stream.packet(b"", flags=EXTENSION)
    for words in (100, 0x7FFF, 0xFFFF):
        lie = extension(ONE_BYTE, bytes(4), words=words)
        yield stream.packet(flags=EXTENSION, after_header=lie)


def odd_packets(stream: Stream) -> Iterator[bytes]:
    """Lies inside of extensions, and things that are allowed but rare."""
    for elements in (HOLE_9, b"\x1f" + bytes(3), b"\xf0" + bytes(3), b"\xff" * 8, bytes(64)):
        yield stream.packet(flags=EXTENSION, after_header=extension(ONE_BYTE, elements))
    for elements in (b"\x05\xff\x00\x00", b"\x01\x00\x01\x05", b"\xff" * 8, b""):
        for profile in (TWO_BYTE, TWO_BYTE | 0x0F, 0xABCD):
            yield stream.packet(flags=EXTENSION, after_header=extension(profile, elements))
    yield stream.packet(flags=15, after_header=bytes(60))
    yield stream.packet(bytes(255) + b"\xff", flags=PADDING)


def packets_without_payload(stream: Stream) -> Iterator[bytes]:
    """What is not worth sending on."""
    yield stream.packet(b"")
    yield stream.packet(b"\x00\x00\x03", flags=PADDING)
    yield stream.packet(bytes(254) + b"\xff", flags=PADDING)


def jumping(stream: Stream) -> Iterator[bytes]:
    """A packet after each jump, far and near, forwards and backwards."""
    jumps = random.Random(2)  # noqa: S311 - the same each time
    for _ in range(2_000):
        stream.sequence += jumps.choice([1, 1, 2, 100, 5_000, 32_766, 32_767, 32_768, 40_000, -2])
        stream.timestamp += jumps.choice([0, 1, 90_000, 2**31, -90_000])
        yield stream.packet()


# An element that is longer than what is left of its block.
HOLE_9 = bytes.fromhex("102231ff")
