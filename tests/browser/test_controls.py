"""What the buttons of the page do to one's own streams and to those of others."""

from .people import People


def test_paused_camera_stands_still_for_others_until_resumed(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)
    bob.waits_for_picture(ada)

    ada.tile(ada.mail).get_by_role("button", name="Pause").click()
    bob.tile(ada.mail).get_by_text("Paused").wait_for()
    bob.waits_for_standstill(ada)

    ada.tile(ada.mail).get_by_role("button", name="Resume").click()
    bob.tile(ada.mail).get_by_text("Paused").wait_for(state="hidden")
    bob.waits_for_picture(ada)


def test_muted_microphone_is_silent_until_unmuted(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)
    bob.waits_for_tone(ada)

    ada.press("Microphone")
    bob.tile(ada.mail).get_by_role("img", name="muted").wait_for()
    bob.waits_for_silence(ada)

    ada.press("Microphone")
    bob.tile(ada.mail).get_by_role("img", name="muted").wait_for(state="hidden")
    bob.waits_for_tone(ada)


def test_closed_camera_is_gone_and_can_be_opened_again(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)
    bob.waits_for_picture(ada)

    ada.press("Camera")
    bob.waits_for_no_video(ada)
    bob.waits_for_tone(ada)

    ada.press("Camera")
    bob.waits_for_picture(ada)


def test_screen_is_shown_beside_the_camera(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)

    ada.press("Screen")
    bob.waits_for_picture(ada, "screen")
    bob.waits_for_tone(ada, "screen")
    bob.waits_for_picture(ada)
    bob.waits_for_tone(ada)

    ada.press("Screen")
    bob.tile(ada.mail, "screen").wait_for(state="detached")
    bob.waits_for_picture(ada)


def test_screen_that_the_browser_stops_sharing_is_gone(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)
    ada.press("Screen")
    bob.waits_for_picture(ada, "screen")

    ada.browser_stops_sharing()

    bob.tile(ada.mail, "screen").wait_for(state="detached")


def test_viewer_pauses_a_stream_for_itself_alone(people: People, room: str) -> None:
    ada = people.join(room)
    bob, eve = people.join(room, devices=False), people.join(room, devices=False)
    bob.waits_for_picture(ada)
    eve.waits_for_picture(ada)

    bob.tile(ada.mail).get_by_role("button", name="Pause").click()
    bob.waits_for_standstill(ada)
    eve.waits_for_picture(ada)

    bob.tile(ada.mail).get_by_role("button", name="Resume").click()
    bob.waits_for_picture(ada)


def test_speaking_attendee_is_marked_on_both_sides(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room, devices=False)
    speaks = f'.tile.speaks[data-user="{ada.mail}"]'

    ada.page.locator(speaks).wait_for()
    bob.page.locator(speaks).wait_for()

    ada.press("Microphone")
    bob.page.locator(speaks).wait_for(state="detached")


def test_statistics_are_shown_and_hidden_again(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)
    overlay = bob.tile(ada.mail).locator(".stats")

    bob.press("Statistics")
    for fact in (
        r"VP8 · 640\u00d7480 · \d+ fps",
        r"\d+ kb/s",
        r"loss \d",
        r"rtt \d+ ms",
        "opus · ",
    ):
        bob.waits_for_text(overlay, fact)

    bob.press("Statistics")
    overlay.wait_for(state="hidden")
