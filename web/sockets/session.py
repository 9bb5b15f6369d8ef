"""Events of the session itself: knock, leave, set the topic, close."""

from typing import Any

from rooms import entry, hosting, views
from web.sockets.payloads import Close, Nothing, SetTopic
from web.sockets.place import Place


async def join(at: Place, _: Nothing) -> Any:
    """Come in, or hear what to wait for."""
    found = await entry.join(at.registry, at.room, at.peer)
    if isinstance(found, views.Door):
        return {"status": "waiting", "door": found}
    return {"status": "joined", "snapshot": found}


async def leave(at: Place, _: Nothing) -> None:
    """Go out; the browser then disconnects."""
    await entry.leave(at.registry, at.room, at.peer)


async def set_topic(at: Place, topic: SetTopic) -> None:
    await hosting.set_topic(
        at.registry, at.room, at.peer, topic=topic.topic, basis=topic.basis, scope=topic.scope
    )


async def close(at: Place, wanted: Close) -> None:
    """End the session for everybody; the push `over` follows the answer's own way."""
    await hosting.close(at.registry, at.room, at.peer, reason=wanted.reason)
