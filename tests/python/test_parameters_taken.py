"""What methods take: dataclasses or JSON; and what they make of what is neither."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sfu
from sfu.errors import NotFoundError, UnsupportedError
from sfu.parameters import (
    DtlsParameters,
    JsonObject,
    RtpCapabilities,
    RtpCodecCapability,
    RtpParameters,
)
from sfu.testing import Client, SendTransport

OPUS = {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2}
VP8 = {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000}


async def test_dataclasses_and_json_are_taken_alike(sfu_worker: sfu.Worker) -> None:
    from_json = await sfu_worker.create_router(media_codecs=[OPUS])
    router = await sfu_worker.create_router(
        media_codecs=[RtpCodecCapability(mime_type="audio/opus", clock_rate=48000, channels=2)]
    )
    assert router.rtp_capabilities == from_json.rtp_capabilities

    async with Client(router.rtp_capabilities) as client:
        transport = await router.create_webrtc_transport()
        end = await client.create_send_transport(transport.options())
        await transport.connect(dtls_parameters=DtlsParameters.from_json(end.dtls_parameters))
        parameters = RtpParameters.from_json(end.rtp_parameters("audio"))
        producer = await transport.produce(kind="audio", rtp_parameters=parameters)
        capabilities = RtpCapabilities.from_json(client.rtp_capabilities)
        assert router.can_consume(producer_id=producer.id, rtp_capabilities=capabilities)
        consumer = await transport.consume(
            producer_id=producer.id, rtp_capabilities=capabilities, preferred_layers=None
        )
        assert consumer.options()["rtpParameters"] == consumer.rtp_parameters.to_json()


async def test_router_offers_no_feedback_that_the_engine_does_not_send(
    sfu_worker: sfu.Worker,
) -> None:
    router = await sfu_worker.create_router(media_codecs=[OPUS, VP8])

    offered = router.rtp_capabilities

    feedback = [entry.type for codec in offered.codecs for entry in codec.rtcp_feedback]
    assert "transport-cc" not in feedback
    assert "goog-remb" in feedback
    assert not [ext for ext in offered.header_extensions if "transport-wide-cc" in ext.uri]


async def test_options_are_what_the_client_takes(client_end: "End") -> None:
    transport, producer = client_end.transport, client_end.producer
    consumer = await transport.consume(
        producer_id=producer.id,
        rtp_capabilities=client_end.client.rtp_capabilities,
        paused=True,
        app_data={"user": "bob"},
    )
    options = transport.options()
    assert set(options) == {"id", "iceParameters", "iceCandidates", "dtlsParameters"}
    assert options["id"] == transport.id
    assert {k: v for k, v in consumer.options().items() if k != "rtpParameters"} == {
        "id": consumer.id,
        "producerId": producer.id,
        "kind": "audio",
        "type": "simple",
        "producerPaused": False,
        "appData": {"user": "bob"},
    }


async def test_producers_of_a_transport_share_a_cname_and_consumers_count_mids(
    client_end: "End",
) -> None:
    transport, client = client_end.transport, client_end.client
    parameters = client_end.end.rtp_parameters("video") | {"rtcp": {"cname": "other"}}
    video = await transport.produce(kind="video", rtp_parameters=parameters)
    cnames = {
        producer.rtp_parameters.rtcp.cname
        for producer in (client_end.producer, video)
        if producer.rtp_parameters.rtcp is not None
    }
    consumers = [
        await transport.consume(producer_id=id_, rtp_capabilities=client.rtp_capabilities)
        for id_ in (client_end.producer.id, video.id)
    ]
    assert len(cnames) == 1
    assert [consumer.rtp_parameters.mid for consumer in consumers] == ["0", "1"]


async def test_retransmission_is_for_video_unless_asked_otherwise(client_end: "End") -> None:
    transport, capabilities = client_end.transport, client_end.client.rtp_capabilities
    parameters = client_end.end.rtp_parameters("video")
    video = await transport.produce(kind="video", rtp_parameters=parameters)
    with_rtx = await transport.consume(producer_id=video.id, rtp_capabilities=capabilities)
    without = await transport.consume(
        producer_id=video.id, rtp_capabilities=capabilities, enable_rtx=False
    )
    assert with_rtx.rtp_parameters.encodings[0].rtx is not None
    assert without.rtp_parameters.encodings[0].rtx is None


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda end: end.transport.connect(dtls_parameters="x"), TypeError),
        (lambda end: end.transport.connect(dtls_parameters={}), TypeError),
        (lambda end: end.transport.connect(dtls_parameters={"fingerprints": []}), TypeError),
        (lambda end: end.transport.produce(kind="audio", rtp_parameters={}), TypeError),
        (lambda end: end.transport.produce(kind="smell", rtp_parameters=end.audio()), TypeError),
        (lambda end: end.transport.produce(kind="video", rtp_parameters=end.audio()), TypeError),
        (lambda end: end.transport.produce(kind="audio", rtp_parameters=end.taken), TypeError),
        (lambda end: end.produce_codec("audio/strange"), UnsupportedError),
        (lambda end: end.consume(producer_id="x"), NotFoundError),
        (lambda end: end.consume(producer_id=5), TypeError),
        (lambda end: end.consume(rtp_capabilities=5), TypeError),
        (lambda end: end.consume(rtp_capabilities={}), UnsupportedError),
        (lambda end: end.consume(mid=""), TypeError),
        (lambda end: end.consume(preferred_layers={"spatialLayer": -1}), TypeError),
        (lambda end: end.consume(preferred_layers={}), TypeError),
    ],
)
async def test_bad_input_has_its_error_and_changes_nothing(
    sfu_worker: sfu.Worker,
    client_end: "End",
    call: Callable[["End"], Awaitable[object]],
    error: type[Exception],
) -> None:
    before = await sfu_worker.dump()
    with pytest.raises(error):
        await call(client_end)
    assert await sfu_worker.dump() == before


@pytest.mark.parametrize(
    ("codecs", "error"),
    [
        ([{"mimeType": "audio/strange", "clockRate": 1}], UnsupportedError),
        ([{"mimeType": 5}], TypeError),
        (["opus"], TypeError),
    ],
)
async def test_a_router_refuses_codecs_it_cannot_have(
    sfu_worker: sfu.Worker, codecs: list[dict[str, object]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await sfu_worker.create_router(media_codecs=codecs)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"listen_ip": "no address"}, ValueError),
        ({"listen_ip": "203.0.113.1"}, OSError),
        ({"listen_ip": "127.0.0.1", "port": 65536}, ValueError),
        ({"listen_ip": "127.0.0.1", "certificate_pem": "x", "private_key_pem": "y"}, ValueError),
        ({"listen_ip": ["127.0.0.1"], "announced_address": ["a", "b"]}, ValueError),
    ],
)
async def test_a_worker_refuses_options_it_cannot_have(
    options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        async with sfu.create_worker(**options):  # type: ignore[arg-type]
            pass


async def test_wishes_for_layers_and_priority_are_kept(client_end: "End") -> None:
    consumer = await client_end.consume(preferred_layers={"spatialLayer": 1})
    assert consumer.preferred_layers == sfu.ConsumerLayers(1)
    await consumer.set_preferred_layers(spatial=2, temporal=0)
    await consumer.set_priority(7)
    assert consumer.preferred_layers == sfu.ConsumerLayers(2, 0)
    assert consumer.priority == 7
    with pytest.raises(TypeError):
        await consumer.set_priority(256)
    with pytest.raises(TypeError):
        await consumer.set_preferred_layers(spatial=True)


@dataclass
class End:
    """Both ends of a transport with an audio producer."""

    client: Client
    transport: sfu.WebRtcTransport
    end: SendTransport
    producer: sfu.Producer
    taken: JsonObject

    def audio(self) -> JsonObject:
        return self.end.rtp_parameters("audio")

    async def produce_codec(self, mime_type: str) -> sfu.Producer:
        codecs = [{"mimeType": mime_type, "clockRate": 48000, "payloadType": 100}]
        parameters = {"codecs": codecs, "encodings": [{"ssrc": 5}]}
        return await self.transport.produce(kind="audio", rtp_parameters=parameters)

    async def consume(self, **changes: object) -> sfu.Consumer:
        arguments: dict[str, Any] = {
            "producer_id": self.producer.id,
            "rtp_capabilities": self.client.rtp_capabilities,
            **changes,
        }
        return await self.transport.consume(**arguments)


@pytest.fixture
async def client_end(sfu_router: sfu.Router) -> AsyncIterator[End]:
    async with Client(sfu_router.rtp_capabilities) as client:
        transport = await sfu_router.create_webrtc_transport()
        end = await client.create_send_transport(transport.options())
        parameters = end.rtp_parameters("audio")
        producer = await transport.produce(kind="audio", rtp_parameters=parameters)
        yield End(client, transport, end, producer, parameters)
