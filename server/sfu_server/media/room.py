"""A room's router on one worker."""

from collections.abc import Callable, Collection

import sfu

from sfu_server.conference import Direction, Json
from sfu_server.media.faults import translated
from sfu_server.media.session import TransportSession


class RouterRoom:
    """A `RoomMedia` (`sfu_server.conference.ports`)."""

    def __init__(
        self,
        router: sfu.Router,
        rtp_capabilities: Json,
        on_lost: Callable[[], None],
        on_close: Callable[["RouterRoom"], None],
    ) -> None:
        """Takes the router over; `rtp_capabilities` are its own."""
        self._router = router
        self._rtp_capabilities = rtp_capabilities
        self._on_lost = on_lost
        self._on_close = on_close
        self._sessions: set[TransportSession] = set()

    @property
    def sessions(self) -> int:
        """How many are open."""
        return len(self._sessions)

    async def open_session(
        self, directions: Collection[Direction] = tuple(Direction)
    ) -> TransportSession:
        """Makes a member's transports."""
        transports: dict[Direction, sfu.WebRtcTransport] = {}
        try:
            with translated():
                for direction in directions:
                    transports[direction] = await self._router.create_webrtc_transport()
        except BaseException:
            for transport in transports.values():
                transport.close()
            raise
        session = TransportSession(transports, self._rtp_capabilities, self._sessions.discard)
        self._sessions.add(session)
        return session

    def lose(self) -> None:
        """Its worker died."""
        self._on_lost()

    def close(self) -> None:
        """Closes the router with all sessions. Idempotent."""
        self._router.close()
        self._sessions.clear()
        self._on_close(self)
