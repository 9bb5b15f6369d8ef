"""Every event × every role in every form: who is refused for want of a right, and who is not."""

import pytest

from school.db import Database
from school.schedule.models import Form
from tests.web.sockets.line import open_line
from tests.web.sockets.test_hostile import VALID
from web.sockets import EVENTS

EVERYBODY = frozenset({"teacher", "student", "parent"})
TEACHER = frozenset({"teacher"})
AUDIENCE = EVERYBODY - TEACHER
NOBODY: frozenset[str] = frozenset()

# Who may send an event, whatever the form. What a person may do to a thing of theirs is asked of the thing.
MAY = {
    "join": EVERYBODY,
    "leave": EVERYBODY,
    "topic.set": TEACHER,
    "room.close": TEACHER,
    "room.extend": TEACHER,
    "hand.lower": TEACHER,  # another's hand; one's own is everybody's (test_floor)
    "floor.give": TEACHER,
    "floor.take": TEACHER,
    "floor.mute": TEACHER,
    "floor.mute_all": TEACHER,
    "floor.stop": TEACHER,
    "floor.remove": TEACHER,
    "floor.readmit": TEACHER,
    "floor.co_host": TEACHER,
    "lobby.admit": TEACHER,
    "lobby.admit_all": TEACHER,
    "lobby.refuse": TEACHER,
    "lobby.next": TEACHER,
    "lobby.one_by_one": TEACHER,
    "chat.send": EVERYBODY,
    "chat.after": EVERYBODY,
    "chat.hide": TEACHER,
    "poll.open": TEACHER,
    "poll.choose": AUDIENCE,
    "poll.write": AUDIENCE,
    "poll.show": TEACHER,
    "poll.close": TEACHER,
    "timer.start": TEACHER,
    "timer.stop": TEACHER,
    "slides.show": TEACHER,
    "slides.turn": TEACHER,
    "slides.hide": TEACHER,
    "checklist.tick": TEACHER,
    "board.show": TEACHER,
    "board.hide": TEACHER,
    "board.clear": TEACHER,
    "board.after": EVERYBODY,
    # In the order of asking no board is shown at first, then only the teacher's own (test_tools).
    "board.draw": NOBODY,
    "board.erase": NOBODY,
    "board.undo": TEACHER,
    "transport.create": EVERYBODY,
    "transport.connect": EVERYBODY,
    "transport.restart_ice": EVERYBODY,
    "producer.pause": EVERYBODY,
    "producer.resume": EVERYBODY,
    "producer.close": EVERYBODY,
    "consume": EVERYBODY,
    "consumer.pause": EVERYBODY,
    "consumer.resume": EVERYBODY,
    "consumer.close": EVERYBODY,
    "consumer.size": EVERYBODY,
    "quality.report": EVERYBODY,
}
# What the form decides (R14): the audience of a webinar listens, a chat carries no media.
MAY_IN = {
    Form.WEBINAR: MAY | {"hand.raise": AUDIENCE, "produce": TEACHER},
    Form.VIDEOCONFERENCE: MAY | {"hand.raise": AUDIENCE, "produce": EVERYBODY},
    Form.CHAT: MAY | dict.fromkeys(("hand.raise", "produce", "floor.mute_all", "quality.report"), NOBODY),
}
# These end a stay or the room, so they come after all others.
LAST = ("leave", "room.close")


@pytest.mark.parametrize("form", Form)
def test_the_table_names_every_event_and_nothing_else(form: Form) -> None:
    assert set(MAY_IN[form]) == set(EVENTS)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("who", sorted(EVERYBODY))
async def test_a_role_without_the_right_is_refused_and_with_it_is_not(
    sqlite_database: Database, form: Form, who: str
) -> None:
    async with open_line(sqlite_database, form=form) as line:
        school = line.house.school
        people = {"teacher": school.teacher, "student": school.student, "parent": school.parent}
        teacher = await line.enter(people["teacher"])
        browser = teacher if who == "teacher" else await line.enter(people[who])
        refused, expected = set(), set()
        for event in sorted(set(EVENTS) - set(LAST)) + list(LAST):
            if event == "room.close" and who != "teacher":
                await browser.done("join")
            answer = await browser.ask(event, VALID[event])
            line.house.clock.pass_(seconds=2)
            if not answer["ok"] and answer["code"] in ("no_right", "no_media"):
                refused.add(event)
            if who not in MAY_IN[form][event]:
                expected.add(event)
            if event == "leave":
                await browser.done("join")
        media = {name for name in EVENTS if name.startswith(("transport.", "producer.", "consume"))}
        expected |= media if form is Form.CHAT else set()
        assert refused == expected
