import gc

import pytest
import trio
from sfu import EventStream
from sfu._event_stream import EventSource
from sfu.events import (
    Close,
    Event,
    IceSelectedTupleChange,
    ProducerPause,
    ProducerResume,
    TransportTuple,
)


async def test_each_reader_gets_all_events_and_then_the_end() -> None:
    source = EventSource()
    readers = [source.stream(ended=False) for _ in range(2)]
    source.emit(ProducerPause())
    source.emit(Close())

    for reader in readers:
        assert [event.name async for event in reader] == ["producerpause", "close"]


async def test_a_waiting_reader_is_woken() -> None:
    source = EventSource()
    reader = source.stream(ended=False)
    got: list[Event] = []

    async def read() -> None:
        got.append(await anext(reader))

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.testing.wait_all_tasks_blocked()
            source.emit(ProducerPause())

    assert got == [ProducerPause()]


async def test_a_closed_object_has_no_events() -> None:
    stream = EventSource().stream(ended=True)
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_slow_reader_loses_the_oldest_lossy_events_and_never_another() -> None:
    source = EventSource()
    reader = source.stream(ended=False)
    source.emit(ProducerPause())
    for port in range(EventStream.CAPACITY + 10):
        source.emit(_path(port))
    source.emit(ProducerResume())
    source.emit(Close())

    events = [event async for event in reader]

    ports = [
        event.ice_selected_tuple.remote_port
        for event in events
        if isinstance(event, IceSelectedTupleChange)
    ]
    others = [event.name for event in events if not event.lossy]
    assert others == ["producerpause", "producerresume", "close"]
    assert ports == list(range(13, EventStream.CAPACITY + 10))
    assert reader.lost == 13


def test_a_reader_that_is_gone_is_not_written_to() -> None:
    source = EventSource()
    reader = source.stream(ended=False)
    events = reader._events
    del reader
    gc.collect()

    source.emit(ProducerPause())

    assert not events


def _path(port: int) -> IceSelectedTupleChange:
    return IceSelectedTupleChange(TransportTuple("127.0.0.1", 1, "127.0.0.1", port))
