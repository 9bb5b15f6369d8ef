"""Connections that have not said yet who they are: bounded for each address, cut when they wait too long."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from aiohttp import web

from web import remote

log = structlog.get_logger("web.sockets")

# A ticket and a first `join` take a second; a media worker that is being started again may hold `join` up.
PATIENCE_SECONDS: Final = 30.0
# A school behind one address comes back together after a restart; each waits for its turn for a moment.
MOST_OF_ONE_ADDRESS: Final = 300


class Line:
    """One connection. It is a stranger's until its ticket was taken, and has `patience` seconds to join."""

    def __init__(self, request: web.Request, patience: float, introduced: Callable[[], None]) -> None:
        self._request = request
        self._patience = patience
        self._introduced: Callable[[], None] | None = introduced
        self._deadline: asyncio.TimerHandle | None = None
        self._ended = False

    def wait(self) -> None:
        """Cut the connection unless it asks to join in time: at first, and when it has lost its person."""
        self.joining()
        if not self._ended:
            self._deadline = asyncio.get_running_loop().call_later(self._patience, self._cut)

    def known(self) -> None:
        """The ticket was taken: the connection counts against its address no longer."""
        introduced, self._introduced = self._introduced, None
        if introduced is not None:
            introduced()

    def joining(self) -> None:
        """It has asked to come in: from here the room decides how long it stays."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def end(self) -> None:
        """The connection is no more."""
        self._ended = True
        self.known()
        self.joining()

    def _cut(self) -> None:
        self._deadline = None
        if self._request.transport is not None:
            log.info("stranger_cut", address=remote.address(self._request))
            self._request.transport.abort()


_LINE: Final = web.RequestKey("line", Line)


class Strangers:
    """How many lines of one address may be strangers' at once, and for how long."""

    def __init__(
        self, *, patience: float = PATIENCE_SECONDS, most_of_one_address: int = MOST_OF_ONE_ADDRESS
    ) -> None:
        self._patience = patience
        self._most = most_of_one_address
        self._of_address: Counter[str] = Counter()

    @contextmanager
    def at_the_gate(self, request: web.Request) -> Iterator[None]:
        """For as long as the connection lasts. Raises HTTPTooManyRequests for one too many of its address."""
        address = remote.address(request)
        if self._of_address[address] >= self._most:
            log.info("too_many_strangers", address=address)
            raise web.HTTPTooManyRequests
        self._of_address[address] += 1
        line = Line(request, self._patience, lambda: self._forget(address))
        request[_LINE] = line
        line.wait()
        try:
            yield
        finally:
            line.end()

    def _forget(self, address: str) -> None:
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]


def line_of(request: web.Request) -> Line:
    """The line that a request has become."""
    return request[_LINE]
