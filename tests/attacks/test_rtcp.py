"""RTCP lies, and requests without number, from clients who have joined."""

import struct
from collections.abc import Iterator

import trio

from tests.attacks.support import rtcp
from tests.attacks.support.attacker import Attacker
from tests.attacks.support.call import PATIENCE, Call
from tests.attacks.support.counts import count, rtx_ssrc_of, ssrc_of
from tests.attacks.support.rtp import Stream


async def test_lies_in_reports_end_nothing(call: Call, insider: Attacker) -> None:
    stream = Stream(ssrc=0x1001)
    producer = await insider.produce(stream)
    consumer = await insider.consume(call.camera)

    async with call.undisturbed():
        await insider.send_rtp(stream.packet() for _ in range(5))
        await insider.send_rtcp(lies(stream.ssrc, ssrc_of(consumer)))
        await insider.send_rtp(stream.packet() for _ in range(5))

    assert await count(producer, "packetCount") == 10
    assert (await insider.transport.dump())["dtlsState"] == "connected"


async def test_a_flood_of_key_frame_requests_is_one_key_frame_a_second(
    call: Call, insider: Attacker
) -> None:
    consumer = await insider.consume(call.camera)
    media = ssrc_of(consumer)
    requests = [request for n in range(500) for request in (rtcp.pli(media), rtcp.fir(media, n))]
    before, start = call.key_frame_requests(), trio.current_time()

    async with call.undisturbed():
        with trio.fail_after(PATIENCE):
            while call.key_frame_requests() < before + 4:
                await insider.send_rtcp(requests)

    # Three pauses lie between four requests; of half a second each, had nobody answered them.
    assert trio.current_time() - start > 3 * 0.5
    assert await count(consumer, "pliCount") == await count(consumer, "firCount") >= 500


async def test_a_flood_of_nacks_gets_no_more_than_was_sent(call: Call, insider: Attacker) -> None:
    consumer = await insider.consume(call.camera)
    media, rtx = ssrc_of(consumer), rtx_ssrc_of(consumer)

    async with call.undisturbed():
        for _ in range(20):
            await insider.receive_rtp(10)
            latest = sequence_of(insider.received_rtp(media)[-10])
            await insider.send_rtcp([rtcp.nack(media, [latest])] * 100)
            await insider.send_rtcp([rtcp.nack(media, range(0, 2**16, 256))] * 10)

    sent, repeated = (sum(map(len, insider.received_rtp(ssrc))) for ssrc in (media, rtx))
    # A little more: the budget does not count what SRTP and RTX add to each packet.
    assert 0 < repeated <= 1.1 * (sent + INITIAL_BUDGET)
    assert await count(consumer, "nackCount") == 20 * 110


def sequence_of(packet: bytes) -> int:
    return int.from_bytes(packet[2:4], "big")


def lies(sent: int, received: int) -> Iterator[bytes]:
    """Compounds that say what is not so. `sent` and `received` are streams of the liar."""
    yield from lengths(rtcp.report(), rtcp.bye(sent), rtcp.pli(received), rtcp.nack(received, [1]))
    for kind in range(192, 224):
        for claimed in (0, 1, 31):
            yield rtcp.report() + rtcp.part(kind, claimed, b"")
            yield rtcp.report() + rtcp.part(kind, claimed, b"\xff" * 40)
    yield from goodbyes(sent, received)
    yield rtcp.report() + rtcp.part(rtcp.SDES, 31, struct.pack("!IBB", sent, 1, 255) + bytes(2))
    yield rtcp.report() + rtcp.part(rtcp.SDES, 1, struct.pack("!I", sent) + b"\x01\xfcx" * 400)
    yield from reports(sent, received)
    yield REMB_WITHOUT_END
    yield rtcp.report() + rtcp.part(rtcp.FEEDBACK, rtcp.TWCC, b"\xff" * 1000)
    yield rtcp.report() * 150


def lengths(*parts: bytes) -> Iterator[bytes]:
    """Each part cut off at each byte, and with each length field."""
    for part in parts:
        compound = rtcp.report() + part
        yield from (compound[:length] for length in range(8, len(compound)))
        for words in (0, 1, 2, 7, 0xFF, 0xFFFF):
            yield rtcp.report() + part[:2] + struct.pack("!H", words) + part[4:]


def goodbyes(sent: int, received: int) -> Iterator[bytes]:
    """Farewells of streams that go on, or are another's; reasons longer than the packet."""
    yield rtcp.bye(*[sent, received] * 15)
    yield rtcp.report() + rtcp.part(rtcp.BYE, 31, struct.pack("!I", sent))
    yield rtcp.report() + rtcp.part(rtcp.BYE, 1, struct.pack("!IB3s", sent, 255, b"why"))


def reports(sent: int, received: int) -> Iterator[bytes]:
    """Reports from other times, and of losses that cannot be."""
    for word in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
        sender = struct.pack("!6I", sent, word, word, word, word, word)
        block = struct.pack("!6I", received, word, word, word, word, word)
        yield rtcp.part(rtcp.SENDER_REPORT, 1, sender + block)
        yield rtcp.part(rtcp.RECEIVER_REPORT, 31, struct.pack("!I", rtcp.OURS) + block)


# Panics where somebody prints it.
REMB_WITHOUT_END = bytes.fromhex("8fce0005000000010000000052454d4201f20040e300000a")
# What may be sent again before anything was sent: `RtxBudget` of rust/engine.
INITIAL_BUDGET = 60_000
