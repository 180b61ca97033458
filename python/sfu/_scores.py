"""How well media gets through, from 0 (nothing comes) to 10 (everything does); and its layers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from sfu._json import JsonObject


@dataclass(frozen=True, slots=True)
class ProducerScore:
    """How well one RTP stream of a producer comes from its client.

    Attributes:
        encoding_idx: The place of its encoding in the producer's `rtp_parameters`.
        ssrc: Its SSRC.
        score: 0 to 10.
        rid: Its RTP stream id, if it has one.
    """

    encoding_idx: int
    ssrc: int
    score: int
    rid: str | None = None

    @classmethod
    def from_json(cls, score: JsonObject) -> Self:
        """Takes mediasoup's JSON `{"encodingIdx", "ssrc", "rid"?, "score"}`."""
        return cls(
            cast("int", score["encodingIdx"]),
            cast("int", score["ssrc"]),
            cast("int", score["score"]),
            cast("str | None", score.get("rid")),
        )

    def to_json(self) -> JsonObject:
        """Gives mediasoup's JSON."""
        rid: JsonObject = {} if self.rid is None else {"rid": self.rid}
        return {"encodingIdx": self.encoding_idx, "ssrc": self.ssrc, **rid, "score": self.score}


@dataclass(frozen=True, slots=True)
class ConsumerScore:
    """How well a consumer reaches its client, and how well what it consumes reaches us.

    Attributes:
        score: 0 to 10, from the client's reception reports; 10 before the first.
        producer_score: That of the producer's stream which is forwarded; 0 if it has not come.
        producer_scores: One an encoding of the producer.
    """

    score: int
    producer_score: int
    producer_scores: tuple[int, ...]

    @classmethod
    def from_json(cls, score: JsonObject) -> Self:
        """Takes mediasoup's JSON `{"score", "producerScore", "producerScores"}`."""
        return cls(
            cast("int", score["score"]),
            cast("int", score["producerScore"]),
            tuple(cast("list[int]", score["producerScores"])),
        )

    def to_json(self) -> JsonObject:
        """Gives mediasoup's JSON."""
        return {
            "score": self.score,
            "producerScore": self.producer_score,
            "producerScores": [*self.producer_scores],
        }


@dataclass(frozen=True, slots=True)
class ConsumerLayers:
    """Layers of a simulcast or SVC producer, counted from 0, the lowest.

    Attributes:
        spatial_layer: The resolution.
        temporal_layer: The frame rate; the highest if None.
    """

    spatial_layer: int
    temporal_layer: int | None = None

    def __post_init__(self) -> None:
        """Checks that layers are natural numbers."""
        check_natural(self.spatial_layer)
        if self.temporal_layer is not None:
            check_natural(self.temporal_layer)

    @classmethod
    def from_json(cls, layers: Mapping[str, int]) -> Self:
        """Takes mediasoup's JSON `{"spatialLayer", "temporalLayer"?}`.

        Raises:
            TypeError: It is not of this form.
        """
        if "spatialLayer" not in layers:
            raise TypeError("layers have a spatialLayer")
        return cls(layers["spatialLayer"], layers.get("temporalLayer"))


def check_natural(number: object) -> None:
    """Checks that it is a natural number.

    Raises:
        TypeError: It is not.
    """
    if type(number) is not int or number < 0:
        message = f"a natural number is wanted, not {number!r}"
        raise TypeError(message)
