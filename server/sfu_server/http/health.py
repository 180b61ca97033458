"""`/healthz`: whether the server can do its work, for whatever watches it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from quart import Blueprint, Response

from sfu_server.http.envelope import answer
from sfu_server.media import WorkerPool
from sfu_server.rooms import Rooms
from sfu_server.stream_service import StreamService

if TYPE_CHECKING:
    from pydantic import JsonValue


def health(workers: WorkerPool, rooms: Rooms, service: StreamService | None) -> Blueprint:
    """Answers 200 while a worker runs, 503 if none does.

    The status is `ok` if all workers run and the broker, if there is to be one, is consumed and
    takes answers; else `degraded`, or `down`.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    async def healthz() -> Response:
        found = await workers.health()
        status = _status([one.running for one in found], service)
        body: dict[str, JsonValue] = {
            "status": status,
            "rooms": len(rooms),
            "attendees": sum(len(room.attendees) for room in rooms),
            "workers": [cast("JsonValue", asdict(one)) for one in found],
        }
        if service is not None:
            body |= {"streams": len(service.streams), "peers": service.streams.peers}
            body["broker"] = cast("JsonValue", asdict(service.health))
        return answer(503 if status == "down" else 200, body)

    return blueprint


def _status(running: list[bool], service: StreamService | None) -> str:
    served = service is None or service.health.serves
    if all(running) and served:
        return "ok"
    return "degraded" if any(running) else "down"
