"""The order in which those who come in and those who change others' seats go on."""

import asyncio

from rooms.turnstile import Turnstile


class Walk:
    """People who go through one turnstile, each until told to go on; `inside` are those who are in it."""

    def __init__(self) -> None:
        self.turnstile = Turnstile()
        self.inside: set[str] = set()
        self._going: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str) -> None:
        """Those whose name is in capitals change others' seats."""
        for name in names:
            self._going[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._go(name))
        await self.settle()

    async def leave(self, *names: str) -> None:
        for name in names:
            self._going[name].set()
        await self.settle()

    async def cancel(self, *names: str) -> None:
        for name in names:
            self._tasks[name].cancel()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def _go(self, name: str) -> None:
        async with self.turnstile if name.isupper() else self.turnstile.passing():
            self.inside.add(name)
            try:
                await self._going[name].wait()
            finally:
                self.inside.discard(name)


async def test_those_who_come_in_do_not_wait_for_each_other() -> None:
    walk = Walk()
    await walk.come("a", "b", "c")
    assert walk.inside == {"a", "b", "c"}


async def test_who_changes_seats_is_alone_and_nobody_overtakes() -> None:
    walk = Walk()
    await walk.come("a", "b", "HOST", "c", "OTHER", "d")
    assert walk.inside == {"a", "b"}
    await walk.leave("a")
    assert walk.inside == {"b"}
    await walk.leave("b")
    assert walk.inside == {"HOST"}
    await walk.leave("HOST")
    assert walk.inside == {"c"}
    await walk.leave("c")
    assert walk.inside == {"OTHER"}
    await walk.leave("OTHER")
    assert walk.inside == {"d"}


async def test_who_is_cancelled_holds_nobody_up() -> None:
    walk = Walk()
    await walk.come("a", "HOST", "b")
    await walk.cancel("HOST")
    assert walk.inside == {"a", "b"}
    await walk.come("HOST", "c")
    await walk.cancel("a", "b")
    assert walk.inside == {"HOST"}
    await walk.cancel("HOST")
    assert walk.inside == {"c"}


async def test_who_is_cancelled_as_their_turn_comes_passes_it_on() -> None:
    walk = Walk()
    await walk.come("A")
    await walk.come("B", "c")
    walk._going["A"].set()
    await asyncio.sleep(0)  # A has left, B's turn has come, and B does not know yet
    await walk.cancel("B")
    assert walk.inside == {"c"}
