"""A bad network: a UDP relay between browsers and the worker that loses datagrams in a seeded pattern."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Address = tuple[str, int]
QUEUE_SECONDS = 0.3


class Relay(asyncio.DatagramProtocol):
    """One port for all browsers, and one for each towards the worker. Losses are shares, 0–1.

    `rate_down` is what all browsers together can take, bits per second, behind a queue of `QUEUE_SECONDS`.
    """

    def __init__(self, worker: Address, seed: int) -> None:
        self.loss_up = self.loss_down = 0.0
        self.rate_down = float("inf")
        self._free_at = 0.0
        self.lost = 0
        self._chance = random.Random(seed)
        self._worker = worker
        self._lines: dict[Address, _Line] = {}
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] -- a datagram endpoint
        self._transport = transport

    def datagram_received(self, data: bytes, address: Address) -> None:
        line = self._lines.get(address)
        if line is None:
            line = self._lines[address] = _Line(self, address)
            line.opened(asyncio.get_running_loop(), self._worker)
        line.send(data)

    def down(self, data: bytes, address: Address) -> None:
        if self._transport is None or self.loses(self.loss_down):
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self.rate_down == float("inf"):
            self._transport.sendto(data, address)
        elif self._free_at - now > QUEUE_SECONDS:
            self.lost += 1
        else:
            self._free_at = max(now, self._free_at) + 8 * len(data) / self.rate_down
            loop.call_at(self._free_at, self._transport.sendto, data, address)

    def loses(self, share: float) -> bool:
        if self._chance.random() >= share:
            return False
        self.lost += 1
        return True

    def close(self) -> None:
        for line in self._lines.values():
            line.close()
        if self._transport is not None:
            self._transport.close()


class _Line(asyncio.DatagramProtocol):
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
        self._relay.down(data, self._browser)

    def send(self, data: bytes) -> None:
        if self._relay.loses(self._relay.loss_up):
            return
        if self._transport is None:
            self._waiting.append(data)
        else:
            self._transport.sendto(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def relay(worker_port: int, *, seed: int) -> AsyncIterator[Relay]:
    """A relay in front of the worker on loopback, without loss at first."""
    loop = asyncio.get_running_loop()
    made = Relay(("127.0.0.1", worker_port), seed)
    await loop.create_datagram_endpoint(lambda: made, local_addr=("127.0.0.1", 0))
    try:
        yield made
    finally:
        made.close()
