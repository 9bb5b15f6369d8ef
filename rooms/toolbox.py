"""The teacher's tools of one room (R47, R30): a poll, a timer, slides, the attestation checklist.

Each change is stored first, then shown; one at a time, so that what is stored last is shown last. What is
kept here is what the database says, so that a snapshot is taken without waiting for it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from rooms import views
from rooms.board import Board
from rooms.chat import file_view
from rooms.errors import NoRight, Unknown
from rooms.peer import Peer
from school.attestation import actions as attestation
from school.attestation import queries as attestation_queries
from school.attestation.models import ChecklistItem
from school.attestation.queries import ItemRow
from school.board import actions as board
from school.conversation import queries as conversation
from school.db import Database, Db
from school.polls import actions as polls
from school.polls import queries as poll_queries
from school.polls.models import PollKind
from school.polls.queries import PollRow
from school.polls.rules import YES_NO
from school.schedule.models import Purpose
from school.tools import actions as tools
from school.tools import queries as tool_queries
from school.tools.queries import ToolsRow

# Who leads reads the last so many answers in words; the database has them all.
TEXTS_SHOWN = 50
SLIDES_TYPE = "application/pdf"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database says of a room's tools."""

    poll: PollRow | None
    put_up: ToolsRow
    checklist: tuple[ItemRow, ...] | None


async def load(db: Db, session_id: int, purpose: Purpose) -> Kept:
    """Read what a room starts with."""
    checklist = None
    if purpose is Purpose.ATTESTATION:
        checklist = await attestation_queries.checklist(db, session_id)
    return Kept(
        poll=await poll_queries.latest(db, session_id),
        put_up=await tool_queries.tools(db, session_id),
        checklist=checklist,
    )


async def put_away(db: Db, now: datetime, session_id: int) -> None:
    """Put away everything that those who come next are not to see; the checklist is the session's."""
    await polls.put_away(db, now, session_id=session_id)
    await tools.put_away(db, session_id=session_id)
    await board.clear(db, now, session_id=session_id)


class Toolbox:
    """`peers` are those inside, by person: the room's own mapping."""

    def __init__(self, session_id: int, kept: Kept, peers: Mapping[int, Peer]) -> None:
        self.session_id = session_id
        self._kept = kept
        self._peers = peers
        self._one_at_a_time = asyncio.Lock()
        self.board = Board(session_id, kept.put_up.board_for, self._tell_all)

    def view(self, peer: Peer) -> views.Tools:
        """What this person sees of the tools."""
        return views.Tools(
            poll=self._poll(peer),
            timer=self._timer(),
            slides=self._slides(),
            board=self.board.view,
            checklist=self._checklist(peer),
        )

    def tell(self, peer: Peer) -> None:
        """Tell a person whose rights have changed."""
        peer.port.notify("tools", self.view(peer))

    @asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """Let nobody change a tool meanwhile; who waits for it finds the tools as they are then."""
        async with self._one_at_a_time, self.board.one_at_a_time:
            yield

    def put_away(self) -> None:
        """Show that the database has put everything away; while the tools stand still."""
        self._kept = replace(self._kept, poll=None, put_up=ToolsRow())
        self.board.put_away()
        for peer in list(self._peers.values()):
            self.tell(peer)

    # -- polls -------------------------------------------------------------------------------------

    async def ask(
        self,
        database: Database,
        now: datetime,
        peer: Peer,
        *,
        kind: PollKind,
        question: str,
        options: Sequence[str],
        shown: bool,
    ) -> None:
        """Open a poll. Raises NoRight, Invalid, PollGoesOn."""
        peer.require("moderate")
        asked = {"session_id": self.session_id, "by": peer.id}

        async def open_poll(db: Db) -> None:
            await polls.open_poll(
                db, now, **asked, kind=kind, question=question, options=options, shown=shown
            )

        await self._change_poll(database, open_poll)

    async def answer(
        self, database: Database, now: datetime, peer: Peer, poll_id: int, answer: Sequence[int] | str
    ) -> None:
        """Answer by numbers of options or in words; those who lead are not asked.

        Raises NoRight, PollClosed, Invalid.
        """
        peer.require("write")
        if peer.rights.moderate:
            raise NoRight(right="answer")
        named = {"session_id": self.session_id, "poll_id": poll_id, "person_id": peer.id}

        async def give(db: Db) -> None:
            if isinstance(answer, str):
                await polls.write(db, now, **named, text=answer)
            else:
                await polls.choose(db, now, **named, choices=answer)

        await self._change_poll(database, give, told=peer)

    async def show_results(self, database: Database, peer: Peer, poll_id: int, *, shown: bool) -> None:
        """Show everybody the results, or hide them. Raises NoRight, NotFound."""
        peer.require("moderate")
        named = {"session_id": self.session_id, "poll_id": poll_id}
        await self._change_poll(database, lambda db: polls.show(db, **named, shown=shown))

    async def close_poll(self, database: Database, now: datetime, peer: Peer, poll_id: int) -> None:
        """Take no more answers. Raises NoRight."""
        peer.require("moderate")
        named = {"session_id": self.session_id, "poll_id": poll_id}
        await self._change_poll(database, lambda db: polls.close(db, now, **named))

    async def _change_poll(
        self, database: Database, change: Callable[[Db], Awaitable[object]], told: Peer | None = None
    ) -> None:
        """An answer (`told` gave it) concerns whoever may see results; anything else everybody."""
        async with self._one_at_a_time:
            async with database.begin() as db:
                await change(db)
                poll = await poll_queries.latest(db, self.session_id)
            self._kept = replace(self._kept, poll=poll)
        for peer in list(self._peers.values()):
            if told is None or peer is told or peer.rights.moderate or (poll and poll.shown):
                peer.port.notify("poll", views.PollNow(self._poll(peer)))

    def _poll(self, peer: Peer) -> views.Poll | None:
        poll = self._kept.poll
        if poll is None:
            return None
        mine = poll.answers.get(peer.id)
        return views.Poll(
            id=poll.id,
            kind=poll.kind.value,
            question=poll.question,
            options=poll.options,
            shown=poll.shown,
            closed=poll.closed_at is not None,
            mine=None if mine is None else views.PollAnswer(mine.choices, mine.text),
            results=_results(poll) if poll.shown or peer.rights.moderate else None,
        )

    # -- what is put up ----------------------------------------------------------------------------

    async def start_timer(
        self, database: Database, now: datetime, peer: Peer, *, minutes: int, break_minutes: int
    ) -> None:
        """Count minutes, then a break. Raises NoRight, Invalid."""
        named = {"session_id": self.session_id, "minutes": minutes, "break_minutes": break_minutes}
        await self._put_up(database, peer, lambda db: tools.start_timer(db, now, **named))
        self._push("timer", views.TimerNow(self._timer()))

    async def stop_timer(self, database: Database, peer: Peer) -> None:
        """Count no more. Raises NoRight."""
        await self._put_up(database, peer, lambda db: tools.stop_timer(db, session_id=self.session_id))
        self._push("timer", views.TimerNow(self._timer()))

    async def show_slides(self, database: Database, peer: Peer, file_id: int) -> None:
        """Show a PDF that stands in this room's chat. Raises NoRight, Unknown."""

        async def show(db: Db) -> None:
            file = await conversation.file_in_sight(db, self.session_id, file_id)
            if file is None or file.media_type != SLIDES_TYPE:
                raise Unknown(id=file_id)
            await tools.show_slides(db, session_id=self.session_id, file_id=file_id)

        await self._put_up(database, peer, show)
        self._push("slides", views.SlidesNow(self._slides()))

    async def turn(self, database: Database, peer: Peer, page: int) -> None:
        """Show everybody another page. Raises NoRight, Invalid, NoSlides."""
        await self._put_up(database, peer, lambda db: tools.turn(db, session_id=self.session_id, page=page))
        self._push("slides", views.SlidesNow(self._slides()))

    async def hide_slides(self, database: Database, peer: Peer) -> None:
        """Show no document. Raises NoRight."""
        await self._put_up(database, peer, lambda db: tools.hide_slides(db, session_id=self.session_id))
        self._push("slides", views.SlidesNow(self._slides()))

    async def hide_slides_out_of_sight(self, database: Database, peer: Peer) -> None:
        """Show a document no more whose message was hidden: nobody could fetch it. Raises NoRight."""
        shown = self._kept.put_up.slides
        if shown is None:
            return
        async with database.read() as db:
            file = await conversation.file_in_sight(db, self.session_id, shown.file.id)
        if file is None:
            await self.hide_slides(database, peer)

    async def _put_up(self, database: Database, peer: Peer, change: Callable[[Db], Awaitable[None]]) -> None:
        """Store a change and read what is put up now. Nothing is awaited before its caller tells of it."""
        peer.require("moderate")
        async with self._one_at_a_time:
            async with database.begin() as db:
                await change(db)
                put_up = await tool_queries.tools(db, self.session_id)
            self._kept = replace(self._kept, put_up=put_up)

    def _timer(self) -> views.Timer | None:
        timer = self._kept.put_up.timer
        return None if timer is None else views.Timer(timer.started_at, timer.ends_at, timer.break_ends_at)

    def _slides(self) -> views.Slides | None:
        slides = self._kept.put_up.slides
        file = None if slides is None else file_view(slides.file)
        return None if slides is None or file is None else views.Slides(file, slides.page)

    # -- the checklist -----------------------------------------------------------------------------

    async def tick(
        self, database: Database, now: datetime, peer: Peer, item: ChecklistItem, *, done: bool
    ) -> None:
        """Say that an item was gone through, or take it back.

        Raises NoRight, NotTheHost, NotForAttestation.
        """
        peer.require("lead")
        async with self._one_at_a_time:
            async with database.begin() as db:
                await attestation.tick(db, now, session_id=self.session_id, by=peer.id, item=item, done=done)
                checklist = await attestation_queries.checklist(db, self.session_id)
            self._kept = replace(self._kept, checklist=checklist)
        for one in list(self._peers.values()):
            if one.rights.moderate:
                one.port.notify("checklist", views.ChecklistNow(self._checklist(one)))

    def _checklist(self, peer: Peer) -> tuple[views.ChecklistItem, ...] | None:
        rows = self._kept.checklist
        if rows is None or not peer.rights.moderate:
            return None
        return tuple(views.ChecklistItem(row.item.value, row.ticked_at) for row in rows)

    def _tell_all(self, event: str, data: object, _: Peer | None) -> None:
        self._push(event, data)

    def _push(self, event: str, data: object) -> None:
        for peer in list(self._peers.values()):
            peer.port.notify(event, data)


def _results(poll: PollRow) -> views.PollResults:
    options = YES_NO if poll.kind is PollKind.YES_NO else poll.options
    answers = list(poll.answers.values())
    return views.PollResults(
        answered=len(answers),
        counts=tuple(sum(number in answer.choices for answer in answers) for number, _ in enumerate(options)),
        texts=tuple(answer.text for answer in answers if answer.text)[-TEXTS_SHOWN:],
    )
