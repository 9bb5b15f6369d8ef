"""Events of the shared whiteboard."""

from typing import Any

from rooms import board
from web.sockets.payloads import After, ByNumber, Draw, Nothing, ShowBoard
from web.sockets.place import Place


async def show(at: Place, wanted: ShowBoard) -> None:
    await at.room.tools.board.show(at.registry.database, at.peer, wanted.drawn_by)


async def hide(at: Place, _: Nothing) -> None:
    await at.room.tools.board.show(at.registry.database, at.peer, None)


async def draw(at: Place, stroke: Draw) -> None:
    """Acknowledged when it is stored; sent again with the same `client_id`, it is the same stroke."""
    now = at.registry.clock()
    at.room.limits(at.peer).strokes.take(now)
    await at.room.tools.board.draw(
        at.registry.database,
        now,
        at.peer,
        client_id=stroke.client_id,
        colour=stroke.colour,
        width=stroke.width,
        points=stroke.points,
    )


async def erase(at: Place, stroke: ByNumber) -> None:
    await at.room.tools.board.erase(at.registry.database, at.registry.clock(), at.peer, stroke.id)


async def undo(at: Place, _: Nothing) -> None:
    await at.room.tools.board.undo(at.registry.database, at.registry.clock(), at.peer)


async def clear(at: Place, _: Nothing) -> None:
    await at.room.tools.board.clear(at.registry.database, at.registry.clock(), at.peer)


async def after(at: Place, last: After) -> Any:
    """The strokes that follow the last one that the browser has."""
    async with at.registry.database.read() as db:
        return {"strokes": await board.after(db, at.room.id, last.id)}
