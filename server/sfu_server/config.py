"""All that can be set, in one typed schema.

Flags win over the environment, the environment over the file.
"""

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, IPvAnyAddress, JsonValue
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

from sfu_server.rooms import Kind, Rules, Timeouts
from sfu_server.streams import Limits

STREAM_TYPES: dict[str, Kind] = {
    "mic": "audio",
    "screenAudio": "audio",
    "audio": "audio",
    "webcam": "video",
    "screen": "video",
    "video": "video",
}

MEDIA_CODECS: list[dict[str, JsonValue]] = [
    {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2},
    {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000},
    {
        "kind": "video",
        "mimeType": "video/H264",
        "clockRate": 90000,
        "parameters": {
            "packetization-mode": 1,
            "profile-level-id": "42e01f",
            "level-asymmetry-allowed": 1,
        },
    },
    {
        "kind": "video",
        "mimeType": "video/VP9",
        "clockRate": 90000,
        "parameters": {"profile-id": 0},
    },
    {"kind": "video", "mimeType": "video/AV1", "clockRate": 90000},
]

Port = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0)]
SomeSeconds = Annotated[float, Field(gt=0)]


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


class Settings(BaseSettings):
    """Video rooms over HTTP and WebSocket.

    Each option is also an environment variable (SFU_PORT, SFU_RTC_PORT, ...) and a key of the TOML
    file.
    """

    model_config = SettingsConfigDict(
        env_prefix="SFU_",
        extra="forbid",
        hide_input_in_errors=True,
        cli_prog_name="sfu-server",
        cli_kebab_case=True,
        cli_hide_none_type=True,
    )

    config: Path | None = Field(default=None, description="a TOML file with any of these options")
    host: str = Field(default="127.0.0.1", description="address of the page and the API")
    port: Port = Field(
        default=3000, description="TCP port of the page and the API; 0 takes a free one"
    )
    workers: Annotated[int, Field(ge=0)] = Field(
        default=0, description="media threads; 0 makes one for each core"
    )
    rtc_ip: Annotated[
        list[IPvAnyAddress], NoDecode, BeforeValidator(_split), Field(min_length=1)
    ] = Field(
        default=["127.0.0.1"],
        validate_default=True,
        description="address for media; may be given several times",
    )
    rtc_port: Port = Field(
        default=40000,
        description="UDP port of the first worker, the next ones follow; 0 takes free ones",
    )
    rtc_announced_address: str | None = Field(
        default=None,
        description="address that clients are told instead of --rtc-ip, where there is NAT",
    )
    amqp_url: Annotated[str, Field(pattern="^amqps?://")] | None = Field(
        default=None,
        description="RabbitMQ to serve the streams API on, amqp://USER:PASSWORD@HOST:PORT/VHOST",
    )
    amqp_prefetch: Annotated[int, Field(ge=1, le=65535)] = Field(
        default=256, description="operations that may be at work; the others stay in the broker"
    )
    amqp_publish_timeout: SomeSeconds = Field(
        default=60,
        description="seconds that an answer may wait for the broker before its operation is "
        "handed back to it",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is logged, on standard error"
    )
    log_format: Literal["text", "json"] = Field(default="text", description="form of the logs")

    join_timeout: SomeSeconds = Field(
        default=60, description="seconds until an attendee that opens no WebSocket is closed"
    )
    grace: Seconds = Field(
        default=0,
        description="seconds that a dropped WebSocket may take to come back without losing media",
    )
    room_unused_timeout: SomeSeconds = Field(
        default=300, description="seconds until a room that nobody enters closes"
    )
    room_linger: Seconds = Field(
        default=20, description="seconds that a room stays after its last attendee left"
    )
    request_timeout: SomeSeconds = Field(
        default=10, description="seconds that a media worker may take for one request"
    )
    client_timeout: SomeSeconds = Field(
        default=20,
        description="seconds without progress after which the connection to a client is ended",
    )

    max_rooms: Count = Field(default=1000, description="rooms that may be open")
    max_attendees: Count = Field(default=200, description="attendees of one room")
    max_consumers: Count = Field(default=1000, description="consumers of one attendee or peer")
    max_streams: Count = Field(default=10_000, description="streams that may be open")
    max_peers: Count = Field(default=1000, description="peers of one stream")
    max_producers: Count = Field(default=16, description="tracks that one peer of a stream sends")
    max_waiting_notifications: Count = Field(
        default=256,
        description="notifications that may wait for a client before it counts as too slow",
    )

    stream_types: dict[str, Kind] = Field(
        default_factory=dict, description="more MediaStreamTypes, as JSON: {NAME: audio or video}"
    )
    media_codecs: list[dict[str, JsonValue]] = Field(
        default=MEDIA_CODECS, description="RtpCodecCapability of the rooms, best first, as JSON"
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Says which sources there are, strongest first; the command line goes before them."""
        return init_settings, env_settings, FileSource(settings_cls)

    def worker_count(self) -> int:
        """How many media threads there are to be."""
        return self.workers or len(os.sched_getaffinity(0))

    def rules(self) -> Rules:
        """What the site decided about rooms."""
        return Rules(
            stream_types=STREAM_TYPES | self.stream_types,
            max_attendees=self.max_attendees,
            max_consumers=self.max_consumers,
        )

    def limits(self) -> Limits:
        """What the site decided about streams."""
        return Limits(
            max_streams=self.max_streams,
            max_peers=self.max_peers,
            max_producers=self.max_producers,
            max_consumers=self.max_consumers,
        )

    def timeouts(self) -> Timeouts:
        """How long things may be unused."""
        return Timeouts(
            join=self.join_timeout,
            grace=self.grace,
            unused_room=self.room_unused_timeout,
            empty_room=self.room_linger,
        )


class FileSource(PydanticBaseSettingsSource):
    """The TOML file that a stronger source names as `config`; its keys may have hyphens."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[object, str, bool]:
        """Is not asked: `__call__` gives all at once."""
        raise NotImplementedError

    @override
    def __call__(self) -> dict[str, object]:
        """Reads the file.

        Raises:
            OSError: It cannot be read.
            ValueError: It is not TOML.
        """
        path = self.current_state.get("config")
        if path is None:
            return {}
        values = tomllib.loads(Path(str(path)).read_text(encoding="utf-8"))
        return {key.replace("-", "_"): value for key, value in values.items()}


def load(arguments: Sequence[str]) -> Settings:
    """Reads the settings from the command line, the environment and the file.

    Raises:
        OSError: The file cannot be read.
        SystemExit: `--help` was asked for, or a flag is unknown.
        ValueError: A value makes no sense.
    """
    return Settings(_cli_parse_args=list(arguments))  # type: ignore[call-arg]  # the model has no signature of it
