import sfu
import trio
from sfu import ConsumerLayers, ConsumerScore
from sfu._channel import Channel
from sfu._engine import Engine
from sfu.events import ConsumerScoreChange, LayersChange, ProducerScoreChange
from sfu.testing import Peer


async def test_media_that_gets_through_has_the_best_scores(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        camera = await alice.publish("video")
        produced = camera.events()
        picture = (await bob.subscribe(camera)).consumer
        consumed = picture.events()
        assert not camera.score
        with trio.fail_after(15):
            while picture.score != ConsumerScore(10, 10, (10,)):
                assert isinstance(await anext(consumed), ConsumerScoreChange)
            event = await anext(produced)

        assert isinstance(event, ProducerScoreChange)
        assert (event.name, event.score) == ("score", camera.score)
        (score,) = camera.score
        (encoding,) = camera.rtp_parameters.encodings
        assert (score.encoding_idx, score.ssrc, score.score) == (0, encoding.ssrc, 10)
        assert score.to_json() == {"encodingIdx": 0, "ssrc": encoding.ssrc, "score": 10}
        (stats,) = await camera.stats()
        assert isinstance(stats, dict)
        assert stats["score"] == 10


async def test_a_sender_that_falls_silent_without_a_word_has_no_score(
    sfu_router: sfu.Router,
) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        camera = await alice.publish("video")
        picture = (await bob.subscribe(camera)).consumer
        events = picture.events()
        with trio.fail_after(30):
            while picture.score.producer_score != 10:
                await anext(events)
            await alice.published(camera).pause()
            while picture.score.producer_score != 0:
                await anext(events)

        assert [score.score for score in camera.score] == [0]
        assert picture.score.score == 10


async def test_the_layer_that_is_sent_is_known(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        camera = await alice.publish("video", simulcast=2)
        picture = (await bob.subscribe(camera)).consumer
        events = picture.events()
        with trio.fail_after(15):
            while picture.current_layers != ConsumerLayers(1):
                await anext(events)
            await picture.pause()
            while (event := await anext(events)) != LayersChange(None):
                assert event.lossy

        assert picture.current_layers is None
        assert {score.rid for score in camera.score} == {"r0", "r1"}


def test_events_of_an_object_that_is_still_being_made_are_kept_for_it() -> None:
    engine = Engine(Channel(_Silent(), on_event=print, on_death=print))
    taken: list[object] = []

    with engine.expecting(7):
        engine.deliver({"event": "consumerScore", "consumer": 7, "score": 9})
        engine.deliver({"event": "consumerScore", "consumer": 8, "score": 0})
        engine.take(7, taken.append)
    engine.deliver({"event": "consumerScore", "consumer": 7, "score": 10})

    assert taken == [
        {"event": "consumerScore", "consumer": 7, "score": 9},
        {"event": "consumerScore", "consumer": 7, "score": 10},
    ]


class _Silent:
    event_fd = -1

    def submit(self, request: int, command: str) -> None:
        raise NotImplementedError

    def drain(self) -> list[str]:
        return []
