"""Binds the endpoints to paths and methods, and every failure to the one form of answers."""

from collections.abc import Awaitable, Callable

import structlog
import trio
from quart import Blueprint, Quart, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestTimeout

from sfu_server.http.endpoints import ENDPOINTS, Endpoint
from sfu_server.http.envelope import failure, success
from sfu_server.rooms import ErrorCode, RoomError, Rooms
from sfu_server.wire import parse_json

BASE_PATH = "/api/media/rooms"
MAX_BODY_BYTES = 256 * 1024

log = structlog.stdlib.get_logger(__name__)


def rooms_api(rooms: Rooms, deadline: float) -> Blueprint:
    """The rooms API.

    Args:
        rooms: What it works on.
        deadline: How long one request may take, in seconds.
    """
    blueprint = Blueprint("rooms", __name__, url_prefix=BASE_PATH)
    for endpoint in ENDPOINTS:
        blueprint.add_url_rule(
            f"/{endpoint.name}",
            endpoint.name,
            _view(endpoint, rooms, deadline),
            methods=[endpoint.method],
        )
    return blueprint


def answer_failures(app: Quart) -> None:
    """Gives all failures of an app the one form, whatever the path."""
    app.register_error_handler(RoomError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(trio.TooSlowError, _too_slow)
    app.register_error_handler(Exception, _mistake)
    app.before_request(_read_body)


def _view(endpoint: Endpoint, rooms: Rooms, deadline: float) -> Callable[[], Awaitable[Response]]:
    async def view() -> Response:
        parameters = await _parameters(endpoint)
        with trio.fail_after(deadline):
            return success(await endpoint.carry_out(rooms, parameters))

    return view


async def _parameters(endpoint: Endpoint) -> object:
    if endpoint.method == "GET":
        return request.args.to_dict()
    return parse_json(await request.get_data(as_text=False, parse_form_data=False))


async def _read_body() -> None:
    # An answer before the end of the body would leave the connection in the middle of a request.
    await request.get_data(as_text=False, parse_form_data=False)


async def _refused(error: RoomError) -> Response:
    return failure(error)


async def _too_slow(error: trio.TooSlowError) -> Response:
    log.warning("media worker too slow", exc_info=error)
    return failure(
        RoomError(ErrorCode.MEDIA_UNAVAILABLE, "the media worker did not answer in time")
    )


async def _http_error(error: HTTPException) -> Response:
    code, message = _HTTP_ERRORS.get(error.code or 500, _OTHER_HTTP_ERROR)
    response = failure(RoomError(code, message))
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    if isinstance(error, RequestEntityTooLarge | RequestTimeout):
        response.headers["Connection"] = "close"
    return response


async def _mistake(error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return failure(RoomError(ErrorCode.INTERNAL_ERROR, "the server made a mistake"))


_HTTP_ERRORS: dict[int, tuple[ErrorCode, str]] = {
    404: (ErrorCode.NOT_FOUND, "there is nothing at this path"),
    405: (ErrorCode.METHOD_NOT_ALLOWED, "not with this method"),
    408: (ErrorCode.REQUEST_TIMEOUT, "the body did not come in time"),
    413: (ErrorCode.BODY_TOO_LARGE, f"the body is larger than {MAX_BODY_BYTES} bytes"),
    500: (ErrorCode.INTERNAL_ERROR, "the server made a mistake"),
}
_OTHER_HTTP_ERROR = (ErrorCode.INVALID_PARAMETER, "the request cannot be read")
