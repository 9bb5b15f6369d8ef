"""A worker: the process that forwards media. One event loop, one port, one socket to its parent.

Started by `channel.Worker` as `python -m rooms.sfu.worker FD SETTINGS`; it ends when the parent's end closes.
"""

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec
import uvloop

from rooms.sfu.channel import frame, read_frame
from rooms.sfu.messages import FromWorker, Ready, Request
from rooms.sfu.settings import WorkerSettings
from rooms.sfu.spread import Spread
from rooms.sfu.tcp import MAX_CONNECTIONS
from rooms.sfu.unit import ForwardingUnit

__all__ = ["WorkerSettings"]

TICK_SECONDS: Final = 0.02
SLOW_TICK_SECONDS: Final = 1.0
# Packets come and go without cycles: let the collector look rarely, and never again at what is there already.
COLLECTOR: Final = (20_000, 50, 100)
OTHER_DESCRIPTORS: Final = 64
MAX_UNREAD_BYTES: Final = 16 << 20


class Process:
    """The loop of the process: reads commands until the parent is gone, ticks, writes."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stop: Callable[[], object]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._stop = stop
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Request)
        self._loop = asyncio.get_running_loop()

    async def run(self, settings: WorkerSettings) -> None:
        """Serve until the parent closes its end, or until SIGTERM."""
        unit = ForwardingUnit(settings, self.write)
        self._loop.set_exception_handler(unit.report_context)
        unit.udp.open(self._loop)
        await unit.tcp.open(self._loop)
        tickers = [
            asyncio.create_task(_repeat(unit.tick, TICK_SECONDS, unit.delays)),
            asyncio.create_task(_repeat(unit.slow_tick, SLOW_TICK_SECONDS, unit.delays)),
        ]
        self.write(Ready(unit.udp.port))
        with suppress(asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            await self._serve(unit)
        for ticker in tickers:
            ticker.cancel()
        await unit.close()
        unit.tcp.close()
        unit.udp.close()

    def write(self, message: FromWorker) -> None:
        """Send to the parent; a parent that has stopped reading is as good as gone."""
        if self._writer.is_closing():
            # The parent went first: browsers are still told, and nobody else is left to tell.
            return
        self._writer.write(frame(self._encoder.encode(message)))
        if self._writer.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self._stop()

    async def _serve(self, unit: ForwardingUnit) -> None:
        while True:
            self.write(unit.handle(self._decoder.decode(await read_frame(self._reader))))


async def _repeat(work: Callable[[], None], seconds: float, delays: Spread) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + seconds
        await asyncio.sleep(seconds)
        delays.add(loop.time() - due)
        work()


def _allow_connections() -> None:
    """Many systems give a process a thousand descriptors until it asks: too few for `MAX_CONNECTIONS`."""
    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + OTHER_DESCRIPTORS
    if given < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, most), most))


async def main(descriptor: int, settings: WorkerSettings) -> None:
    """Serve the parent at the other end of a socket."""
    gc.set_threshold(*COLLECTOR)
    gc.freeze()
    _allow_connections()
    loop = asyncio.get_running_loop()
    # Ctrl-C reaches the whole group of processes; the parent closes our socket when it is ready.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    serving: asyncio.Task[None] | None = None

    def stop() -> None:
        if serving is not None:
            serving.cancel()

    loop.add_signal_handler(signal.SIGTERM, stop)
    serving = asyncio.create_task(Process(reader, writer, stop).run(settings))
    await serving


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=WorkerSettings)))
