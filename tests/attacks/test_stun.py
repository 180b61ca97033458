"""STUN from strangers, and more of it from clients than anybody needs."""

import struct
from collections.abc import Iterator
from dataclasses import replace

import sfu

from tests.attacks.support import stun
from tests.attacks.support.attacker import Attacker, Dial
from tests.attacks.support.call import Call
from tests.attacks.support.counts import Drops
from tests.attacks.support.process import little_memory
from tests.attacks.support.stun import Check


async def test_a_flood_of_unauthenticated_checks_gets_no_answer_and_takes_no_memory(
    call: Call, attacker: Attacker, dial: Dial, drops: Drops
) -> None:
    stranger = dial()
    ice = attacker.transport.ice_parameters
    guessed = replace(ice, username_fragment="a" * 32)
    wrong_password = Check(replace(ice, password="b" * 32)).datagram()

    async with call.undisturbed(), drops() as dropped:
        with little_memory():
            unknown = await attacker.flood(unknown_names(guessed.password, 20_000), stranger)
            unsigned = await attacker.flood([wrong_password] * 20_000, stranger)

    assert stranger.waiting() == []
    assert (dropped["unknownUfrag"], dropped["stunIntegrity"]) == (unknown, unsigned)


async def test_a_client_with_many_addresses_keeps_eight(
    call: Call, attacker: Attacker, dial: Dial
) -> None:
    wires = [dial() for _ in range(100)]

    async with call.undisturbed():
        for wire in wires:
            await attacker.check(wire)

    assert (await attacker.transport.dump())["tuples"] == 8
    selected = attacker.transport.ice_selected_tuple
    assert selected is not None
    assert selected.remote_port == wires[-1].port


async def test_odd_messages_get_no_answer(
    sfu_worker: sfu.Worker, call: Call, attacker: Attacker, dial: Dial, drops: Drops
) -> None:
    stranger = dial()

    async with call.undisturbed(), drops() as dropped:
        count = await attacker.flood(oddities(Check(attacker.transport.ice_parameters)), stranger)

    assert stranger.waiting() == []
    assert sum(dropped.values()) == count
    assert (await sfu_worker.dump())["transports"] == 3


def unknown_names(password: str, count: int) -> Iterator[bytes]:
    """Checks of users who are not there, each another one."""
    for number in range(count):
        username = f"{number:032}:attacker".encode()
        yield stun.signed(bytes(12), [(stun.USERNAME, username)], password)


def oddities(check: Check) -> Iterator[bytes]:
    """What is no authentic Binding request, though much in it may be right."""
    right = check.datagram()
    yield from (right[:length] for length in range(1, len(right)))
    # Not the type of FINGERPRINT: what follows MESSAGE-INTEGRITY is passed over (RFC 8489 s.14.5).
    for at in (*range(2, len(right) - 8), *range(len(right) - 6, len(right))):
        yield right[:at] + bytes([right[at] ^ 0x80]) + right[at + 1 :]

    transaction, attributes = check.transaction, check.attributes()
    for kind in (0x0011, 0x0101, 0x0111, 0x0003, 0x3EEF):
        yield struct.pack("!H", kind) + right[2:]
    yield stun.header(0, transaction)
    yield stun.header(4, transaction) + struct.pack("!HH", stun.USERNAME, 0xFFFF)
    yield stun.header(8, transaction) + struct.pack("!HH", stun.MESSAGE_INTEGRITY, 4) + bytes(4)
    yield stun.signed(transaction, [(stun.USERNAME, b"")], check.ice.password)
    yield stun.signed(transaction, [(stun.USERNAME, b"x" * 40_000)], check.ice.password)
    yield stun.signed(transaction, [(0x7FFF, b"")] * 16_000, check.ice.password)
    yield stun.signed(transaction, attributes[1:], check.ice.password)
