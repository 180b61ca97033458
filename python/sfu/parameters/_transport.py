"""How a peer and a transport find and trust each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sfu._json import Json
from sfu.parameters._base import Parameters
from sfu.parameters._sctp import SctpParameters

DtlsRole: TypeAlias = Literal["auto", "client", "server"]


@dataclass(frozen=True, slots=True)
class DtlsFingerprint(Parameters):
    """A hash of a certificate (RFC 8122 s.5).

    Attributes:
        algorithm: `sha-1`, `sha-224`, `sha-256`, `sha-384` or `sha-512`.
        value: Hex pairs with colons between them.
    """

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class DtlsParameters(Parameters):
    """One side's part in the DTLS handshake (RFC 5763).

    Attributes:
        fingerprints: Of the side's certificate.
        role: The role that the side takes.
    """

    fingerprints: tuple[DtlsFingerprint, ...]
    role: DtlsRole = "auto"


@dataclass(frozen=True, slots=True)
class IceParameters(Parameters):
    """A transport's ICE credentials (RFC 8445 s.5.3)."""

    username_fragment: str
    password: str
    ice_lite: bool = False


@dataclass(frozen=True, slots=True)
class IceCandidate(Parameters):
    """An address of a transport (RFC 8445 s.5.1).

    Attributes:
        foundation: Alike for candidates of one kind and base.
        priority: Higher is better.
        protocol: `udp` or `tcp`.
        port: The port.
        address: An IP address or a host name.
        ip: The same, under the older name that clients still read.
        type: `host`; an ICE-lite side has no others.
        tcp_type: `passive` (RFC 6544), of TCP.
    """

    foundation: str
    priority: int
    protocol: Literal["udp", "tcp"]
    port: int
    address: str | None = None
    ip: str | None = None
    type: str = "host"
    tcp_type: str | None = None


@dataclass(frozen=True, slots=True)
class TransportOptions(Parameters):
    """What a client's transport is made of: the argument of `device.createSendTransport`.

    Attributes:
        id: The transport's.
        ice_parameters: Its credentials.
        ice_candidates: Its addresses.
        dtls_parameters: Its certificate and role.
        sctp_parameters: Where it carries data channels.
        ice_servers: STUN and TURN servers, as in `RTCConfiguration`.
    """

    id: str
    ice_parameters: IceParameters
    ice_candidates: tuple[IceCandidate, ...]
    dtls_parameters: DtlsParameters
    sctp_parameters: SctpParameters | None = None
    ice_servers: tuple[Mapping[str, Json], ...] = field(default=())
