"""The messages of both queues, typed, to the letter of the protocol.

`docs/streams.asyncapi.yaml` describes the same; a test compares them.
"""

from typing import Annotated, Generic, Literal, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, GetPydanticSchema, JsonValue, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import from_json
from pydantic_core.core_schema import any_schema

from sfu_server.conference import Direction, Json, Kind, RoomError
from sfu_server.wire import Message, Name, parse_json, parse_message

MAX_BODY_BYTES = 256 * 1024
MAX_ECHO = 256
"""Characters of an unknown `op` that are named in its answer."""

JsonObject: TypeAlias = dict[str, JsonValue]

# --- Operations, on media_server_queue

Data = TypeVar("Data", bound="StreamData")


class StreamData(Message):
    """About a stream."""

    stream_id: Name


class PeerData(StreamData):
    """About a peer of a stream."""

    peer_id: Name


class ConnectTransportData(PeerData):
    """The client's side of DTLS."""

    dtls_parameters: JsonObject
    # From JSON, thus a text: strictness would refuse what is meant.
    direction: Direction = Field(strict=False)


class SendTrackData(PeerData):
    """What the client is going to send."""

    transport_id: Name
    direction: Direction = Field(strict=False)
    paused: bool
    kind: Kind
    rtp_parameters: JsonObject
    rtp_capabilities: JsonObject
    app_data: JsonObject


class RecvTracksData(PeerData):
    """What the client is able to receive."""

    rtp_capabilities: JsonObject


class ResumeData(StreamData):
    """Whose consumers are to flow: the peer's, else those of the peer of the `sid`."""

    peer_id: Name | None = None


class Operation(Message, Generic[Data]):
    """The base of what the API server asks for."""

    op: str
    data: Data
    sid: str
    """The client's WebSocket at the API server; echoed unchanged."""


class ConnectAsStreamer(Operation[PeerData]):
    """Makes a peer that sends and receives, and the stream if there is none."""

    op: Literal["connect-as-streamer"]


class ConnectAsViewer(Operation[PeerData]):
    """Makes a peer that receives."""

    op: Literal["connect-as-viewer"]


class ConnectTransport(Operation[ConnectTransportData]):
    """Tells a transport its client."""

    op: Literal["connect-transport"]


class SendTrack(Operation[SendTrackData]):
    """Makes a producer."""

    op: Literal["send-track"]


class GetRecvTracks(Operation[RecvTracksData]):
    """Makes paused consumers of all that the other peers send."""

    op: Literal["get-recv-tracks"]


class ResumeConsumers(Operation[ResumeData]):
    """Lets a peer's consumers flow."""

    op: Literal["resume-consumers"]


class ClosePeer(Operation[PeerData]):
    """Ends a peer, and the stream with its last one."""

    op: Literal["close-peer"]


class EndStream(Operation[StreamData]):
    """Ends a stream with all its peers."""

    op: Literal["end-stream"]


AnyOperation: TypeAlias = (
    ConnectAsStreamer
    | ConnectAsViewer
    | ConnectTransport
    | SendTrack
    | GetRecvTracks
    | ResumeConsumers
    | ClosePeer
    | EndStream
)

OPERATIONS: dict[str, type[AnyOperation]] = {
    "connect-as-streamer": ConnectAsStreamer,
    "connect-as-viewer": ConnectAsViewer,
    "connect-transport": ConnectTransport,
    "send-track": SendTrack,
    "get-recv-tracks": GetRecvTracks,
    "resume-consumers": ResumeConsumers,
    "close-peer": ClosePeer,
    "end-stream": EndStream,
}


class UnreadableError(Exception):
    """A message that is no operation."""

    def __init__(self, reason: str, op: str = "", sid: str | None = None) -> None:
        """Makes one.

        Args:
            reason: What is wrong, for people.
            op: What it says it is, as far as that can be read.
            sid: Who is to be told, if that can be read.
        """
        super().__init__(reason)
        self.reason = reason
        self.op = op
        self.sid = sid


def parse_operation(body: bytes) -> AnyOperation:
    """Reads a message of the API server's.

    Raises:
        UnreadableError: It is no operation.
    """
    if len(body) > MAX_BODY_BYTES:
        reason = f"the body is larger than {MAX_BODY_BYTES} bytes"
        raise _named(reason, _lenient(body))
    try:
        value = parse_json(body)
        kind = OPERATIONS.get(_text(value, "op") or "")
        if kind is None:
            raise _named("unknown op", value)
        return parse_message(kind, value)
    except RoomError as error:
        raise _named(error.message, _lenient(body)) from error


def _lenient(body: bytes) -> JsonValue:
    try:
        return cast("JsonValue", from_json(body, allow_inf_nan=False))
    except ValueError:
        return None


def _named(reason: str, value: JsonValue) -> UnreadableError:
    return UnreadableError(reason, (_text(value, "op") or "")[:MAX_ECHO], _text(value, "sid"))


def _text(value: JsonValue, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


# --- Answers, on api_server_queue

Made: TypeAlias = Annotated[
    Json,
    # SkipValidation would do, but it encodes by a call of Python.
    GetPydanticSchema(lambda _source, _handler: any_schema()),
    WithJsonSchema({"type": "object"}),
]
"""mediasoup's JSON that the media engine made."""
Optional: TypeAlias = Annotated[
    str | None, Field(exclude_if=lambda text: text is None), WithJsonSchema({"type": "string"})
]
"""A text that may be absent."""


class AnswerModel(BaseModel):
    """The base of what the API server is told: camelCase."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, validate_by_name=True
    )


class Answer(AnswerModel):
    """The base of all answers."""

    def encode(self) -> bytes:
        """The body of the message."""
        return self.model_dump_json(by_alias=True).encode()


class StreamAnswerData(AnswerModel):
    """About a stream."""

    stream_id: str


class ResultData(StreamAnswerData):
    """About a stream: whether something was done."""

    error: Optional = None
    """Why nothing was done, for people; absent on success."""


class ConnectedAsViewerData(StreamAnswerData):
    """What a client builds its device and its receiving transport from."""

    peer_id: str
    router_rtp_capabilities: Made
    recv_transport_options: Made


class ConnectedAsStreamerData(ConnectedAsViewerData):
    """What a client builds its device and both its transports from."""

    send_transport_options: Made


class SentTrackData(ResultData):
    """The producer's id, on success."""

    id: Optional = None


class ConsumerParameters(AnswerModel):
    """What a client builds a consumer from."""

    producer_id: str
    id: str
    kind: Kind
    rtp_parameters: Made
    type: str
    producer_paused: bool


class Consumer(AnswerModel):
    """A consumer, and who sends what it receives."""

    peer_id: str
    consumer_parameters: ConsumerParameters


class RecvTracksAnswerData(StreamAnswerData):
    """A consumer for each producer of the other peers that the client can receive."""

    consumer_parameters_arr: list[Consumer]


class CloseConsumerData(StreamAnswerData):
    """What is consumed no longer."""

    producer_id: str


class MediaServerErrorData(AnswerModel):
    """Which operation was refused, and why."""

    name: str
    msg: str


class YouConnectedAsStreamer(Answer):
    """Answers `connect-as-streamer`."""

    op: Literal["you-connected-as-streamer"] = "you-connected-as-streamer"
    data: ConnectedAsStreamerData
    sid: str


class YouConnectedAsViewer(Answer):
    """Answers `connect-as-viewer`."""

    op: Literal["you-connected-as-viewer"] = "you-connected-as-viewer"
    data: ConnectedAsViewerData
    sid: str


ConnectTransportResultOp: TypeAlias = Literal[
    "connect-transport-send-res", "connect-transport-recv-res"
]
SendTrackResultOp: TypeAlias = Literal["send-track-send-res", "send-track-recv-res"]


class ConnectTransportResult(Answer):
    """Answers `connect-transport`."""

    op: ConnectTransportResultOp
    data: ResultData
    sid: str


class SendTrackResult(Answer):
    """Answers `send-track`."""

    op: SendTrackResultOp
    data: SentTrackData
    sid: str


class GetRecvTracksResult(Answer):
    """Answers `get-recv-tracks`."""

    op: Literal["get-recv-tracks-res"] = "get-recv-tracks-res"
    data: RecvTracksAnswerData
    sid: str


class ResumeConsumersDone(Answer):
    """Answers `resume-consumers`."""

    op: Literal["resume-consumers-done"] = "resume-consumers-done"
    data: ResultData
    sid: str


class YouLeftStream(Answer):
    """Answers `close-peer`; tells a peer that its stream ended."""

    op: Literal["you-left-stream"] = "you-left-stream"
    data: StreamAnswerData
    sid: str


class CloseConsumer(Answer):
    """Tells that a producer ended while somebody consumed it: one for each consumer."""

    op: Literal["close-consumer"] = "close-consumer"
    data: CloseConsumerData
    stream_id: str


class MediaServerError(Answer):
    """Answers what was refused and has no answer of its own."""

    op: Literal["media-server-error"] = "media-server-error"
    data: MediaServerErrorData
    sid: str


ANSWERS: tuple[type[Answer], ...] = (
    YouConnectedAsStreamer,
    YouConnectedAsViewer,
    ConnectTransportResult,
    SendTrackResult,
    GetRecvTracksResult,
    ResumeConsumersDone,
    YouLeftStream,
    CloseConsumer,
    MediaServerError,
)
