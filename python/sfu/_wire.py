"""Parameters as programs give them: dataclasses of `sfu.parameters`, or the JSON they stand for."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from sfu._json import JsonObject, clone_object


class ToJson(Protocol):
    """A dataclass of `sfu.parameters`."""

    def to_json(self) -> JsonObject:
        """Gives mediasoup's JSON."""


Parameters: TypeAlias = ToJson | Mapping[str, object]


def to_wire(parameters: Parameters) -> JsonObject:
    """Gives a copy of the JSON.

    Raises:
        TypeError: It is neither such a dataclass nor a JSON object.
    """
    if isinstance(parameters, Mapping):
        return clone_object(parameters)
    to_json = getattr(parameters, "to_json", None)
    if to_json is None:
        message = f"{type(parameters).__name__} is neither parameters nor a JSON object"
        raise TypeError(message)
    return parameters.to_json()
