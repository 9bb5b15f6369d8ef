"""The shared whiteboard of one room (R47): stored first, then shown, in the order of the strokes' ids."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from rooms import views
from rooms.errors import NoRight, Unknown
from rooms.peer import Peer
from school.board import actions, queries
from school.board.queries import StrokeRow
from school.db import Database, Db
from school.tools import actions as tools
from school.tools.models import BoardFor

# How many strokes one request for them gives: some hundred kilobytes at most.
PAGE = 100


class Board:
    """`drawn_by` says who may draw while the board is up; None while it is away.

    `one_at_a_time`: who changes the board holds it. A stroke that waits for it is drawn on the board of then.
    """

    def __init__(
        self, session_id: int, drawn_by: BoardFor | None, push: Callable[[str, object, Peer | None], None]
    ) -> None:
        self.session_id = session_id
        self._for = drawn_by
        self._push = push
        self.one_at_a_time = asyncio.Lock()

    @property
    def view(self) -> views.Board | None:
        """The board as everybody sees it; its strokes are asked for by themselves."""
        return None if self._for is None else views.Board(self._for.value)

    async def show(self, database: Database, peer: Peer, drawn_by: BoardFor | None) -> None:
        """Put the board up for these to draw on, or away. Raises NoRight."""
        peer.require("moderate")
        async with self.one_at_a_time:
            async with database.begin() as db:
                await tools.show_board(db, session_id=self.session_id, board_for=drawn_by)
            self._for = drawn_by
            self._push("board", views.BoardNow(self.view), None)

    async def draw(
        self,
        database: Database,
        now: datetime,
        peer: Peer,
        *,
        client_id: str,
        colour: str,
        width: int,
        points: Sequence[int],
    ) -> None:
        """Store a stroke once and show it. Raises NoRight, Invalid, BoardFull."""
        async with self.one_at_a_time:
            self._need_to_draw(peer)
            async with database.begin() as db:
                stroke = await actions.draw(
                    db,
                    now,
                    session_id=self.session_id,
                    author_id=peer.id,
                    client_id=client_id,
                    colour=colour,
                    width=width,
                    points=points,
                )
            self._push("board.stroke", view(stroke), None)

    async def erase(self, database: Database, now: datetime, peer: Peer, stroke_id: int) -> None:
        """Take away one's own stroke; who moderates, anybody's. Raises NoRight, Unknown."""
        author = None if peer.rights.moderate else peer.id
        async with self.one_at_a_time:
            self._need_to_draw(peer)
            async with database.begin() as db:
                erased = await actions.erase(
                    db, now, session_id=self.session_id, stroke_id=stroke_id, author_id=author
                )
            if not erased:
                raise Unknown(id=stroke_id)
            self._push("board.erased", views.StrokeErased(stroke_id), None)

    async def undo(self, database: Database, now: datetime, peer: Peer) -> None:
        """Take away one's own last stroke, if there is one. Raises NoRight."""
        async with self.one_at_a_time:
            self._need_to_draw(peer)
            async with database.begin() as db:
                undone = await actions.undo(db, now, session_id=self.session_id, author_id=peer.id)
            if undone is not None:
                self._push("board.erased", views.StrokeErased(undone), None)

    async def clear(self, database: Database, now: datetime, peer: Peer) -> None:
        """Take everything away. Raises NoRight."""
        peer.require("moderate")
        async with self.one_at_a_time:
            async with database.begin() as db:
                await actions.clear(db, now, session_id=self.session_id)
            self._push("board.cleared", views.Nothing(), None)

    def put_away(self) -> None:
        """Show that the database has put the board away and cleared it."""
        self._for = None
        self._push("board", views.BoardNow(None), None)
        self._push("board.cleared", views.Nothing(), None)

    def _need_to_draw(self, peer: Peer) -> None:
        peer.require("write")
        if self._for is None or (self._for is BoardFor.HOSTS and not peer.rights.moderate):
            raise NoRight(right="draw")


async def after(db: Db, session_id: int, stroke_id: int) -> tuple[views.Stroke, ...]:
    """Give up to PAGE strokes in sight that follow one, in their order."""
    return tuple(view(row) for row in await queries.strokes(db, session_id, stroke_id, PAGE))


def view(row: StrokeRow) -> views.Stroke:
    """Show a stored stroke."""
    return views.Stroke(row.id, row.author_id, row.client_id, row.colour, row.width, row.points)
