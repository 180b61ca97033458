"""`/healthz`: whether the server can do its work, for whatever watches it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from quart import Blueprint, Response

from sfu_server.http.envelope import answer
from sfu_server.media import WorkerPool
from sfu_server.rooms import Rooms

if TYPE_CHECKING:
    from pydantic import JsonValue


def health(workers: WorkerPool, rooms: Rooms) -> Blueprint:
    """Answers 200 while a worker runs (`ok` if all do, else `degraded`), 503 if none does."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    async def healthz() -> Response:
        found = await workers.health()
        status = _status([one.running for one in found])
        body: dict[str, JsonValue] = {
            "status": status,
            "rooms": len(rooms),
            "attendees": sum(len(room.attendees) for room in rooms),
            "workers": [cast("JsonValue", asdict(one)) for one in found],
        }
        return answer(503 if status == "down" else 200, body)

    return blueprint


def _status(running: list[bool]) -> str:
    if all(running):
        return "ok"
    return "degraded" if any(running) else "down"
