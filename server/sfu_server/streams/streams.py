"""All streams, and what each operation does to the media.

    operation -> check (rules) -> carry out (media) -> change (rules) -> answers

The caller gives the operations of one stream one after the other. Only the death of a media worker
comes in between: it ends the stream at once, and an operation that was under way is refused.
"""

from collections.abc import Callable, Collection
from functools import partial

import structlog

from sfu_server.conference import (
    ConsumerOffer,
    Direction,
    ErrorCode,
    MediaEngine,
    Offer,
    Producer,
    RoomError,
    RoomMedia,
    Session,
)
from sfu_server.streams import messages as m
from sfu_server.streams.stream import Limits, Peer, Stream, already_sent

log = structlog.stdlib.get_logger(__name__)


class LiveStream:
    """A stream's rules, its place in the media engine, and its peers' sessions."""

    def __init__(self, stream_id: str, limits: Limits, media: RoomMedia) -> None:
        """Takes the place over."""
        self.rules = Stream(stream_id, limits)
        self.media = media
        self._sessions: dict[str, Session] = {}

    def session(self, peer: Peer) -> Session:
        """A peer's session."""
        return self._sessions[peer.user]

    async def connect(
        self, data: m.PeerData, sid: str, directions: Collection[Direction]
    ) -> tuple[Offer, list[m.Answer]]:
        """Gives a peer new transports; gives the offer, and the closings of who it replaces."""
        self.rules.check_admissible(data.peer_id)
        session = await self.media.open_session(directions)
        _check_open(session)
        offer = session.offer
        ids = {direction: str(it["id"]) for direction, it in offer.transport_options.items()}
        closings = self.rules.connect(data.peer_id, sid, ids)
        replaced = self._sessions.pop(data.peer_id, None)
        self._sessions[data.peer_id] = session
        if replaced is not None:
            replaced.close()
        return offer, closings

    def leave(self, peer_id: str) -> list[m.Answer]:
        """Ends a peer; gives the closings."""
        closings = self.rules.leave(peer_id)
        self._sessions.pop(peer_id).close()
        return closings

    def end(self) -> list[m.Answer]:
        """Ends all; gives the closings."""
        self._sessions.clear()
        self.media.close()
        return self.rules.end()


class Streams:
    """Carries out the operations of all streams."""

    def __init__(
        self,
        engine: MediaEngine,
        limits: Limits,
        on_lost: Callable[[str, list[m.Answer]], None],
    ) -> None:
        """Makes it without streams.

        Args:
            engine: Where they get their media from.
            limits: What the site decided.
            on_lost: Called with the id and the closings of a stream whose media worker died.
        """
        self._engine = engine
        self._limits = limits
        self._on_lost = on_lost
        self._streams: dict[str, LiveStream] = {}
        self._opening = 0

    def __len__(self) -> int:
        """How many there are."""
        return len(self._streams)

    @property
    def peers(self) -> int:
        """How many there are in all streams."""
        return sum(len(stream.rules) for stream in self._streams.values())

    async def carry_out(self, operation: m.AnyOperation) -> list[m.Answer]:
        """Carries an operation out, or refuses it with everything as it was; gives the answers.

        Leaves everything as it was too if it is cancelled.
        """
        try:
            return await self._carry_out(operation)
        except RoomError as error:
            return [refusal(operation, error.message)]
        except Exception:
            log.exception("operation failed", op=operation.op)
            return [refusal(operation, "the server made a mistake")]

    def close(self) -> None:
        """Ends all streams because the server shuts down; nobody is told."""
        for stream in self._streams.values():
            stream.end()
        self._streams.clear()

    async def _carry_out(  # noqa: PLR0911 - one case an operation
        self, operation: m.AnyOperation
    ) -> list[m.Answer]:
        match operation:
            case m.ConnectAsStreamer():
                return await self._connect_as_streamer(operation)
            case m.ConnectAsViewer():
                return await self._connect_as_viewer(operation)
            case m.ConnectTransport():
                return await self._connect_transport(operation)
            case m.SendTrack():
                return await self._send_track(operation)
            case m.GetRecvTracks():
                return await self._get_recv_tracks(operation)
            case m.ResumeConsumers():
                return await self._resume_consumers(operation)
            case m.ClosePeer():
                return self._close_peer(operation)
            case m.EndStream():
                return self._end_stream(operation)

    async def _connect_as_streamer(self, operation: m.ConnectAsStreamer) -> list[m.Answer]:
        data = operation.data
        stream = self._streams.get(data.stream_id) or await self._open(data.stream_id)
        try:
            offer, closings = await stream.connect(data, operation.sid, tuple(Direction))
        finally:
            self._end_if_empty(stream)
        answer = m.ConnectedAsStreamerData(
            stream_id=data.stream_id,
            peer_id=data.peer_id,
            router_rtp_capabilities=offer.router_rtp_capabilities,
            recv_transport_options=offer.transport_options[Direction.RECV],
            send_transport_options=offer.transport_options[Direction.SEND],
        )
        return [*closings, m.YouConnectedAsStreamer(data=answer, sid=operation.sid)]

    async def _connect_as_viewer(self, operation: m.ConnectAsViewer) -> list[m.Answer]:
        data = operation.data
        stream = self._find(data.stream_id)
        offer, closings = await stream.connect(data, operation.sid, [Direction.RECV])
        answer = m.ConnectedAsViewerData(
            stream_id=data.stream_id,
            peer_id=data.peer_id,
            router_rtp_capabilities=offer.router_rtp_capabilities,
            recv_transport_options=offer.transport_options[Direction.RECV],
        )
        return [*closings, m.YouConnectedAsViewer(data=answer, sid=operation.sid)]

    async def _connect_transport(self, operation: m.ConnectTransport) -> list[m.Answer]:
        data = operation.data
        stream = self._find(data.stream_id)
        session = stream.session(stream.rules.peer(data.peer_id))
        await session.connect(data.direction, data.dtls_parameters)
        return [connect_transport_result(operation)]

    async def _send_track(self, operation: m.SendTrack) -> list[m.Answer]:
        data = operation.data
        rules = self._find(data.stream_id).rules
        peer = rules.check_sendable(data.peer_id, data.direction, data.transport_id)
        producer_id = already_sent(peer, data.kind, data.rtp_parameters)
        if producer_id is None:
            session = self._find(data.stream_id).session(peer)
            producer_id = await session.produce(data.kind, data.rtp_parameters, paused=data.paused)
            _check_open(session)
            rules.add_producer(
                peer, data.kind, data.rtp_parameters, producer_id, paused=data.paused
            )
        return [send_track_result(operation, producer_id=producer_id)]

    async def _get_recv_tracks(self, operation: m.GetRecvTracks) -> list[m.Answer]:
        data = operation.data
        stream = self._find(data.stream_id)
        consumers = []
        for producer in stream.rules.check_receivable(data.peer_id):
            offer = await self._offer(stream, producer, data)
            if offer is not None:
                consumers.append(_consumer(producer, offer))
        answer = m.RecvTracksAnswerData(stream_id=data.stream_id, consumer_parameters_arr=consumers)
        return [m.GetRecvTracksResult(data=answer, sid=operation.sid)]

    async def _offer(
        self, stream: LiveStream, producer: Producer, data: m.RecvTracksData
    ) -> ConsumerOffer | None:
        """What a peer consumes a producer by, newly or since before; None if it cannot."""
        peer = stream.rules.peer(data.peer_id)
        if producer.id in peer.received:
            return peer.received[producer.id]
        session = stream.session(peer)
        try:
            offer = await session.consume(producer, data.rtp_capabilities, paused=True)
        except RoomError as error:
            if error.code is ErrorCode.CANNOT_CONSUME:
                return None
            raise
        _check_open(session)
        stream.rules.add_consumer(peer, producer, offer)
        return offer

    async def _resume_consumers(self, operation: m.ResumeConsumers) -> list[m.Answer]:
        data = operation.data
        stream = self._find(data.stream_id)
        peer = (
            stream.rules.peer_of(operation.sid)
            if data.peer_id is None
            else stream.rules.peer(data.peer_id)
        )
        session = stream.session(peer)
        for consumer_id in list(peer.consumers):
            await session.set_consumer_paused(consumer_id, paused=False)
        return [resume_consumers_done(operation)]

    def _close_peer(self, operation: m.ClosePeer) -> list[m.Answer]:
        data = operation.data
        stream = self._find(data.stream_id)
        closings = stream.leave(data.peer_id)
        self._end_if_empty(stream)
        left = m.StreamAnswerData(stream_id=data.stream_id)
        return [*closings, m.YouLeftStream(data=left, sid=operation.sid)]

    def _end_stream(self, operation: m.EndStream) -> list[m.Answer]:
        stream = self._find(operation.data.stream_id)
        del self._streams[stream.rules.id]
        return stream.end()

    def _find(self, stream_id: str) -> LiveStream:
        stream = self._streams.get(stream_id)
        if stream is None:
            raise RoomError(ErrorCode.ROOM_NOT_FOUND, "there is no such stream")
        return stream

    async def _open(self, stream_id: str) -> LiveStream:
        if len(self._streams) + self._opening >= self._limits.max_streams:
            raise RoomError(ErrorCode.LIMIT_EXCEEDED, "the server has no room for more streams")
        self._opening += 1
        try:
            media = await self._engine.open_room(partial(self._lose, stream_id))
        finally:
            self._opening -= 1
        stream = self._streams[stream_id] = LiveStream(stream_id, self._limits, media)
        return stream

    def _end_if_empty(self, stream: LiveStream) -> None:
        if not len(stream.rules) and self._streams.get(stream.rules.id) is stream:
            del self._streams[stream.rules.id]
            stream.end()

    def _lose(self, stream_id: str) -> None:
        stream = self._streams.pop(stream_id, None)
        if stream is not None:
            self._on_lost(stream_id, stream.end())


def refusal(operation: m.AnyOperation, why: str) -> m.Answer:
    """The answer to an operation that was not carried out."""
    match operation:
        case m.ConnectTransport():
            return connect_transport_result(operation, error=why)
        case m.SendTrack():
            return send_track_result(operation, error=why)
        case m.ResumeConsumers():
            return resume_consumers_done(operation, error=why)
        case _:
            data = m.MediaServerErrorData(name=operation.op, msg=why)
            return m.MediaServerError(data=data, sid=operation.sid)


def connect_transport_result(
    operation: m.ConnectTransport, error: str | None = None
) -> m.ConnectTransportResult:
    """The answer to `connect-transport`."""
    data = m.ResultData(stream_id=operation.data.stream_id, error=error)
    sending = operation.data.direction is Direction.SEND
    op: m.ConnectTransportResultOp = (
        "connect-transport-send-res" if sending else "connect-transport-recv-res"
    )
    return m.ConnectTransportResult(op=op, data=data, sid=operation.sid)


def send_track_result(
    operation: m.SendTrack, *, producer_id: str | None = None, error: str | None = None
) -> m.SendTrackResult:
    """The answer to `send-track`."""
    data = m.SentTrackData(stream_id=operation.data.stream_id, id=producer_id, error=error)
    sending = operation.data.direction is Direction.SEND
    op: m.SendTrackResultOp = "send-track-send-res" if sending else "send-track-recv-res"
    return m.SendTrackResult(op=op, data=data, sid=operation.sid)


def resume_consumers_done(
    operation: m.ResumeConsumers, error: str | None = None
) -> m.ResumeConsumersDone:
    """The answer to `resume-consumers`."""
    data = m.ResultData(stream_id=operation.data.stream_id, error=error)
    return m.ResumeConsumersDone(data=data, sid=operation.sid)


def _consumer(producer: Producer, offer: ConsumerOffer) -> m.Consumer:
    parameters = m.ConsumerParameters(
        producer_id=producer.id,
        id=offer.id,
        kind=producer.kind,
        rtp_parameters=offer.rtp_parameters,
        type=offer.type,
        producer_paused=producer.paused,
    )
    return m.Consumer(peer_id=producer.user, consumer_parameters=parameters)


def _check_open(session: Session) -> None:
    """Checks that the media worker did not die while it was at work."""
    if session.closed:
        raise RoomError(ErrorCode.MEDIA_UNAVAILABLE, "the media of the stream was lost")
