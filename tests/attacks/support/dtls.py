"""The DTLS client of an attacker: OpenSSL, whose datagrams the test may change on their way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from sfu.parameters import DtlsFingerprint

from tests.attacks.support.srtp import Protector
from tests.attacks.support.wire import Wire

Profile = Literal["SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80"]
Change = Callable[[bytes], Awaitable[bytes]]

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha-1": hashes.SHA1(),  # noqa: S303 - one of those that RFC 8122 names
    "sha-224": hashes.SHA224(),
    "sha-256": hashes.SHA256(),
    "sha-384": hashes.SHA384(),
    "sha-512": hashes.SHA512(),
}


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls) -> "Identity":
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "attacker")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1))
        builder = builder.not_valid_after(now + timedelta(days=1))
        return cls(builder.sign(key, hashes.SHA256()), key)

    def fingerprint(self, algorithm: str = "sha-256") -> DtlsFingerprint:
        digest = self.certificate.fingerprint(_HASHES[algorithm])
        return DtlsFingerprint(algorithm, digest.hex(":").upper())


async def handshake(wire: Wire, identity: Identity, profile: Profile, change: Change) -> Protector:
    """Runs a handshake as the client; gives what protects media with its keys."""
    connection = _connection(identity, profile)
    while True:
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            await _flush(connection, wire, change)
            connection.bio_write(await wire.receive())
        else:
            await _flush(connection, wire, change)
            return Protector.of_client(connection.export_keying_material(_LABEL, _MATERIAL))


def _connection(identity: Identity, profile: Profile) -> SSL.Connection:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.use_certificate(identity.certificate)
    context.use_privatekey(identity.key)
    context.set_tlsext_use_srtp(profile.encode())
    connection = SSL.Connection(context)
    connection.set_connect_state()
    return connection


async def _flush(connection: SSL.Connection, wire: Wire, change: Change) -> None:
    """Sends a flight; each of a client's fits into one datagram."""
    try:
        flight = connection.bio_read(_FLIGHT)
    except SSL.WantReadError:
        return
    wire.send(await change(flight))


# RFC 5764 s.4.2.
_LABEL = b"EXTRACTOR-dtls_srtp"
_MATERIAL = 2 * (16 + 12)
_FLIGHT = 4096
