#!/usr/bin/env python3
"""Writes docs/streams.asyncapi.yaml from the server's own message types."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml
from pydantic import BaseModel
from sfu_server.streams.messages import ANSWERS, OPERATIONS
from sfu_server.streams.ports import API_SERVER_QUEUE, DEAD_LETTER_QUEUE, MEDIA_SERVER_QUEUE

Json: TypeAlias = dict[str, Any]

FILE = Path(__file__).parent.parent / "docs" / "streams.asyncapi.yaml"
SCHEMAS = "#/components/schemas/"


def document() -> Json:
    """The AsyncAPI 3 document."""
    operations = tuple(OPERATIONS.values())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Streams",
            "version": "1.0.0",
            "description": "Operations and answers between an API server and the media server, in "
            "mediasoup's types. docs/streams-api.md says what they do.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "operations": _channel(
                MEDIA_SERVER_QUEUE, "From the API server to the media server.", operations
            ),
            "answers": _channel(
                API_SERVER_QUEUE, "From the media server to the API server.", ANSWERS
            ),
            "deadLetters": {
                "address": DEAD_LETTER_QUEUE,
                "description": "What is no operation, byte for byte; the header x-reason says why.",
                "messages": {"DeadLetter": {"$ref": "#/components/messages/DeadLetter"}},
                "bindings": _queue(DEAD_LETTER_QUEUE),
            },
        },
        "operations": {
            "takeOperations": {"action": "receive", "channel": {"$ref": "#/channels/operations"}},
            "giveAnswers": {"action": "send", "channel": {"$ref": "#/channels/answers"}},
            "buryUnreadable": {"action": "send", "channel": {"$ref": "#/channels/deadLetters"}},
        },
        "components": {
            "messages": {
                **{kind.__name__: _message(kind) for kind in (*operations, *ANSWERS)},
                "DeadLetter": {
                    "summary": "A message that is no operation.",
                    "headers": {
                        "type": "object",
                        "properties": {"x-reason": {"type": "string"}},
                        "required": ["x-reason"],
                    },
                    "payload": {},
                },
            },
            "schemas": {**_schemas(operations, "validation"), **_schemas(ANSWERS, "serialization")},
        },
    }


def _channel(queue: str, description: str, kinds: Iterable[type[BaseModel]]) -> Json:
    names = [kind.__name__ for kind in kinds]
    return {
        "address": queue,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": _queue(queue),
    }


def _queue(name: str) -> Json:
    queue = {"name": name, "durable": True, "exclusive": False, "autoDelete": False}
    return {"amqp": {"is": "queue", "queue": queue, "bindingVersion": "0.3.0"}}


def _message(kind: type[BaseModel]) -> Json:
    return {
        "summary": kind.__doc__,
        "payload": {"$ref": SCHEMAS + kind.__name__},
        "bindings": {"amqp": {"contentEncoding": "utf-8", "bindingVersion": "0.3.0"}},
    }


def _schemas(
    kinds: Iterable[type[BaseModel]], mode: Literal["validation", "serialization"]
) -> Json:
    found: Json = {}
    for kind in kinds:
        schema = kind.model_json_schema(ref_template=SCHEMAS + "{model}", mode=mode)
        found |= schema.pop("$defs", {})
        # The server always says which it is, though its type need not be told.
        schema["properties"]["op"].pop("default", None)
        schema["required"] = ["op", *(name for name in schema["required"] if name != "op")]
        found[kind.__name__] = schema
    return dict(sorted((name, _plain(schema)) for name, schema in found.items()))


def _plain(schema: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Without what Pydantic says about itself: titles of fields, and defaults of null."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _plain(value)
        for key, value in schema.items()
        if (key, value) != ("default", None) and not (key == "title" and isinstance(value, str))
    }


def text() -> str:
    """The document as it is written."""
    head = "# Made by scripts/asyncapi.py from the server's message types; a test compares them.\n"
    body = yaml.safe_dump(document(), sort_keys=False, width=100, allow_unicode=True)
    return head + re.sub(r"[ \t]+$", "", body, flags=re.MULTILINE)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
