"""Two pages in a call: each decodes what the other sends, through the engine."""

import statistics
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .attendee import Attendee, Stats
from .people import People
from .server import Server

Pair = tuple[Attendee, Attendee]

# Not a performance goal: a picture older than this is not of this call's present.
STALE_MS = 5000


@pytest.fixture(scope="module")
def call(browser: Browser, server: Server) -> Iterator[Pair]:
    """Two people who stay in a call, which the tests only look at."""
    people = People(browser, server)
    yield people.join("call"), people.join("call")
    people.go()
    assert people.complaints == []


def test_each_sees_the_others_picture_in_full_size(call: Pair) -> None:
    ada, bob = call

    ada.waits_for_picture(bob)
    bob.waits_for_picture(ada)

    ada.waits_for_size(bob, 640, 480)
    bob.waits_for_size(ada, 640, 480)


def test_each_hears_the_others_tone(call: Pair) -> None:
    ada, bob = call

    ada.waits_for_tone(bob)
    bob.waits_for_tone(ada)


def test_picture_and_sound_are_vp8_and_opus_unless_asked_otherwise(call: Pair) -> None:
    for attendee in call:
        attendee.waits_for_packets(1)

        assert attendee.received_codecs() == {"video/VP8", "audio/opus"}


def test_nothing_is_lost_on_loopback(call: Pair) -> None:
    for attendee in call:
        attendee.waits_for_packets(250)

        streams = attendee.stats("inbound-rtp")

        assert [stream["packetsLost"] for stream in streams] == [0, 0]


def test_senders_are_not_throttled_on_loopback(call: Pair) -> None:
    for attendee in call:
        attendee.waits_for_frames(450)

    for attendee in call:
        # A browser that is busy has no target at times.
        attendee.waits_for_stats("outbound-rtp", is_unthrottled)


def is_unthrottled(streams: list[Stats]) -> bool:
    """Whether the camera may have 500 kb/s and more."""
    [video] = [stream for stream in streams if stream["kind"] == "video"]
    target: float = video.get("targetBitrate", 0)
    return target > 500_000 and video["qualityLimitationReason"] != "bandwidth"


def test_media_is_encrypted_with_gcm(call: Pair) -> None:
    for attendee in call:
        attendee.waits_for_packets(1)

        transports = attendee.stats("transport")

        assert len(transports) == 2
        assert all("GCM" in transport["srtpCipher"] for transport in transports), transports


def test_pictures_are_shown_soon_after_they_are_drawn(
    call: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, bob = call
    ada.waits_for_picture(bob)

    latencies = ada.latencies_ms(bob, frames=60)

    with capsys.disabled():
        sys.stdout.write(f"\nend-to-end latency: median {statistics.median(latencies)} ms, ")
        sys.stdout.write(f"longest {max(latencies)} ms of {len(latencies)} frames\n")
    assert max(latencies) < STALE_MS


@pytest.mark.parametrize("codec", ["H264", "VP9", "AV1"])
def test_other_codecs_are_sent_and_decoded(people: People, room: str, codec: str) -> None:
    ada, bob = people.join(room, codec=codec), people.join(room, codec=codec)

    ada.waits_for_picture(bob)
    bob.waits_for_picture(ada)

    assert ada.received_codecs() == bob.received_codecs() == {f"video/{codec}", "audio/opus"}


def test_people_who_send_different_codecs_see_each_other(people: People, room: str) -> None:
    ada, bob = people.join(room, codec="VP8"), people.join(room, codec="VP9")

    ada.waits_for_picture(bob)
    bob.waits_for_picture(ada)

    assert ada.received_codecs() == {"video/VP9", "audio/opus"}
    assert bob.received_codecs() == {"video/VP8", "audio/opus"}


def test_simulcast_camera_is_seen(people: People, room: str) -> None:
    ada, bob = people.join(room, simulcast="on"), people.join(room, devices=False)

    bob.waits_for_picture(ada)

    assert len({stream["rid"] for stream in ada.stats("outbound-rtp") if "rid" in stream}) == 3
