"""The way between a frozen dataclass and its JSON."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from types import UnionType
from typing import Any, Literal, NamedTuple, Self, Union, cast, get_args, get_origin, get_type_hints

from typing_extensions import TypeIs

from sfu._json import Json, JsonObject, clone, clone_object


@dataclass(frozen=True, slots=True)
class Parameters:
    """What all parameters have.

    Attributes:
        extra: What was written beside the fields: unknown keys, and known ones that hold null or
            the field's default. `to_json` writes it again, so that what came in goes out.
    """

    extra: Mapping[str, Json] = field(default_factory=dict[str, Json], kw_only=True)

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Self:
        """Reads the wire's JSON.

        Raises:
            TypeError: A key is missing or mistyped.
        """
        extra = clone_object(value)
        known: dict[str, Any] = {}
        for member in _members(cls):
            given = extra.get(member.key)
            if given is not None:
                known[member.name] = _parsed(member.hint, given, member.key)
                if known[member.name] != member.default:
                    del extra[member.key]
            elif member.default is MISSING:
                raise _mistyped(member.key, given)
        return cls(**known, extra=extra)

    def to_json(self) -> JsonObject:
        """Writes the wire's JSON."""
        written = dict(self.extra)
        for member in _members(type(self)):
            value = getattr(self, member.name)
            if value != member.default:
                written[member.key] = _written(value)
        return clone_object(written)


class _Member(NamedTuple):
    name: str
    key: str
    hint: object
    default: object


_MEMBERS: dict[type[Parameters], tuple[_Member, ...]] = {}


def _members(cls: type[Parameters]) -> tuple[_Member, ...]:
    if cls not in _MEMBERS:
        hints = get_type_hints(cls)
        own = (each for each in fields(cls) if each.name != "extra")
        _MEMBERS[cls] = tuple(_member(each, hints[each.name]) for each in own)
    return _MEMBERS[cls]


def _member(declared: Field[Any], hint: object) -> _Member:
    default = declared.default
    if declared.default_factory is not MISSING:
        default = declared.default_factory()
    key = declared.metadata.get("key", _camel_case(declared.name))
    return _Member(declared.name, key, hint, default)


def _parsed(hint: object, given: Json, key: str) -> object:
    if get_origin(hint) in _UNIONS:
        return _parsed(get_args(hint)[0], given, key)
    if get_origin(hint) is tuple and isinstance(given, list):
        return tuple(_parsed(get_args(hint)[0], element, key) for element in given)
    if _is_parameters(hint) and isinstance(given, dict):
        return hint.from_json(given)
    if not _is_plain(hint, given):
        raise _mistyped(key, given)
    return given


def _is_parameters(hint: object) -> TypeIs[type[Parameters]]:
    return isinstance(hint, type) and issubclass(hint, Parameters)


def _is_plain(hint: object, given: Json) -> bool:
    if get_origin(hint) is Literal:
        return given in get_args(hint)
    if get_origin(hint) is Mapping:
        return isinstance(given, dict)
    if isinstance(given, bool):
        return hint is bool
    return isinstance(given, _SCALARS.get(hint, ()))


# What `X | None` is depends on what X is.
_UNIONS = (Union, UnionType)
_SCALARS: dict[object, tuple[type, ...]] = {str: (str,), int: (int,), float: (int, float)}


def _written(value: object) -> Json:
    if isinstance(value, Parameters):
        return value.to_json()
    if isinstance(value, tuple):
        return [_written(element) for element in cast("tuple[object, ...]", value)]
    return clone(value)


def _mistyped(key: str, given: Json) -> TypeError:
    return TypeError(f"{key}: unexpected {type(given).__name__}")


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))
