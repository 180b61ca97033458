"""What attendees are told, as values.

`method` is the notification's name; the fields are its data, in snake_case.
"""

from dataclasses import dataclass
from typing import ClassVar

from sfu_server.conference import Json


@dataclass(frozen=True, slots=True)
class Notice:
    """The base of all notifications."""

    method: ClassVar[str]


@dataclass(frozen=True, slots=True)
class UserJoined(Notice):
    """Somebody is here."""

    method = "userJoined"
    user: str


@dataclass(frozen=True, slots=True)
class UserLeft(Notice):
    """Somebody, and all that they sent, is gone."""

    method = "userLeft"
    user: str


@dataclass(frozen=True, slots=True)
class ProducerAdded(Notice):
    """Somebody sends something more."""

    method = "producerAdded"
    user: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class ProducerRemoved(Notice):
    """Somebody stopped sending something."""

    method = "producerRemoved"
    user: str
    type: str


@dataclass(frozen=True, slots=True)
class ProducerPaused(Notice):
    """Something is not sent for a while."""

    method = "producerPaused"
    user: str
    type: str


@dataclass(frozen=True, slots=True)
class ProducerResumed(Notice):
    """Something is sent again."""

    method = "producerResumed"
    user: str
    type: str


@dataclass(frozen=True, slots=True)
class ConsumerClosed(Notice):
    """What the attendee received from a producer has ended with it."""

    method = "consumerClosed"
    id: str
    producer_id: str


@dataclass(frozen=True, slots=True)
class ProducerScore(Notice):
    """What the attendee sends comes better or worse: mediasoup's `ProducerScore`s."""

    method = "producerScore"
    user: str
    type: str
    id: str
    score: list[Json]


@dataclass(frozen=True, slots=True)
class ConsumerScore(Notice):
    """What the attendee receives, or its producer, gets through better or worse."""

    method = "consumerScore"
    id: str
    producer_id: str
    score: int
    producer_score: int


@dataclass(frozen=True, slots=True)
class ConsumerLayersChanged(Notice):
    """The attendee receives another layer of a simulcast producer; None is nothing."""

    method = "consumerLayersChanged"
    id: str
    producer_id: str
    spatial_layer: int | None
    temporal_layer: int | None


@dataclass(frozen=True, slots=True)
class Refused(Notice):
    """A message of the attendee's own was not acted on."""

    method = "error"
    error: str
    message: str
    refused_method: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification and who gets it."""

    recipients: tuple[str, ...]
    notice: Notice
