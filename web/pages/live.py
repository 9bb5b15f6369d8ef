"""What is going on now, for the administrator: open rooms, who is in, who is expected, their media (R58)."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from rooms.registry import LiveRoom, PersonThere
from school.organisation import queries as organisation
from school.organisation.queries import OrganisationRow
from school.people.rules import Capability
from school.quality.rules import Grade, grade
from school.sessions import queries as sessions
from school.sessions.queries import ExpectedRow
from web import call_words, labels
from web.access import Route, capability
from web.consultation import Consultation, describe
from web.keys import DATABASE, READER, REGISTRY
from web.reader import Reader
from web.reply import page
from web.words import N_

_MEDIA = {
    ("microphone", "on"): N_("microphone on"),
    ("microphone", "paused"): N_("microphone off"),
    ("camera", "on"): N_("camera on"),
    ("camera", "paused"): N_("camera off"),
    ("screen", "on"): N_("shows the screen"),
    ("screen", "paused"): N_("screen paused"),
}
_CONNECTION = {
    "connected": (N_("media connected"), "good"),
    "new": (N_("media connecting"), ""),
    "connecting": (N_("media connecting"), ""),
    "failed": (N_("no media connection"), "bad"),
    "closed": (N_("no media connection"), "bad"),
}
_WAITS_FOR = {
    "not_open_yet": N_("waits: the room is not open yet"),
    "waiting_for_topic": N_("waits for the topic"),
    "waiting_for_host": N_("waits for the host"),
    "waiting_for_turn": N_("waits in the line"),
    "waiting_for_admission": N_("waits to be let in"),
    "full": N_("waits: the room is full"),
}
_WAITS = N_("waits")
_CALL = {
    Grade.GOOD: N_("connection good"),
    Grade.WEAK: N_("connection with interruptions"),
    Grade.BAD: N_("connection bad"),
}


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in the room or at its door; `look` is the badge of the media connection.

    `call` says how good it was in the last minute, with the look of its own badge.
    """

    name: str
    about: str
    inside: bool
    since: datetime
    waits: str
    media: tuple[str, ...]
    connection: str
    look: str
    call: str
    call_look: str


@dataclass(frozen=True, slots=True)
class LiveCard:
    """One room: who is inside, who stands at the door, who is expected and not here."""

    consultation: Consultation
    inside: tuple[Present, ...]
    waiting: tuple[Present, ...]
    absent: tuple[tuple[str, str], ...]
    """(name, as whom)."""

    @property
    def expected(self) -> int:
        return len(self.inside) + len(self.waiting) + len(self.absent)


async def live(request: web.Request) -> web.Response:
    reader = request[READER]
    rooms = {room.session.id: room for room in request.app[REGISTRY].overview()}
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        today = settings.today(reader.when.now)
        for row in await sessions.open_now(db, reader.when.now, settings):
            if row.id not in rooms:
                rooms[row.id] = LiveRoom(
                    row, (), tuple(await sessions.expected(db, row.id, today, reader.when.now))
                )
    ordered = sorted(rooms.values(), key=lambda room: (room.session.starts_at, room.session.id))
    return page(request, "live/page.html", rooms=[_card(room, reader, settings) for room in ordered])


def _card(room: LiveRoom, reader: Reader, settings: OrganisationRow) -> LiveCard:
    there = [_present(person, reader) for person in room.there]
    return LiveCard(
        consultation=describe(room.session, reader, settings),
        inside=tuple(person for person in there if person.inside),
        waiting=tuple(person for person in there if not person.inside),
        absent=tuple((row.name, _about(row, reader)) for row in room.absent),
    )


def _present(person: PersonThere, reader: Reader) -> Present:
    say = reader.words.gettext
    connection, look = _CONNECTION.get(person.connection or "", ("", ""))
    states = [_MEDIA.get((source, state)) for source, state in person.media.items()]
    return Present(
        name=person.name,
        about=_about(person, reader),
        inside=person.inside,
        since=person.since,
        waits="" if person.inside else say(_WAITS_FOR.get(person.waits_for or "", _WAITS)),
        media=tuple(say(state) for state in states if state),
        connection=say(connection) if connection else "",
        look=look,
        call=say(_CALL[grade(person.seen)]) if person.seen else "",
        call_look=call_words.LOOK[grade(person.seen)] if person.seen else "",
    )


def _about(who: PersonThere | ExpectedRow, reader: Reader) -> str:
    return labels.as_whom(
        reader.words, who.role, relation=who.relation, child=who.child_name, group=who.group_name
    )


ROUTES = (Route("live", "GET", "/live", live, capability(Capability.WATCH_LIVE)),)
