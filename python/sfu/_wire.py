"""Parameters as programs give them: dataclasses of `sfu.parameters`, or the JSON they stand for."""

from collections.abc import Mapping
from typing import TypeAlias

from sfu._json import JsonObject, clone_object
from sfu.parameters import Parameters

Given: TypeAlias = Parameters | Mapping[str, object]


def to_wire(given: Given) -> JsonObject:
    """Gives a copy of the JSON.

    Raises:
        TypeError: It is neither parameters nor a JSON object.
    """
    return given.to_json() if isinstance(given, Parameters) else clone_object(given)
