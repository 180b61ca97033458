"""JSON values as JavaScript sees them.

What mediasoup makes of a broken object follows from its language: which values count as absent,
what `===` compares, what can be iterated. The rules are kept here, so that the rest is Python.
"""

import enum
import json
import math
import re
import reprlib
from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeAlias, TypeGuard

from sfu._json import Json, JsonObject


class Undefined(enum.Enum):
    """The type of `UNDEFINED`."""

    UNDEFINED = enum.auto()


UNDEFINED: Final[Literal[Undefined.UNDEFINED]] = Undefined.UNDEFINED
"""What a missing key holds; unlike `None`, which was sent."""

Value: TypeAlias = "Json | Undefined"


def mistyped(what: str, value: Value) -> TypeError:
    """Makes the error for a value that is missing, or not of its type."""
    found = "nothing" if value is UNDEFINED else reprlib.repr(value)
    return TypeError(f"{what} expected, found {found}")


def prop(owner: Value, name: str) -> Value:
    """Reads `owner.name`.

    Raises:
        TypeError: The owner is null or undefined.
    """
    if owner is None or owner is UNDEFINED:
        raise mistyped("object of " + name, owner)
    return owner.get(name, UNDEFINED) if isinstance(owner, dict) else UNDEFINED


def put(owner: Value, name: str, value: Value) -> None:
    """Writes `owner.name`. On an array that is allowed, and invisible in JSON.

    Raises:
        TypeError: The owner is neither an object nor an array.
    """
    if not isinstance(owner, list | dict):
        raise mistyped("object of " + name, owner)
    if isinstance(owner, dict):
        if value is UNDEFINED:
            owner.pop(name, None)
        else:
            owner[name] = value


def remove(owner: Value, name: str) -> None:
    """Deletes `owner.name`.

    Raises:
        TypeError: The owner is null or undefined.
    """
    if prop(owner, name) is not UNDEFINED:
        put(owner, name, UNDEFINED)


def defined(members: dict[str, Value]) -> JsonObject:
    """Makes an object of those members that are not undefined."""
    return {name: value for name, value in members.items() if value is not UNDEFINED}


def members(owner: Value) -> list[tuple[str, Json]]:
    """Lists an object's, or an array's, own keys and values."""
    if isinstance(owner, dict):
        return list(owner.items())
    if isinstance(owner, list):
        return [(str(index), element) for index, element in enumerate(owner)]
    return []


def truthy(value: Value) -> bool:
    """Tells whether a value passes as true: `{}` and `[]` do, `0`, `''` and null do not."""
    if isinstance(value, list | dict):
        return True
    if isinstance(value, float) and math.isnan(value):
        return False
    return value is not UNDEFINED and bool(value)


def is_number(value: Value) -> TypeGuard[int | float]:
    """Tells whether `typeof` says number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_string(value: Value) -> TypeGuard[str]:
    """Tells whether `typeof` says string."""
    return isinstance(value, str)


def is_boolean(value: Value) -> TypeGuard[bool]:
    """Tells whether `typeof` says boolean."""
    return isinstance(value, bool)


def is_object(value: Value) -> bool:
    """Tells whether `typeof` says object, which it does of arrays and null."""
    return value is None or isinstance(value, list | dict)


def same(a: Value, b: Value) -> bool:
    """Compares with `===`: no conversions, objects and arrays by identity."""
    if isinstance(a, list | dict) or isinstance(b, list | dict):
        return a is b
    return is_boolean(a) == is_boolean(b) and a == b


def array(value: Value) -> list[Json]:
    """Takes a value on which an array's methods are called.

    Raises:
        TypeError: It is not an array.
    """
    if not isinstance(value, list):
        raise mistyped("array", value)
    return value


def array_or_empty(value: Value) -> list[Json]:
    """Takes an optional array.

    Raises:
        TypeError: It is present and not an array.
    """
    return array(value) if truthy(value) else []


def first(owner: Value, name: str, wanted: Callable[[Json], bool]) -> Value:
    """Finds an element of the array `owner.name`.

    Raises:
        TypeError: It is not an array.
    """
    return next(filter(wanted, array(prop(owner, name))), UNDEFINED)


def elements(value: Value) -> list[Json]:
    """Takes an array whose elements are changed one by one; what has no length counts as empty.

    Raises:
        TypeError: It is a text, whose letters cannot be changed.
    """
    if isinstance(value, str) and value:
        raise mistyped("array", value)
    return value if isinstance(value, list) else []


def at(value: Value, index: int) -> Value:
    """Reads `value[index]`.

    Raises:
        TypeError: The value is null or undefined.
    """
    if value is None or value is UNDEFINED:
        raise mistyped("array", value)
    return value[index] if isinstance(value, list | str) and index < len(value) else UNDEFINED


def iterate(value: Value) -> Iterator[Json]:
    """Walks what `for (... of value)` walks.

    Raises:
        TypeError: It is neither an array nor a string.
    """
    if not isinstance(value, list | str):
        raise mistyped("array", value)
    return iter(value)


def iterate_optional(value: Value) -> Iterator[Json]:
    """Walks what `for (... of value ?? [])` walks.

    Raises:
        TypeError: It is present, and neither an array nor a string.
    """
    return iter(()) if value is None or value is UNDEFINED else iterate(value)


def lower(value: Value) -> str:
    """Puts a string into lower case.

    Raises:
        TypeError: It is not a string.
    """
    if not isinstance(value, str):
        raise mistyped("string", value)
    return value.lower()


def greater(a: Value, b: Value) -> bool:
    """Compares with `>`: strings by their letters, all else as numbers."""
    left, right = (text(side) if isinstance(side, list | dict) else side for side in (a, b))
    if isinstance(left, str) and isinstance(right, str):
        return left > right
    return number(left) > number(right)


def number(value: Value) -> float:
    """Converts to a number; NaN where nothing sensible comes out."""
    match value:
        case None:
            return 0
        case bool() | int() | float():
            return value
        case str() | list() | dict():
            return _number_of_text(text(value))
        case Undefined():
            return math.nan


def text(value: Value) -> str:
    """Converts to a string; what is undefined has none."""
    match value:
        case str():
            return value
        case list():
            return ",".join("" if element is None else text(element) for element in value)
        case dict():
            return "[object Object]"
        case None | bool() | int() | float():
            return json.dumps(value)
        case Undefined():
            return ""


def _number_of_text(value: str) -> float:
    stripped = value.strip()
    if _DECIMAL.fullmatch(stripped):
        return float(stripped)
    return math.nan if stripped else 0


_DECIMAL = re.compile(r"[+-]?(Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)", re.ASCII)
