"""One worker's engine as its objects see it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
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
        takers: Who takes the events of an object, by its number.
        names: The program's ids of the open objects, by their number.
    """

    channel: Channel
    takers: dict[int, Callable[[JsonObject], None]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    _early: dict[int, list[JsonObject]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def next_number(self) -> int:
        """A number that no object of the worker ever had."""
        return next(self._numbers)

    @contextmanager
    def expecting(self, number: int) -> Generator[None]:
        """Keeps the events of an object that the engine has sooner than the program, for `take`."""
        self._early[number] = []
        try:
            yield
        finally:
            del self._early[number]

    def take(self, number: int, taker: Callable[[JsonObject], None]) -> None:
        """Gives an object's events to `taker` from now on, and first those that came early."""
        self.takers[number] = taker
        for event in self._early.get(number, ()):
            taker(event)

    def deliver(self, event: JsonObject) -> None:
        """Gives an event to the object that it is about, unless that is closed."""
        about = next(kind for kind in _KINDS if kind in event)
        number = cast("int", event[about])
        if number in self.takers:
            self.takers[number](event)
        elif number in self._early:
            self._early[number].append(event)

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


# What an event names as its object.
_KINDS = ("transport", "producer", "consumer")
