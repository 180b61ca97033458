"""JSON from clients: parsed once into checked types; code behind it relies on them."""

from typing import Annotated, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, JsonValue, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from sfu_server.conference import ErrorCode, RoomError

MAX_NAME = 256
"""In characters."""

Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
"""What names a room, an attendee, a type, or a producer."""

MAX_NESTING = 32
"""Levels of arrays and objects; mediasoup's parameters have 6."""


class Message(BaseModel):
    """The base of what clients send: camelCase, no conversions.

    Fields that are not known are ignored: clients may be newer than the server.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        strict=True,
    )


MessageType = TypeVar("MessageType", bound=Message)


def parse_json(text: str | bytes) -> JsonValue:
    """Reads JSON as in RFC 8259 (no NaN), nested at most `MAX_NESTING` deep.

    Raises:
        RoomError: `invalid_parameter`.
    """
    try:
        value = cast("JsonValue", from_json(text, allow_inf_nan=False))
    except ValueError as error:
        raise RoomError(ErrorCode.INVALID_PARAMETER, "not JSON") from error
    if _deeper_than(value, MAX_NESTING):
        raise RoomError(ErrorCode.INVALID_PARAMETER, "JSON nested too deep")
    return value


def parse_message(kind: type[MessageType], value: object) -> MessageType:
    """Checks that `value` is a message of this kind.

    Raises:
        RoomError: `invalid_parameter`; the message names the first field that is wrong, without its
            value.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(str(step) for step in first["loc"])
        message = f"{path}: {first['msg']}" if path else first["msg"]
        raise RoomError(ErrorCode.INVALID_PARAMETER, message) from error


def _deeper_than(value: JsonValue, levels: int) -> bool:
    if not isinstance(value, list | dict):
        return False
    if levels == 0:
        return True
    items = value.values() if isinstance(value, dict) else value
    return any(_deeper_than(item, levels - 1) for item in items)
