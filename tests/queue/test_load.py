"""Many streams: every operation is answered, and everything ends."""

from collections.abc import Iterable
from uuid import uuid4

import trio

from .api_role import ApiRole

IN_TURN = 1000
AT_ONCE = 200


async def test_thousand_streams_are_connected_in_turn(api: ApiRole) -> None:
    streams = [uuid4().hex for _ in range(IN_TURN)]

    for stream_id in streams:
        await connect(api, stream_id)

    await end_all(api, streams)


async def test_two_hundred_streams_are_connected_at_once(api: ApiRole) -> None:
    streams = [uuid4().hex for _ in range(AT_ONCE)]

    async with trio.open_nursery() as nursery:
        for stream_id in streams:
            nursery.start_soon(connect, api, stream_id)

    await end_all(api, streams)


async def connect(api: ApiRole, stream_id: str) -> None:
    """Opens a stream; its id serves as the `sid` too."""
    offered = await api.ask(
        "connect-as-streamer",
        stream_id,
        answer="you-connected-as-streamer",
        streamId=stream_id,
        peerId="ann",
    )
    assert offered["streamId"] == stream_id


async def end_all(api: ApiRole, streams: Iterable[str]) -> None:
    for stream_id in streams:
        await api.send("end-stream", stream_id, streamId=stream_id)
    for stream_id in streams:
        await api.answer("you-left-stream", stream_id)
