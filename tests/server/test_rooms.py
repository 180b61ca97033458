"""The endpoints in their plain use; media is in `test_media.py`."""

from typing import cast

from sfu_server.config import Settings

from tests.server.conftest import RunServer
from tests.server.support.api import Api
from tests.server.support.bad_requests import ANN, VIDEO
from tests.server.support.call import ROOM


async def test_a_room_exists_once_it_is_created(api: Api) -> None:
    assert (await api.get("exists", roomName=ROOM)).result == {"exists": False}
    assert await api.ask("createRoom", **ANN) == {"created": True}
    assert await api.ask("createRoom", roomName=ROOM, userMail="bob") == {"created": False}
    assert (await api.get("exists", roomName=ROOM)).result == {"exists": True}


async def test_the_creator_of_a_room_is_not_yet_in_it(api: Api) -> None:
    await api.ask("createRoom", **ANN)

    assert await api.snapshot(ROOM) == []


async def test_an_attendee_is_given_two_transports_of_mediasoups_form(api: Api) -> None:
    await api.ask("createRoom", **ANN)

    made = await api.ask("createAttendee", **ANN)

    assert set(made) == {"routerRtpCapabilities", "sendTransportOptions", "recvTransportOptions"}
    send, receive = made["sendTransportOptions"], made["recvTransportOptions"]
    assert isinstance(send, dict)
    assert isinstance(receive, dict)
    assert {"id", "iceParameters", "iceCandidates", "dtlsParameters"} <= set(send)
    assert send["id"] != receive["id"]
    assert await api.snapshot(ROOM) == [{"user": "ann", "joined": False, "producers": []}]


async def test_leaving_ends_the_attendee(api: Api) -> None:
    await api.ask("createRoom", **ANN)
    await api.ask("createAttendee", **ANN)

    assert await api.ask("leave", **ANN) == {"left": True}

    assert await api.snapshot(ROOM) == []
    assert (await api.post("leave", **ANN)).error == "attendee_not_found"


async def test_a_site_adds_its_own_stream_types(
    start_server: RunServer, settings: Settings
) -> None:
    own = settings.model_copy(update={"stream_types": {"whiteboard": "video"}})
    async with start_server(own) as api:
        await api.ask("createRoom", **ANN)
        await api.ask("createAttendee", **ANN)

        made = await api.ask("createProducer", **ANN, type="whiteboard", rtpParameters=VIDEO)

        assert await api.snapshot(ROOM) == [
            {
                "user": "ann",
                "joined": False,
                "producers": [
                    {"id": made["id"], "type": "whiteboard", "kind": "video", "paused": False}
                ],
            }
        ]


async def test_a_media_address_is_announced_for_its_own_family(
    start_server: RunServer, settings: Settings
) -> None:
    both = {"rtc_ip": ["127.0.0.1", "::1"], "rtc_announced_address": "203.0.113.7"}
    async with start_server(settings.model_copy(update=both)) as api:
        await api.ask("createRoom", **ANN)

        made = await api.ask("createAttendee", **ANN)

        options = cast("dict[str, list[dict[str, str]]]", made["sendTransportOptions"])
        addresses = [candidate["address"] for candidate in options["iceCandidates"]]
        assert addresses == ["203.0.113.7", "::1"]


async def test_limits_are_kept(start_server: RunServer, settings: Settings) -> None:
    small = settings.model_copy(update={"max_rooms": 1, "max_attendees": 1})
    async with start_server(small) as api:
        await api.ask("createRoom", **ANN)
        await api.ask("createAttendee", **ANN)

        another_room = await api.post("createRoom", roomName="another", userMail="ann")
        another_attendee = await api.post("createAttendee", roomName=ROOM, userMail="bob")

        assert another_room.error == another_attendee.error == "limit_exceeded"
        assert another_room.http_status == 429
        assert await transports(api) == 2


async def test_an_attendee_without_transports_is_told_so(api: Api) -> None:
    await api.ask("createRoom", **ANN)
    async with api.join(ROOM, "ann"):
        answer = await api.post("restartIce", **ANN, direction="send")

        assert (answer.http_status, answer.error) == (404, "transport_not_found")


async def test_health_counts_what_there_is(api: Api) -> None:
    await api.ask("createRoom", **ANN)
    await api.ask("createAttendee", **ANN)

    assert await api.health() == {
        "status": "ok",
        "rooms": 1,
        "attendees": 1,
        "workers": [
            {
                "running": True,
                "restarts": 0,
                "rooms": 1,
                "transports": 2,
                "producers": 0,
                "consumers": 0,
            }
        ],
    }


async def transports(api: Api) -> int:
    workers = cast("list[dict[str, int]]", (await api.health())["workers"])
    return workers[0]["transports"]
