"""One worker's engine as its objects see it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from sfu._channel import Channel
from sfu._json import JsonObject


@dataclass(eq=False, slots=True)
class Engine:
    """The channel to the engine, and what its objects share.

    Attributes:
        channel: Commands and answers.
        transports: Who takes the events of a transport, by its id in the engine.
    """

    channel: Channel
    transports: dict[int, Callable[[JsonObject], None]] = field(default_factory=dict)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def next_id(self) -> int:
        """An id that no object of the worker ever had."""
        return next(self._ids)
