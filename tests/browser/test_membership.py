"""Coming and going: reloads, closed tabs, second pages, many viewers."""

from .people import People
from .server import Server


def test_latecomer_sees_and_hears_everybody(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)

    eve = people.join(room, devices=False)

    for other in (ada, bob):
        eve.waits_for_picture(other)
        eve.waits_for_tone(other)


def test_reloaded_page_is_back_with_the_same_mail(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)
    bob.waits_for_picture(ada)

    ada.page.reload()

    ada.waits_for_picture(bob)
    bob.waits_for_picture(ada)
    bob.waits_for_tone(ada)
    assert bob.page.locator(".tile").count() == 2


def test_closed_tab_is_noticed_within_a_second(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)
    bob.waits_for_picture(ada)

    ada.page.close()

    bob.tile(ada.mail).wait_for(state="detached", timeout=1000)


def test_leaving_returns_to_the_form_and_is_noticed(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)
    bob.tile(ada.mail).wait_for()

    ada.press("Leave")

    bob.tile(ada.mail).wait_for(state="detached")
    ada.page.get_by_role("button", name="Join").wait_for()
    assert "roomName" not in ada.page.url


def test_second_page_of_a_mail_replaces_the_first(
    people: People, server: Server, room: str
) -> None:
    first, bob = people.join(room), people.join(room)
    second = people.arrive(first.mail)

    second.join(server.address, room)

    first.page.get_by_text("joined the room from another page").wait_for()
    bob.waits_for_picture(second)
    assert bob.page.locator(".tile").count() == 2


def test_ten_viewers_see_one_publisher(people: People, room: str) -> None:
    ada = people.join(room)

    viewers = [people.join(room, devices=False) for _ in range(10)]

    for viewer in viewers:
        viewer.waits_for_picture(ada)
        viewer.waits_for_tone(ada)


def test_rooms_do_not_see_each_other(people: People, room: str) -> None:
    ada, bob = people.join(room), people.join(room)

    eve = people.join(f"{room} next door")

    bob.waits_for_picture(ada)
    assert eve.page.locator(".tile").count() == 1
