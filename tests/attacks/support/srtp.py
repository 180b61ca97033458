"""SRTP with AES-128-GCM (RFC 7714): protects whatever it is given, right or wrong."""

import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR


class Protector:
    """One direction's session keys, and how far each stream is."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._rtp = AESGCM(_derive(key, salt, 0, 16))
        self._rtp_salt = _derive(key, salt, 2, 12)
        self._rtcp = AESGCM(_derive(key, salt, 3, 16))
        self._rtcp_salt = _derive(key, salt, 5, 12)
        self._rtcp_index = 0
        self._highest: dict[bytes, int] = {}

    @classmethod
    def of_client(cls, material: bytes) -> "Protector":
        """What a DTLS client sends with: client key, server key, client salt, server salt."""
        return cls(material[:16], material[32:44])

    def rtp(self, packet: bytes, header: int) -> bytes:
        """Protects a packet whose first `header` bytes stay plain."""
        ssrc = packet[8:12]
        index = self._index(ssrc, int.from_bytes(packet[2:4], "big"))
        nonce = bytes(2) + ssrc + index.to_bytes(6, "big")
        plain, rest = packet[:header], packet[header:]
        return plain + self._rtp.encrypt(_xor(nonce, self._rtp_salt), rest, plain)

    def rtcp(self, compound: bytes) -> bytes:
        """Protects a compound of at least eight bytes."""
        self._rtcp_index += 1
        nonce = bytes(2) + compound[4:8] + bytes(2) + struct.pack("!I", self._rtcp_index)
        word = struct.pack("!I", 1 << 31 | self._rtcp_index)
        sealed = self._rtcp.encrypt(_xor(nonce, self._rtcp_salt), compound[8:], compound[:8] + word)
        return compound[:8] + sealed + word

    def _index(self, ssrc: bytes, sequence: int) -> int:
        """What the receiver takes a sequence number for (RFC 3711 s.3.3.1)."""
        highest = self._highest.get(ssrc, sequence)
        rollovers = highest >> 16
        guesses = [other << 16 | sequence for other in range(max(rollovers - 1, 0), rollovers + 2)]
        index = min(guesses, key=lambda guess: abs(guess - highest))
        self._highest[ssrc] = max(highest, index)
        return index


def _derive(key: bytes, salt: bytes, label: int, length: int) -> bytes:
    """RFC 3711 s.4.3.1, RFC 7714 s.11."""
    start = bytearray(salt + bytes(4))
    start[7] ^= label
    return Cipher(AES(key), CTR(bytes(start))).encryptor().update(bytes(length))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
