"""The one form of all answers: `{"status": "success"|"failed", "result": ...}`."""

import json

from pydantic import JsonValue
from quart import Response

from sfu_server.conference import ErrorCode, Json, RoomError

STATUS: dict[ErrorCode, int] = {
    ErrorCode.INVALID_PARAMETER: 400,
    ErrorCode.UNKNOWN_METHOD: 400,
    ErrorCode.ROOM_NOT_FOUND: 404,
    ErrorCode.ATTENDEE_NOT_FOUND: 404,
    ErrorCode.TRANSPORT_NOT_FOUND: 404,
    ErrorCode.PRODUCER_NOT_FOUND: 404,
    ErrorCode.CONSUMER_NOT_FOUND: 404,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.REQUEST_TIMEOUT: 408,
    ErrorCode.PRODUCER_EXISTS: 409,
    ErrorCode.TRANSPORT_ALREADY_CONNECTED: 409,
    ErrorCode.BODY_TOO_LARGE: 413,
    ErrorCode.CANNOT_PRODUCE: 422,
    ErrorCode.CANNOT_CONSUME: 422,
    ErrorCode.LIMIT_EXCEEDED: 429,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.MEDIA_UNAVAILABLE: 503,
    ErrorCode.SHUTTING_DOWN: 503,
}
"""The HTTP status of each error."""


def success(result: Json) -> Response:
    """Answers what was asked for."""
    return answer(200, {"status": "success", "result": result})


def failure(error: RoomError) -> Response:
    """Answers why it was refused."""
    result: Json = {"error": error.code.value, "message": error.message}
    return answer(STATUS[error.code], {"status": "failed", "result": result})


def answer(status: int, body: dict[str, JsonValue]) -> Response:
    """Answers JSON that no cache may keep."""
    response = Response(json.dumps(body), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
