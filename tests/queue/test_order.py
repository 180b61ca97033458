"""The operations of one stream, one after the other; streams side by side."""

from .api_role import ApiRole
from .peers import streamer


async def test_operations_of_a_stream_take_effect_in_order(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann"):
        for _ in range(20):
            await api.send("connect-as-viewer", "s", streamId=stream_id, peerId="vic")
            await api.send("close-peer", "s", streamId=stream_id, peerId="vic")

        for _ in range(20):
            assert "recvTransportOptions" in await api.answer("you-connected-as-viewer", "s")
            assert await api.answer("you-left-stream", "s") == {"streamId": stream_id}
        assert api.waiting("s") == []
