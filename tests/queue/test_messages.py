"""The messages, their types in the server, and the document that describes them."""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from sfu_server.streams import messages

from scripts.asyncapi import FILE, document, text

from .api_role import ApiRole, Json
from .bad_messages import OPERATIONS, SID
from .peers import streamer, viewer

DOCUMENT: Json = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_document_is_what_the_types_say() -> None:
    assert document() == DOCUMENT
    assert FILE.read_text(encoding="utf-8") == text()


@pytest.mark.parametrize("op", OPERATIONS)
def test_operation_that_fits_its_schema_is_read(op: str) -> None:
    message = {"op": op, "data": OPERATIONS[op], "sid": SID}

    operation = messages.parse_operation(json.dumps(message).encode())

    jsonschema.validate(message, schema_of(type(operation).__name__))
    assert operation.op == op


@pytest.mark.parametrize("op", OPERATIONS)
def test_operation_without_one_of_its_fields_fits_no_schema(op: str) -> None:
    name = messages.OPERATIONS[op].__name__
    for field in OPERATIONS[op]:
        data = {key: value for key, value in OPERATIONS[op].items() if key != field}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"op": op, "data": data, "sid": SID}, schema_of(name))


async def test_answers_fit_their_schemas(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        fits("YouConnectedAsStreamer", "you-connected-as-streamer", ann.offered)
        fits("YouConnectedAsViewer", "you-connected-as-viewer", vic.offered)
        connected = await ann.connect_sender()
        fits("ConnectTransportResult", "connect-transport-send-res", connected)
        again = await ann.connect_sender()
        fits("ConnectTransportResult", "connect-transport-send-res", again)
        track = ann.track("video")
        sent = await ann.ask("send-track", answer="send-track-send-res", **track)
        fits("SendTrackResult", "send-track-send-res", sent)
        consumers = {"streamId": stream_id, "consumerParametersArr": await vic.recv_tracks()}
        fits("GetRecvTracksResult", "get-recv-tracks-res", consumers)
        fits("ResumeConsumersDone", "resume-consumers-done", await vic.resume())
        fits("YouLeftStream", "you-left-stream", await ann.leave())


def fits(name: str, op: str, data: Json) -> None:
    """Checks an answer's data against the document."""
    jsonschema.validate({"op": op, "data": data, "sid": SID}, schema_of(name))


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a message, with all that it refers to."""
    return {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
