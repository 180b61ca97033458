"""RTP packets with anything in them, and the parameters that announce them (RFC 3550 s.5)."""

import struct
from dataclasses import dataclass

PADDING, EXTENSION = 0x20, 0x10
ONE_BYTE, TWO_BYTE = 0xBEDE, 0x1000
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
MID_ID = 1
VP8_KEY_FRAME = bytes.fromhex("10 00000000 9d012a 8002 e001") + bytes(20)


@dataclass(slots=True)
class Stream:
    """What a producer announces, and packets of it, each with the next sequence number."""

    ssrc: int
    mid: str = "0"
    codec: str = "VP8"
    payload_type: int = 96
    sequence: int = 1000
    timestamp: int = 0

    @property
    def rtx_ssrc(self) -> int:
        return self.ssrc + 1

    @property
    def rtx_payload_type(self) -> int:
        return self.payload_type + 1

    def rtp_parameters(self) -> dict[str, object]:
        feedback = [{"type": "nack"}, {"type": "nack", "parameter": "pli"}]
        media = {
            "mimeType": f"video/{self.codec}",
            "payloadType": self.payload_type,
            "clockRate": 90_000,
            "parameters": _PARAMETERS.get(self.codec, {}),
            "rtcpFeedback": feedback,
        }
        rtx = {
            "mimeType": "video/rtx",
            "payloadType": self.rtx_payload_type,
            "clockRate": 90_000,
            "parameters": {"apt": self.payload_type},
        }
        return {
            "mid": self.mid,
            "codecs": [media, rtx],
            "headerExtensions": [{"uri": MID_URI, "id": MID_ID}],
            "encodings": [{"ssrc": self.ssrc, "rtx": {"ssrc": self.rtx_ssrc}}],
            "rtcp": {"cname": "attacker"},
        }

    def packet(
        self,
        payload: bytes = VP8_KEY_FRAME,
        *,
        flags: int = 0,
        after_header: bytes = b"",
        ssrc: int | None = None,
        payload_type: int | None = None,
    ) -> bytes:
        """A packet. `flags` are those of the first byte, `after_header` CSRCs and extension."""
        self.sequence += 1
        self.timestamp += 3000
        fixed = struct.pack(
            "!BBHII",
            0x80 | flags,
            self.payload_type if payload_type is None else payload_type,
            self.sequence % 2**16,
            self.timestamp % 2**32,
            self.ssrc if ssrc is None else ssrc,
        )
        return fixed + after_header + payload

    def retransmission(self, payload: bytes) -> bytes:
        """A packet of the RTX stream (RFC 4588)."""
        return self.packet(payload, ssrc=self.rtx_ssrc, payload_type=self.rtx_payload_type)


def extension(profile: int, data: bytes, *, words: int | None = None) -> bytes:
    """A header extension whose length field says `words`, or the truth."""
    return struct.pack("!HH", profile, len(data) // 4 if words is None else words) + data


def mid_extension(mid: str) -> bytes:
    element = bytes([MID_ID << 4 | len(mid) - 1]) + mid.encode()
    return extension(ONE_BYTE, element + bytes(-len(element) % 4))


def header_length(packet: bytes) -> int:
    """How much of a packet SRTP leaves plain, by what the packet says of itself."""
    length = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & EXTENSION and len(packet) >= length + 4:
        length += 4 + 4 * int.from_bytes(packet[length + 2 : length + 4], "big")
    return min(length, len(packet))


def is_rtp(datagram: bytes) -> bool:
    """Tells RTP from all else that shares its port (RFC 7983, RFC 5761 s.4)."""
    return len(datagram) >= 12 and 128 <= datagram[0] < 192 and not 192 <= datagram[1] < 224


# RFC 6184 s.8.2.2: what the router has, and browsers send.
_PARAMETERS: dict[str, dict[str, object]] = {
    "H264": {
        "packetization-mode": 1,
        "profile-level-id": "42e01f",
        "level-asymmetry-allowed": 1,
    }
}
