"""A bad network: a UDP relay between browsers and the worker, a `Line` in each direction."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.rooms.sfu.line import Line

Address = tuple[str, int]


class Relay(asyncio.DatagramProtocol):
    """One port for all browsers, who share both lines, and one for each towards the worker."""

    def __init__(self, worker: Address, seed: int) -> None:
        self.up = Line(seed=seed)
        self.down = Line(seed=seed + 1)
        self._worker = worker
        self._ways: dict[Address, _Way] = {}
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def lost(self) -> int:
        """How many datagrams of both directions."""
        return self.up.lost + self.down.lost

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] -- a datagram endpoint
        self._transport = transport

    def datagram_received(self, data: bytes, address: Address) -> None:
        way = self._ways.get(address)
        if way is None:
            way = self._ways[address] = _Way(self, address)
            way.opened(asyncio.get_running_loop(), self._worker)
        way.send(data)

    def to_browser(self, data: bytes, address: Address) -> None:
        """Carry a datagram of the worker's."""
        carry(self.down, data, lambda: self._deliver(data, address))

    def _deliver(self, data: bytes, address: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, address)

    def close(self) -> None:
        for way in self._ways.values():
            way.close()
        if self._transport is not None:
            self._transport.close()


class _Way(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay, browser: Address) -> None:
        self._relay = relay
        self._browser = browser
        self._waiting: list[bytes] = []
        self._transport: asyncio.DatagramTransport | None = None
        self._opening: asyncio.Task[object] | None = None

    def opened(self, loop: asyncio.AbstractEventLoop, worker: Address) -> None:
        self._opening = loop.create_task(loop.create_datagram_endpoint(lambda: self, remote_addr=worker))

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] -- a datagram endpoint
        self._transport = transport
        for data in self._waiting:
            transport.sendto(data)

    def datagram_received(self, data: bytes, _address: Address) -> None:
        self._relay.to_browser(data, self._browser)

    def send(self, data: bytes) -> None:
        carry(self._relay.up, data, lambda: self._arrived(data))

    def _arrived(self, data: bytes) -> None:
        if self._transport is None:
            self._waiting.append(data)
        elif not self._transport.is_closing():
            self._transport.sendto(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def carry(line: Line, data: bytes, arrive: Callable[[], object]) -> None:
    """Let it arrive when the line says, at once if that is now."""
    loop = asyncio.get_running_loop()
    now = loop.time()
    for at in line.carry(len(data), now):
        if at <= now:
            arrive()
        else:
            loop.call_at(at, arrive)


@asynccontextmanager
async def relay(worker_port: int, *, seed: int) -> AsyncIterator[Relay]:
    """A relay in front of the worker on loopback, a perfect network at first."""
    loop = asyncio.get_running_loop()
    made = Relay(("127.0.0.1", worker_port), seed)
    await loop.create_datagram_endpoint(lambda: made, local_addr=("127.0.0.1", 0))
    try:
        yield made
    finally:
        made.close()
