"""Lists of fingerprints through the Python API, each against a real handshake."""

import pytest
from OpenSSL import SSL
from sfu.parameters import DtlsFingerprint, DtlsParameters

from tests.attacks.support.attacker import Attacker
from tests.attacks.support.dtls import Identity

UNKNOWN = DtlsFingerprint("md5", "00:11")


@pytest.mark.parametrize("algorithm", ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"])
async def test_each_known_hash_connects(attacker: Attacker, algorithm: str) -> None:
    await attacker.expect_handshake(attacker.identity.fingerprint(algorithm))

    await attacker.handshake()

    assert (await attacker.transport.dump())["dtlsState"] == "connected"


async def test_one_right_fingerprint_of_many_is_enough(attacker: Attacker) -> None:
    right = attacker.identity.fingerprint()
    shouted = DtlsFingerprint("SHA-256", right.value.lower())
    others = [Identity.make().fingerprint() for _ in range(50)]
    await attacker.expect_handshake(UNKNOWN, *others, shouted)

    await attacker.handshake()

    assert (await attacker.transport.dump())["dtlsState"] == "connected"


async def test_the_fingerprint_of_another_certificate_fails(attacker: Attacker) -> None:
    await attacker.expect_handshake(Identity.make().fingerprint())

    with pytest.raises(SSL.Error):
        await attacker.handshake()

    assert (await attacker.transport.dump())["dtlsState"] == "failed"


@pytest.mark.parametrize(
    "fingerprints",
    [
        (),
        (UNKNOWN,),
        (DtlsFingerprint("sha-256", ""),),
        (DtlsFingerprint("sha-256", "zz:" * 31 + "zz"),),
        (DtlsFingerprint("sha-256", ":".join(["00"] * 31)),),
        (DtlsFingerprint("sha-1", ":".join(["00"] * 32)),),
    ],
)
async def test_a_useless_list_is_refused_and_may_be_told_again(
    attacker: Attacker, fingerprints: tuple[DtlsFingerprint, ...]
) -> None:
    with pytest.raises(TypeError, match="fingerprint"):
        await attacker.transport.connect(dtls_parameters=DtlsParameters(fingerprints, "client"))

    await attacker.expect_handshake()
    await attacker.handshake()
