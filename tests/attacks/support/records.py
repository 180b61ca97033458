"""DTLS records and handshake fragments with any numbers in them (RFC 6347 s.4)."""

import secrets
import struct

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
CLIENT_HELLO, CERTIFICATE, CERTIFICATE_VERIFY = 1, 11, 15
TLS_NULL_WITH_NULL_NULL = 0x0000
ECDHE_ECDSA_AES_128_GCM_SHA256 = 0xC02B

_RECORD_HEADER = 13


def record(kind: int, content: bytes, *, epoch: int = 0, sequence: int = 0) -> bytes:
    numbers = epoch << 48 | sequence
    return struct.pack("!BHQH", kind, _DTLS_1_2, numbers, len(content)) + content


def fragment(kind: int, data: bytes, *, length: int, offset: int = 0, message: int = 0) -> bytes:
    """A record with one fragment of a handshake message of `length` bytes."""
    header = bytes([kind]) + _three(length) + struct.pack("!H", message)
    return record(HANDSHAKE, header + _three(offset) + _three(len(data)) + data)


def client_hello(suite: int) -> bytes:
    """A hello that offers one cipher suite and has no extensions."""
    body = struct.pack("!H", _DTLS_1_2) + secrets.token_bytes(32) + bytes(2)
    body += struct.pack("!HH", 2, suite) + b"\x01\x00"
    return fragment(CLIENT_HELLO, body, length=len(body))


def corrupted(datagram: bytes, kind: int) -> bytes:
    """`datagram` with the last bit changed of each plain handshake message of `kind`."""
    bytes_ = bytearray(datagram)
    at = 0
    while at < len(bytes_):
        content, epoch, length = struct.unpack_from("!BxxH6xH", bytes_, at)
        end = at + _RECORD_HEADER + length
        if (content, epoch, bytes_[at + _RECORD_HEADER]) == (HANDSHAKE, 0, kind):
            bytes_[end - 1] ^= 1
        at = end
    return bytes(bytes_)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "big")


_DTLS_1_2 = 0xFEFD
