"""Puts the parts together: workers, rooms, the app, Hypercorn, and streams if there is a broker.

They are taken apart in order:

    stop -> operations that are under way are answered, or 1 s -> the broker's connection
         -> rooms close, sockets are told 1001 -> nothing in flight, or 2 s -> Hypercorn -> workers
"""

import logging
import socket
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
import trio
from hypercorn.config import Config
from hypercorn.trio import serve as hypercorn_serve
from quart_trio import QuartTrio

from sfu_server.config import Settings
from sfu_server.http.api import MAX_BODY_BYTES, answer_failures, rooms_api
from sfu_server.http.health import health
from sfu_server.http.page import page
from sfu_server.in_flight import InFlight
from sfu_server.listen import BACKLOG, abort_connections, listen, url
from sfu_server.media import WorkerOptions, WorkerPool
from sfu_server.rooms import Rooms
from sfu_server.stream_service import StreamOptions, StreamService
from sfu_server.ws import RoomSocket

log = structlog.stdlib.get_logger(__name__)

GRACEFUL_SECONDS = 2
"""For requests that are under way, and for clients to take their 1001."""
PING_SECONDS = 5
"""Between WebSocket pings: a peer that is gone without a word is found out by them and the client
timeout."""
MAX_MESSAGE_BYTES = 64 * 1024


async def serve(
    settings: Settings,
    stopping: Callable[[], Awaitable[object]],
    *,
    task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Runs the server until `stopping` returns; ends within 5 s of that, whatever clients do.

    Args:
        settings: How.
        stopping: Waits for the end.
        task_status: Is given the server's address when everything listens.

    Raises:
        OSError: An address cannot be bound.
    """
    workers = WorkerPool(_worker_options(settings))
    listener = listen(settings.host, settings.port, settings.client_timeout)
    address = listener.getsockname()
    async with trio.open_nursery() as background:
        await background.start(workers.run)
        rooms = Rooms(
            workers, settings.rules(), settings.timeouts(), settings.max_rooms, background
        )

        service = _stream_service(settings, workers, background)
        app = InFlight(create_app(settings, workers, rooms, service))
        stopped = trio.Event()
        async with trio.open_nursery() as foreground:
            hypercorn = partial(hypercorn_serve, app, _hypercorn_config(listener), mode="asgi")
            await foreground.start(partial(hypercorn, shutdown_trigger=stopped.wait))
            if service is not None:
                await background.start(service.run)
            foreground.start_soon(_announce, service, partial(task_status.started, url(address)))
            await stopping()
            log.info("stopping")
            if service is not None:
                await service.stop()
            rooms.close()
            stopped.set()
            await _finish(app, address[1])
            foreground.cancel_scope.cancel()
        background.cancel_scope.cancel()


def create_app(
    settings: Settings, workers: WorkerPool, rooms: Rooms, service: StreamService | None = None
) -> QuartTrio:
    """The app with all its paths."""
    app = QuartTrio(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["BODY_TIMEOUT"] = settings.request_timeout
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # A path that is not quite right is not found, instead of redirected without a JSON body.
    app.url_map.merge_slashes = False
    app.register_blueprint(rooms_api(rooms, settings.request_timeout))
    app.register_blueprint(health(workers, rooms, service))
    app.register_blueprint(page())
    socket = RoomSocket(rooms, settings.max_waiting_notifications, settings.request_timeout)
    app.add_websocket("/", "room_socket", socket.serve)
    answer_failures(app)
    return app


async def _announce(service: StreamService | None, ready: Callable[[], None]) -> None:
    if service is not None:
        await service.consumed()
    ready()


def _stream_service(
    settings: Settings, workers: WorkerPool, nursery: trio.Nursery
) -> StreamService | None:
    if settings.amqp_url is None:
        return None
    options = StreamOptions(
        url=settings.amqp_url,
        prefetch=settings.amqp_prefetch,
        publish_timeout=settings.amqp_publish_timeout,
        request_timeout=settings.request_timeout,
        limits=settings.limits(),
    )
    return StreamService(options, workers, nursery)


async def _finish(app: InFlight, port: int) -> None:
    with trio.move_on_after(GRACEFUL_SECONDS) as scope:
        await app.idle()
    if scope.cancelled_caught:
        log.warning("connections aborted", count=abort_connections(port))


def _worker_options(settings: Settings) -> WorkerOptions:
    return WorkerOptions(
        count=settings.worker_count(),
        listen_ips=[str(ip) for ip in settings.rtc_ip],
        port=settings.rtc_port,
        announced_address=settings.rtc_announced_address,
        media_codecs=settings.media_codecs,
    )


def _hypercorn_config(listener: socket.socket) -> Config:
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.backlog = BACKLOG
    config.errorlog = logging.getLogger("hypercorn.error")
    config.include_server_header = False
    config.websocket_max_message_size = MAX_MESSAGE_BYTES
    config.websocket_ping_interval = PING_SECONDS
    return config
