"""One worker's engine as its objects see it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar, cast

from sfu._channel import Channel
from sfu._json import Json, JsonObject

Report = TypeVar("Report", JsonObject, list[Json])


@dataclass(eq=False, slots=True)
class Engine:
    """The channel to the engine, and what its objects share.

    Attributes:
        channel: Commands and answers.
        transports: Who takes the events of a transport, by its number.
        names: The program's ids of the open objects, by their number.
    """

    channel: Channel
    transports: dict[int, Callable[[JsonObject], None]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def next_number(self) -> int:
        """A number that no object of the worker ever had."""
        return next(self._numbers)

    def with_names(self, report: Report) -> Report:
        """Puts the program's ids in the place of numbers in a dump or statistics."""
        return cast("Report", self._named(report))

    def _named(self, value: Json, key: str = "") -> Json:
        match value:
            case dict():
                return {name: self._named(member, name) for name, member in value.items()}
            case list():
                return [self._named(element, key.removesuffix("s")) for element in value]
            case int() if key == "id" or key.endswith("Id"):
                return self.names.get(value, value)
            case _:
                return value
