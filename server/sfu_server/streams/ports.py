"""What streams ask of the broker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

MEDIA_SERVER_QUEUE = "media_server_queue"
"""Operations, from the API server."""
API_SERVER_QUEUE = "api_server_queue"
"""Answers, to the API server."""
DEAD_LETTER_QUEUE = "media_server_queue.dead"
"""What cannot be read as an operation."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that the broker handed over and still keeps."""

    body: bytes
    message_id: str | None
    """What its publisher named it, if anything."""
    redelivered: bool
    """Whether the broker may have handed it over before."""
    connection: int
    """Counts connections: on a later one the broker hands over anew what it keeps."""
    tag: int
    """Names the delivery within its connection."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A message on its way to a queue."""

    queue: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class PublishError(Exception):
    """The broker did not confirm in time; it may have the messages nevertheless."""


class Broker(Protocol):
    """Where deliveries come from: whoever runs it is called with each, in order."""

    def is_current(self, delivery: Delivery) -> bool:
        """Whether the connection that it came by still stands, so that it can be acknowledged."""

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Publishes in order and waits until the broker has confirmed all.

        While the broker is away it waits, and repeats what was not confirmed.

        Raises:
            PublishError: It took too long.
        """

    async def settle(self, delivery: Delivery, publications: Sequence[Publication]) -> None:
        """Publishes as `publish` does, then acknowledges the delivery if it is current.

        Raises:
            PublishError: It took too long; the delivery is then not acknowledged.
        """

    def hand_back(self, delivery: Delivery) -> None:
        """Has the broker deliver it again."""
