"""Data channels over SCTP (RFC 8831)."""

from dataclasses import dataclass, field

from sfu.parameters._base import Parameters


@dataclass(frozen=True, slots=True)
class SctpParameters(Parameters):
    """A transport's SCTP association.

    Attributes:
        port: Always 5000.
        outgoing_streams: How many streams it opens at most.
        incoming_streams: How many streams it takes at most.
        max_message_size: In bytes, under the older name that clients still read.
        max_send_message_size: In bytes.
        max_receive_message_size: In bytes.
    """

    port: int
    outgoing_streams: int = field(metadata={"key": "OS"})
    incoming_streams: int = field(metadata={"key": "MIS"})
    max_message_size: int | None = None
    max_send_message_size: int | None = None
    max_receive_message_size: int | None = None


@dataclass(frozen=True, slots=True)
class SctpStreamParameters(Parameters):
    """One data channel (RFC 8832).

    Attributes:
        stream_id: The SCTP stream's.
        ordered: Whether messages arrive in order; if not given, unless retransmission is limited.
        max_packet_life_time: For how many milliseconds a message is sent again; excludes the next.
        max_retransmits: How often a message is sent again.
        label: The application's name of it.
        protocol: The application's protocol in it.
    """

    stream_id: int
    ordered: bool | None = None
    max_packet_life_time: int | None = None
    max_retransmits: int | None = None
    label: str | None = None
    protocol: str | None = None
