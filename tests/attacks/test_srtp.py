"""Holes 1 and 8: what is not authentic makes no state, whoever's address it comes from."""

import struct
from collections.abc import Iterator

import pytest

from tests.attacks.support import rtcp, rtp
from tests.attacks.support.attacker import Attacker
from tests.attacks.support.call import Call
from tests.attacks.support.counts import Drops, count, ssrc_of
from tests.attacks.support.process import little_memory
from tests.attacks.support.rtp import Stream

FORGED = 100_000


async def test_plain_rtcp_with_the_e_bit_0_is_not_taken(
    call: Call, attacker: Attacker, drops: Drops
) -> None:
    await attacker.produce(Stream(ssrc=0xDEADBEEF))
    await attacker.expect_handshake()
    await attacker.handshake(profile="SRTP_AES128_CM_SHA1_80")

    async with call.undisturbed(), drops() as dropped:
        await attacker.flood([rtcp.bye(0xDEADBEEF) + struct.pack("!I", 5) + b"\xaa" * 10])

    assert dropped["srtcpUnencrypted"] == 1


async def test_unknown_ssrcs_make_no_state(call: Call, insider: Attacker, drops: Drops) -> None:
    stream = Stream(ssrc=0x1001)
    await insider.produce(stream)
    unknown = (stream.packet(bytes(16), ssrc=0x5000_0000 + ssrc) for ssrc in range(FORGED))

    async with call.undisturbed(), drops() as dropped:
        with little_memory():
            await insider.flood(unknown)

    assert dropped["unknownStream"] == FORGED


async def test_wrong_tags_end_nothing(call: Call, insider: Attacker, drops: Drops) -> None:
    stream = Stream(ssrc=0x1001)
    producer = await insider.produce(stream)
    await insider.send_rtp(stream.packet() for _ in range(5))

    async with call.undisturbed(), drops() as dropped:
        with little_memory():
            sent = await insider.flood(forged_packets(stream))
            sent += await insider.flood(forged_reports())
        await insider.send_rtp(stream.packet() for _ in range(5))

    assert dropped["srtpAuthentication"] == sent
    assert (await insider.transport.dump())["dtlsState"] == "connected"
    assert await count(producer, "packetCount") == 10


async def test_a_producer_cannot_announce_the_streams_of_another(insider: Attacker) -> None:
    await insider.produce(Stream(ssrc=0x1001, mid="a"))

    for theft in (Stream(ssrc=0x1001, mid="b"), Stream(ssrc=0x2001, mid="a")):
        with pytest.raises(TypeError, match="belongs to another producer"):
            await insider.produce(theft)


async def test_packets_do_not_pass_for_those_of_another_producer(
    call: Call, insider: Attacker, drops: Drops
) -> None:
    own = Stream(ssrc=0x2001, mid="b")
    thief = await insider.produce(own)
    honest = await insider.produce(Stream(ssrc=0x1001, mid="a"))
    alices = Stream(ssrc=ssrc_of(call.camera))

    async with call.undisturbed(), drops() as dropped:
        await insider.send_rtp([claiming(own, "a", own.ssrc)])
        stolen = await insider.send_rtp(claiming(own, "a", ssrc) for ssrc in range(100))
        stolen += await insider.send_rtp(alices.packet() for _ in range(100))

    assert await count(thief, "packetCount") == 1
    assert await count(honest, "packetCount") == 0
    assert dropped["unknownStream"] == stolen


def claiming(stream: Stream, mid: str, ssrc: int) -> bytes:
    """A packet that says it belongs to `mid`."""
    return stream.packet(flags=rtp.EXTENSION, after_header=rtp.mid_extension(mid), ssrc=ssrc)


def forged_packets(stream: Stream) -> Iterator[bytes]:
    """Packets of a known stream, within its replay window, without the right tag."""
    forged = stream.packet() + bytes(16)
    for number in range(FORGED):
        yield forged[:-4] + struct.pack("!I", number)


def forged_reports() -> Iterator[bytes]:
    """The same of RTCP, each from another SSRC."""
    for number in range(FORGED // 10):
        yield rtcp.report(number) + bytes(16) + struct.pack("!I", 1 << 31 | number)
