"""STUN messages of an ICE client (RFC 8489; RFC 8445 s.7)."""

import hashlib
import hmac
import secrets
import struct
import zlib
from dataclasses import dataclass, field

from sfu.parameters import IceParameters

BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
PRIORITY = 0x0024
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028
ICE_CONTROLLING = 0x802A


@dataclass(frozen=True)
class Check:
    """A connectivity check that can be told by its transaction id."""

    ice: IceParameters
    transaction: bytes = field(default_factory=lambda: secrets.token_bytes(12))

    def datagram(self) -> bytes:
        """As a controlling agent sends it that nominates at once."""
        return signed(self.transaction, self.attributes(), self.ice.password)

    def attributes(self) -> list[tuple[int, bytes]]:
        username = f"{self.ice.username_fragment}:attacker".encode()
        return [
            (USERNAME, username),
            (PRIORITY, struct.pack("!I", 1)),
            (ICE_CONTROLLING, bytes(8)),
            (USE_CANDIDATE, b""),
        ]

    def is_answered_by(self, datagram: bytes) -> bool:
        answer = struct.pack("!H", BINDING_SUCCESS)
        return datagram[:2] == answer and datagram[8:20] == self.transaction


def signed(transaction: bytes, attributes: list[tuple[int, bytes]], password: str) -> bytes:
    """A Binding request with MESSAGE-INTEGRITY and FINGERPRINT."""
    body = b"".join(attribute(kind, value) for kind, value in attributes)
    covered = header(len(body) + 24, transaction) + body
    tag = hmac.new(password.encode(), covered, hashlib.sha1).digest()
    body += attribute(MESSAGE_INTEGRITY, tag)
    message = header(len(body) + 8, transaction) + body
    crc = zlib.crc32(message) ^ _FINGERPRINT_XOR
    return message + attribute(FINGERPRINT, struct.pack("!I", crc))


def header(length: int, transaction: bytes, kind: int = BINDING_REQUEST) -> bytes:
    return struct.pack("!HHI", kind, length, _MAGIC_COOKIE) + transaction


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


_MAGIC_COOKIE = 0x2112A442
_FINGERPRINT_XOR = 0x5354554E
