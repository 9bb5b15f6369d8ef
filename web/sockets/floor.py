"""Events of the floor and of the door: the browser side of `rooms.floor` and `rooms.lobby`."""

from typing import Any

from rooms import floor, hosting, lobby
from web.sockets.payloads import CoHost, Extend, Next, Nothing, OneByOne, Person, Refuse, Remove, Stop
from web.sockets.place import Place


async def raise_hand(at: Place, _: Nothing) -> None:
    await floor.raise_hand(at.registry, at.room, at.peer)


async def lower_hand(at: Place, hand: Person) -> None:
    await floor.lower_hand(at.registry, at.room, at.peer, hand.person)


async def give(at: Place, to: Person) -> None:
    await floor.give(at.registry, at.room, at.peer, to.person)


async def take(at: Place, back: Person) -> None:
    await floor.take(at.registry, at.room, at.peer, back.person)


async def mute(at: Place, whom: Person) -> None:
    await floor.mute(at.registry, at.room, at.peer, whom.person)


async def mute_all(at: Place, _: Nothing) -> None:
    await floor.mute_all(at.registry, at.room, at.peer)


async def stop(at: Place, what: Stop) -> None:
    await floor.stop(at.registry, at.room, at.peer, what.person, source=what.source, stopped=what.stopped)


async def remove(at: Place, whom: Remove) -> None:
    await floor.remove(at.registry, at.room, at.peer, whom.person, may_return=whom.may_return)


async def readmit(at: Place, whom: Person) -> None:
    await floor.readmit(at.registry, at.room, at.peer, whom.person)


async def co_host(at: Place, whom: CoHost) -> None:
    await floor.make_co_host(at.registry, at.room, at.peer, whom.person, co_host=whom.co_host)


async def admit(at: Place, whom: Person) -> None:
    await lobby.admit(at.registry, at.room, at.peer, whom.person)


async def admit_all(at: Place, _: Nothing) -> None:
    await lobby.admit_all(at.registry, at.room, at.peer)


async def refuse(at: Place, whom: Refuse) -> None:
    await lobby.refuse(at.registry, at.room, at.peer, whom.person, word=whom.word)


async def next_family(at: Place, whom: Next) -> None:
    await lobby.next_family(at.registry, at.room, at.peer, whom.person)


async def one_by_one(at: Place, wish: OneByOne) -> None:
    await lobby.one_by_one(at.registry, at.room, at.peer, on=wish.on)


async def extend(at: Place, by: Extend) -> Any:
    """Gives the session's new end."""
    return {"ends_at": await hosting.extend(at.registry, at.room, at.peer, minutes=by.minutes)}
