"""JSON as Python has it: the one type that crosses into and out of this package unparsed."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias, cast

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]


def clone(value: object) -> Json:
    """Deep-copies a JSON value; tuples become lists and mappings dicts.

    Raises:
        TypeError: It is not JSON all the way down.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list() | tuple():
            return [clone(element) for element in cast("Iterable[object]", value)]
        case Mapping():
            items = cast("Mapping[object, object]", value).items()
            return {_key(key): clone(element) for key, element in items}
        case _:
            raise _not("JSON", value)


def clone_object(value: object) -> JsonObject:
    """Deep-copies a JSON object.

    Raises:
        TypeError: It is not a mapping, or not JSON all the way down.
    """
    copy = clone(value)
    if not isinstance(copy, dict):
        raise _not("a JSON object", value)
    return copy


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise _not("a JSON key", key)
    return key


def _not(wanted: str, value: object) -> TypeError:
    return TypeError(f"{type(value).__name__} is not {wanted}")
