"""Who changes the seats of a room: one host at a time, or any number of people who come in.

Somebody who comes in changes their own seat only, so that those who come in do not wait for each other. First
come, first served: a host waits for those who came before, and those who come later wait for the host.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """`async with turnstile` is for who changes anybody's seat, `passing()` for who changes their own."""

    def __init__(self) -> None:
        self._passing = 0
        self._changing = False
        self._waiting: deque[tuple[bool, asyncio.Future[None]]] = deque()

    async def __aenter__(self) -> None:
        await self._wait(alone=True)

    async def __aexit__(self, *_: object) -> None:
        self._leave(alone=True)

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Change one's own seat, beside others who do the same."""
        await self._wait(alone=False)
        try:
            yield
        finally:
            self._leave(alone=False)

    async def _wait(self, *, alone: bool) -> None:
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append((alone, mine))
        self._let_on()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled():
                self._let_on()
            else:  # it was this one's turn already
                self._leave(alone=alone)
            raise

    def _leave(self, *, alone: bool) -> None:
        if alone:
            self._changing = False
        else:
            self._passing -= 1
        self._let_on()

    def _let_on(self) -> None:
        while self._waiting:
            alone, first = self._waiting[0]
            if first.cancelled():
                self._waiting.popleft()
            elif self._changing or (alone and self._passing):
                return
            else:
                self._waiting.popleft()
                self._changing = alone
                self._passing += not alone
                first.set_result(None)
