"""What the client counts, as it counts it itself: nothing of this is the worker's word."""

from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sfu._json import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedStats:
    """Counts and measures of one received track since it was subscribed to.

    Attributes:
        frames: Frames that a decoder could show, complete and unchanged; packets for audio.
        key_frames: Key frames among them.
        frames_dropped: Frames given up: incomplete, or what they refer to was.
        packets: Packets, each once, those that came by retransmission included.
        bytes: RTP payload of those packets.
        lost: Packets between the first and the last that have not come, not even again.
        duplicates: Packets that were there before.
        corrupt: Packets that are not as they were sent, or not of the codec.
        padding: Packets of padding without payload.
        rtx: Retransmissions that came on the RTX stream.
        nacks: NACK messages sent.
        plis: Key frames asked for.
        jitter: Interarrival jitter in seconds (RFC 3550).
        bitrate: Payload bits a second over the last second.
        latency: Seconds from the making of a frame to its completion; averaged over about 16.
        latency_max: The greatest of them.
        sender_reports: Sender reports received.
        clock_offset: By how many seconds the sender reports' clock is ahead of the sender's own:
            the same for all tracks of one peer when lip sync holds.
        sources: The identities that the frames carry, in order of appearance.
        layer: The simulcast encoding of the last frame.
        last_frame: The number of the last frame.
        ended: The sender has said goodbye (RTCP BYE).
    """

    frames: int
    key_frames: int
    frames_dropped: int
    packets: int
    bytes: int
    lost: int
    duplicates: int
    corrupt: int
    padding: int
    rtx: int
    nacks: int
    plis: int
    jitter: float
    bitrate: float
    latency: float | None
    latency_max: float | None
    sender_reports: int
    clock_offset: float | None
    sources: tuple[str, ...]
    layer: int | None
    last_frame: int | None
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SentStats:
    """Counts of one encoding of a published track.

    Attributes:
        ssrc: Its SSRC.
        rid: Its RTP stream id, of a simulcast.
        frames: Frames made.
        key_frames: Key frames among them.
        packets: Packets sent for the first time.
        bytes: RTP payload of those packets.
        rtx: Packets sent again.
        nacks: NACK messages received.
        plis: PLI received.
        firs: FIR received.
        reports: Report blocks received.
        remote_lost: Packets that the worker says are lost.
        remote_fraction_lost: The share lost since the report before, 0 to 1.
        remote_jitter: The jitter that the worker reports, in RTP ticks.
        round_trip: Seconds, from the last report (RFC 3550 s.6.4.1).
    """

    ssrc: int
    rid: str | None
    frames: int
    key_frames: int
    packets: int
    bytes: int
    rtx: int
    nacks: int
    plis: int
    firs: int
    reports: int
    remote_lost: int
    remote_fraction_lost: float
    remote_jitter: int
    round_trip: float | None


Stats = TypeVar("Stats", ReceivedStats, SentStats)


def from_json(kind: type[Stats], counts: JsonObject) -> Stats:
    """Takes the JSON of `rust/peer/src/receive/stats.rs` or `send/track.rs`."""
    members: dict[str, Any] = {
        field.name: _frozen(counts[_camel(field.name)]) for field in fields(kind)
    }
    return kind(**members)


def _frozen(value: Json) -> object:
    return tuple(value) if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
