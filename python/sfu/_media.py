"""Names that producers and consumers share."""

from typing import Literal, TypeAlias

MediaKind: TypeAlias = Literal["audio", "video"]
RtpType: TypeAlias = Literal["simple", "simulcast", "svc"]
"""One stream; several of one source; one of several layers."""
