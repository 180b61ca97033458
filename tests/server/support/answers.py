"""The form that all answers have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from pydantic import JsonValue

Json: TypeAlias = dict[str, JsonValue]

PATIENCE = 20
"""Seconds to wait for what must come; never for what must not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    http_status: int
    headers: Mapping[str, str]
    result: Json

    @property
    def succeeded(self) -> bool:
        return self.http_status == 200

    @property
    def error(self) -> str:
        return cast("str", self.result["error"])


def read_answer(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """Checks the form of an answer."""
    assert headers["content-type"] == "application/json"
    body = json.loads(content)
    assert set(body) == {"status", "result"}
    assert body["status"] == ("success" if status == 200 else "failed")
    if status != 200:
        assert set(body["result"]) == {"error", "message"}
    return Answer(status, headers, body["result"])
