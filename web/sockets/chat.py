"""Events of the chat."""

from typing import Any

from web.sockets.payloads import After, ByNumber, Say
from web.sockets.place import Place


async def send(at: Place, said: Say) -> Any:
    """Acknowledged when it is stored; sent again with the same `client_id`, it is the same message."""
    now = at.registry.clock()
    at.room.limits(at.peer).messages.take(now)
    message = await at.room.chat.say(
        at.registry.database,
        now,
        at.peer,
        client_id=said.client_id,
        body=said.body,
        reply_to=said.reply_to,
    )
    return {"id": message.id, "sent_at": message.sent_at}


async def after(at: Place, last: After) -> Any:
    """What was said since the last message that the browser has."""
    async with at.registry.database.read() as db:
        return {"messages": await at.room.chat.after(db, at.peer, last.id)}


async def hide(at: Place, message: ByNumber) -> None:
    """Take a message out of sight, and the slides that it carries; everybody is told by pushes."""
    await at.room.chat.hide(at.registry.database, at.registry.clock(), at.peer, message.id)
    await at.room.tools.hide_slides_out_of_sight(at.registry.database, at.peer)
