"""May this person enter this session now, as whom, with which rights: one named outcome for every case.

`decide` is pure; `of_person` and `of_link` gather the rows for it. Nothing here remembers anything: rights,
links, seats and entitlements are read anew each time, so that a change takes effect at the next knock (R7,
R11, R12).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from rooms import tickets, views
from rooms.errors import Refused
from rooms.rights import Rights, rights_now
from rooms.tickets import Ticket
from school.db import Db
from school.errors import NotFound
from school.links import queries as link_queries
from school.links.queries import LinkRow
from school.organisation import queries as organisation_queries
from school.organisation.queries import OrganisationRow
from school.people import queries as people_queries
from school.schedule.models import Kind
from school.seats import actions as seat_actions
from school.seats import queries as seat_queries
from school.seats.queries import SeatRow
from school.sessions import queries as session_queries
from school.sessions import rules as session_rules
from school.sessions.models import RoomRole
from school.sessions.queries import ExpectedRow, SessionRow


class Outcome(StrEnum):
    """What comes of knocking. Each refusal has words of its own at the edge."""

    ADMITTED = "admitted"
    NOT_OPEN_YET = "not_open_yet"
    WAITING_FOR_TOPIC = "waiting_for_topic"
    WAITING_FOR_HOST = "waiting_for_host"
    WAITING_FOR_TURN = "waiting_for_turn"
    WAITING_FOR_ADMISSION = "waiting_for_admission"
    FULL = "full"
    UNKNOWN_SESSION = "unknown_session"
    NOT_EXPECTED = "not_expected"
    LINK_REVOKED = "link_revoked"
    ENTITLEMENT_ENDED = "entitlement_ended"
    SIGN_IN_REQUIRED = "sign_in_required"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    OVER = "over"


_DOORS: Final[dict[Outcome, views.DoorReason]] = {
    Outcome.NOT_OPEN_YET: "not_open_yet",
    Outcome.WAITING_FOR_TOPIC: "waiting_for_topic",
    Outcome.WAITING_FOR_HOST: "waiting_for_host",
    Outcome.WAITING_FOR_TURN: "waiting_for_turn",
    Outcome.WAITING_FOR_ADMISSION: "waiting_for_admission",
    Outcome.FULL: "full",
}
WAITING: Final = frozenset(_DOORS)
ENTERING: Final = WAITING | {Outcome.ADMITTED}


@dataclass(frozen=True, slots=True)
class Stamp:
    """The personal link that somebody came by, as it was then."""

    link_id: int
    generation: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the decision rests on.

    `claim` is the way in which the person is entitled now, None when there is none; `invited` says that a
    personal link was once made for them; `link_holds` is None for somebody who signed in. `let_in` says that
    the host has let the person, or the person's family, past the door.
    """

    session: SessionRow | None
    settings: OrganisationRow
    claim: ExpectedRow | None
    employed: bool = True
    invited: bool = False
    link_holds: bool | None = None
    barred: bool = False
    seat: SeatRow | None = None
    let_in: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """The outcome, and what it was decided about. `claim` is set whenever `outcome` is one of ENTERING."""

    outcome: Outcome
    facts: Facts
    stamp: Stamp | None

    @property
    def session(self) -> SessionRow:
        """The session; raises Refused when there is none."""
        if self.facts.session is None:
            raise self.refusal()
        return self.facts.session

    @property
    def claim(self) -> ExpectedRow:
        """As whom the person comes; raises Refused when they may not come."""
        if self.facts.claim is None or self.outcome not in ENTERING:
            raise self.refusal()
        return self.facts.claim

    @property
    def rights(self) -> Rights:
        """What the person may do inside."""
        role = role_now(self.claim.role, self.facts.seat)
        return rights_now(self.session.form, self.session.kind, role, self.facts.seat)

    def refusal(self) -> Refused:
        """Make the error that says why not."""
        return Refused(outcome=self.outcome.value)


def decide(facts: Facts, now: datetime) -> Outcome:  # noqa: PLR0911 -- one line for each outcome
    """Name the outcome. What is said first matters: a stranger learns nothing about the session's state."""
    session, claim = facts.session, facts.claim
    if session is None:
        return Outcome.UNKNOWN_SESSION
    if facts.link_holds is False:
        return Outcome.LINK_REVOKED
    if claim is None:
        return Outcome.ENTITLEMENT_ENDED if facts.invited else Outcome.NOT_EXPECTED
    if claim.role is RoomRole.HOST and not facts.employed:
        return Outcome.ENTITLEMENT_ENDED
    if session.cancelled_at is not None:
        return Outcome.CANCELLED
    if session_rules.is_over(session, facts.settings, now):
        return Outcome.OVER
    if facts.link_holds and facts.settings.require_sign_in:
        return Outcome.SIGN_IN_REQUIRED
    if facts.barred:
        return Outcome.REMOVED
    return threshold(session, facts.settings, claim.role, now, let_in=facts.let_in)


def threshold(
    session: SessionRow, settings: OrganisationRow, role: RoomRole, now: datetime, *, let_in: bool
) -> Outcome:
    """Decide for somebody who is entitled: wait, and for what, or come in (cl. 3.5; R24, R41, R43).

    Once the session has started nobody waits any more: who lost the network comes back although the host
    did too.
    """
    if not session_rules.is_open(session, settings, now):
        return Outcome.NOT_OPEN_YET
    if role is RoomRole.HOST:
        return Outcome.ADMITTED
    if session.topic is None:
        return Outcome.WAITING_FOR_TOPIC
    if session.started_at is None:
        return Outcome.WAITING_FOR_HOST
    if let_in or not is_one_by_one(session):
        return Outcome.ADMITTED
    return Outcome.WAITING_FOR_TURN if is_line(session) else Outcome.WAITING_FOR_ADMISSION


def is_one_by_one(session: SessionRow) -> bool:
    """Say whether the host lets people in; else they come in by themselves once the session has started."""
    return session.one_by_one or session.families > 1


def is_line(session: SessionRow) -> bool:
    """Say whether families wait in a line and are received one after another (R15)."""
    return session.kind is Kind.INDIVIDUAL and is_one_by_one(session)


def hears(session: SessionRow, seat: SeatRow | None, rights: Rights, said_at: datetime) -> bool:
    """Say whether somebody may read what was said then.

    In a line each family has a conversation of its own: nobody reads another's (R15).
    """
    if rights.moderate or not is_line(session):
        return True
    return seat is not None and seat.let_in_at is not None and said_at >= seat.let_in_at


def role_now(role: RoomRole, seat: SeatRow | None) -> RoomRole:
    """Give as whom somebody is in the room, whom the host may have asked to help."""
    return RoomRole.COHOST if seat is not None and seat.co_host and role is not RoomRole.HOST else role


def door(
    session: SessionRow,
    settings: OrganisationRow,
    outcome: Outcome,
    now: datetime,
    *,
    ahead: int | None = None,
) -> views.Door | None:
    """Give what a waiting person is shown; None for an outcome that is not waiting.

    `ahead` is how many people stand before them in a line.
    """
    why = _DOORS.get(outcome)
    if why is None:
        return None
    return views.Door(
        why=why,
        opens_at=session_rules.opens_at(session, settings),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        server_now=now,
        ahead=ahead,
    )


async def of_link(db: Db, now: datetime, link_id: int, generation: int) -> Admission:
    """Decide for the bearer of a personal link, once its token has been found to be genuine."""
    settings = await organisation_queries.settings(db)
    link = await link_queries.link(db, link_id)
    stamp = Stamp(link_id, generation)
    if link is None:
        return _decided(Facts(session=None, settings=settings, claim=None), stamp, now)
    return await _of(db, now, settings, link.session_id, link.person_id, link, stamp)


async def of_person(
    db: Db, now: datetime, *, session_id: int, person_id: int, stamp: Stamp | None = None
) -> Admission:
    """Decide for a person who signed in, or (with `stamp`) who came by a link before."""
    settings = await organisation_queries.settings(db)
    link = None if stamp is None else await link_queries.link(db, stamp.link_id)
    return await _of(db, now, settings, session_id, person_id, link, stamp)


async def _of(
    db: Db,
    now: datetime,
    settings: OrganisationRow,
    session_id: int,
    person_id: int,
    link: LinkRow | None,
    stamp: Stamp | None,
) -> Admission:
    try:
        session = await session_queries.session(db, session_id)
    except NotFound:
        return _decided(Facts(session=None, settings=settings, claim=None), stamp, now)
    today = settings.today(now)
    claims = await session_queries.entitlements(db, session_id, person_id, today, now)
    claim = _claim(claims, link)
    seats = await seat_queries.of_session(db, session_id) if is_line(session) else []
    seat = await seat_queries.of_person(db, session_id, person_id)
    facts = Facts(
        session=session,
        settings=settings,
        claim=claim,
        employed=await _employed(db, claim, today, now),
        invited=link is not None or session.host_id == person_id,
        link_holds=None if stamp is None else _holds(link, stamp, session_id, person_id),
        barred=seat is not None and seat.is_barred,
        seat=seat,
        let_in=claim is not None and _let_in(session, seat, claim, seats),
    )
    return _decided(facts, stamp, now)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is in the room or at its door, as far as it matters here."""

    person_id: int
    child_id: int | None
    stamp: Stamp | None


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody expected, and what would come of knocking now for those who are there, by person."""

    expected: tuple[ExpectedRow, ...]
    admissions: dict[int, Admission]


async def roll_call(
    db: Db, now: datetime, session: SessionRow, settings: OrganisationRow, present: Iterable[Present]
) -> Roll:
    """Decide again for everybody who is there, in a few statements for all of them together."""
    today = settings.today(now)
    expected = await session_queries.expected(db, session.id, today, now)
    links = {link.id: link for link in await link_queries.of_session(db, session.id)}
    barred = {seat.person_id for seat in await seat_queries.of_session(db, session.id) if seat.is_barred}
    named = {row.person_id: row for row in expected}
    admissions: dict[int, Admission] = {}
    for who in present:
        link = None if who.stamp is None else links.get(who.stamp.link_id)
        claim = named.get(who.person_id)
        if claim is not None and claim.child_id != who.child_id:
            # Entitled in several ways, and here in another than the first: by which, only their own rows say.
            ways = await session_queries.entitlements(db, session.id, who.person_id, today, now)
            claim = next(
                (way for way in ways if way.child_id == who.child_id), claim if link is None else None
            )
        facts = Facts(
            session=session,
            settings=settings,
            claim=claim,
            employed=await _employed(db, claim, today, now),
            invited=True,
            link_holds=None if who.stamp is None else _holds(link, who.stamp, session.id, who.person_id),
            barred=who.person_id in barred,
        )
        admissions[who.person_id] = _decided(facts, who.stamp, now)
    return Roll(tuple(expected), admissions)


def _decided(facts: Facts, stamp: Stamp | None, now: datetime) -> Admission:
    return Admission(decide(facts, now), facts, stamp)


def _claim(claims: list[ExpectedRow], link: LinkRow | None) -> ExpectedRow | None:
    """Choose as whom: a link says it (for which child), a sign-in takes the strongest way."""
    fitting = claims if link is None else [claim for claim in claims if claim.child_id == link.child_id]
    return fitting[0] if fitting else None


def _holds(link: LinkRow | None, stamp: Stamp, session_id: int, person_id: int) -> bool:
    return (
        link is not None
        and link.revoked_at is None
        and link.generation == stamp.generation
        and (link.session_id, link.person_id) == (session_id, person_id)
    )


async def _employed(db: Db, claim: ExpectedRow | None, today: date, now: datetime) -> bool:
    if claim is None or claim.role is not RoomRole.HOST:
        return True
    return await people_queries.is_active_employee(db, claim.person_id, today, now)


def _let_in(session: SessionRow, seat: SeatRow | None, claim: ExpectedRow, seats: list[SeatRow]) -> bool:
    """A family comes in together: who comes later joins those who are in."""
    if seat is not None and (seat.let_in_at is not None or seat.co_host):
        return True
    family = claim.child_id or claim.person_id
    return is_line(session) and any(
        other.let_in_at is not None and other.family == family
        for other in seats
        if other.role is not RoomRole.HOST
    )


async def give_ticket(db: Db, now: datetime, secret: bytes, admission: Admission) -> str:
    """Write a ticket for somebody who is or will be let in; raises Refused for everybody else.

    Takes the seat when it is the person's first time. The newest ticket is the one that counts.
    """
    claim = admission.claim
    seat = admission.facts.seat or await seat_actions.take(
        db,
        now,
        session_id=admission.session.id,
        person_id=claim.person_id,
        role=claim.role,
        child_id=claim.child_id,
    )
    stamp = admission.stamp
    ticket = Ticket(
        session=admission.session.id,
        person=claim.person_id,
        child=claim.child_id,
        seat=seat.id,
        number=await seat_actions.issue_ticket(db, seat.id),
        link=None if stamp is None else stamp.link_id,
        generation=None if stamp is None else stamp.generation,
    )
    return tickets.sign(secret, ticket)
