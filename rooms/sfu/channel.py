"""The parent's handle of a worker process, and the framing that both ends share.

Every message is MessagePack behind its length in four bytes, big-endian, over one socket pair. Answers and
notifications keep the worker's order: what the worker told before an answer is delivered before it.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from rooms.sfu import messages
from rooms.sfu.messages import (
    ActiveSpeaker,
    Answer,
    Command,
    ConsumerClosed,
    ConsumerLayer,
    FromWorker,
    Notification,
    Notify,
    ProducerClosed,
    Ready,
    Request,
    TransportState,
)
from rooms.sfu.params import SfuError
from rooms.sfu.settings import WorkerSettings

__all__ = [
    "ActiveSpeaker",
    "ConsumerClosed",
    "ConsumerLayer",
    "Notification",
    "ProducerClosed",
    "SfuError",
    "TransportState",
    "Worker",
    "WorkerSettings",
]

MAX_FRAME = 16 << 20
START_SECONDS = 15.0
ANSWER_SECONDS = 10.0
EXIT_SECONDS = 5.0
LENGTH_BYTES = 4

JsonObject = dict[str, Any]


def frame(message: bytes) -> bytes:
    """The message behind its length; ValueError when it is longer than `MAX_FRAME`."""
    if len(message) > MAX_FRAME:
        raise ValueError("message too long")
    return len(message).to_bytes(LENGTH_BYTES, "big") + message


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """The next message; `asyncio.IncompleteReadError` at the end, ValueError when it announces too much."""
    length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
    if length > MAX_FRAME:
        raise ValueError("message too long")
    return await reader.readexactly(length)


class Worker:
    """A forwarding unit in a process of its own.

    Every request raises `SfuError`: the worker's own codes, or `worker_died` when the process is gone or
    silent for `ANSWER_SECONDS` (it is then killed). `notify` and `died` are plain calls on the loop
    (what they raise goes to its exception handler); `died` comes at most once and never after `close`.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        notify: Notify,
        died: Callable[[], None],
    ) -> None:
        self.port = 0
        self.pid = process.pid
        self._process = process
        self._reader = reader
        self._writer = writer
        self._notify = notify
        self._died = died
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._last_id = 0
        self._gone = False
        self._closing = False
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(FromWorker)
        self._pump: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls,
        settings: WorkerSettings,
        *,
        notify: Notify,
        died: Callable[[], None],
    ) -> "Worker":
        """Start the process and wait for its UDP port; `SfuError("worker_not_started")` when none opens."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await _spawn(theirs.fileno(), settings)
            except OSError as error:
                ours.close()
                raise SfuError("worker_not_started") from error
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = cls(process, reader, writer, notify, died)
        await worker._greet()
        return worker

    async def _greet(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                ready = msgspec.msgpack.decode(await read_frame(self._reader), type=Ready)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            self._lose()
            await self._reap()
            raise SfuError("worker_not_started") from error
        except asyncio.CancelledError:
            # The process ends by itself: its socket closes.
            self._lose()
            raise
        self.port = ready.port
        self._pump = asyncio.create_task(self._read())

    async def create_router(self, router_id: str) -> JsonObject:
        """The router's RtpCapabilities."""
        return await self._object(messages.CreateRouter(router_id))

    async def close_router(self, router_id: str) -> None:
        await self._ask(messages.CloseRouter(router_id))

    async def create_transport(self, router_id: str, transport_id: str) -> JsonObject:
        """`{id, iceParameters, iceCandidates, dtlsParameters}` for mediasoup-client."""
        return await self._object(messages.CreateTransport(router_id, transport_id))

    async def connect_transport(self, transport_id: str, dtls_parameters: JsonObject) -> None:
        await self._ask(messages.ConnectTransport(transport_id, dtls_parameters))

    async def restart_ice(self, transport_id: str) -> JsonObject:
        """`{iceParameters}`; the old ones stay valid until the new ones are used."""
        return await self._object(messages.RestartIce(transport_id))

    async def close_transport(self, transport_id: str) -> None:
        await self._ask(messages.CloseTransport(transport_id))

    async def produce(
        self, transport_id: str, producer_id: str, kind: str, rtp_parameters: JsonObject, paused: bool
    ) -> None:
        await self._ask(messages.Produce(transport_id, producer_id, kind, rtp_parameters, paused))

    async def pause_producer(self, producer_id: str) -> None:
        await self._ask(messages.PauseProducer(producer_id))

    async def resume_producer(self, producer_id: str) -> None:
        await self._ask(messages.ResumeProducer(producer_id))

    async def close_producer(self, producer_id: str) -> None:
        await self._ask(messages.CloseProducer(producer_id))

    async def consume(
        self, transport_id: str, consumer_id: str, producer_id: str, rtp_capabilities: JsonObject
    ) -> JsonObject:
        """`{kind, rtpParameters, producerPaused}`; the consumer starts paused."""
        return await self._object(messages.Consume(transport_id, consumer_id, producer_id, rtp_capabilities))

    async def pause_consumer(self, consumer_id: str) -> None:
        await self._ask(messages.PauseConsumer(consumer_id))

    async def resume_consumer(self, consumer_id: str) -> None:
        await self._ask(messages.ResumeConsumer(consumer_id))

    async def close_consumer(self, consumer_id: str) -> None:
        await self._ask(messages.CloseConsumer(consumer_id))

    async def set_consumer_size(self, consumer_id: str, width: int, height: int) -> None:
        """Size of the picture on the viewer's screen in device pixels; 0 × 0 is not visible."""
        await self._ask(messages.SetConsumerSize(consumer_id, width, height))

    async def stats(self) -> JsonObject:
        return await self._object(messages.GetStats())

    async def totals(self) -> JsonObject:
        """`ForwardingUnit.totals`: few figures, however many people there are."""
        return await self._object(messages.GetTotals())

    async def traffic(self) -> JsonObject:
        """What each transport brings and is sent: `ForwardingUnit.traffic`."""
        return await self._object(messages.GetTraffic())

    async def close(self) -> None:
        """End the process: it sees its socket close, tells its peers (DTLS close_notify) and exits."""
        self._closing = True
        self._lose()
        if self._pump is not None:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump
        await self._reap()

    async def _object(self, command: Command) -> JsonObject:
        result: JsonObject = await self._ask(command)
        return result

    async def _ask(self, command: Command) -> Any:
        if self._gone:
            raise SfuError("worker_died")
        self._last_id += 1
        answer = asyncio.get_running_loop().create_future()
        self._pending[self._last_id] = answer
        number = self._last_id
        try:
            self._writer.write(frame(self._encoder.encode(Request(number, command))))
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        except TimeoutError as error:
            # A worker that does not answer forwards nothing either: its rooms are better off elsewhere.
            self._kill()
            raise SfuError("worker_died") from error
        finally:
            self._pending.pop(number, None)

    async def _read(self) -> None:
        try:
            while True:
                self._receive(self._decoder.decode(await read_frame(self._reader)))
        except (asyncio.IncompleteReadError, OSError):
            pass
        except ValueError:
            self._kill()
        self._lose()
        if not self._closing:
            self._call(self._died)
        await self._reap()

    def _receive(self, message: FromWorker) -> None:
        if isinstance(message, Answer):
            self._settle(message)
        elif not isinstance(message, Ready):
            self._call(self._notify, message)

    def _call(self, listener: Callable[..., None], *what: Notification) -> None:
        try:
            listener(*what)
        except Exception as error:  # noqa: BLE001 - a faulty listener must not cut others off from the worker
            context = {"message": "a listener of the media worker failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)

    def _settle(self, answer: Answer) -> None:
        future = self._pending.get(answer.id)
        if future is None or future.done():
            return
        if answer.code is None:
            future.set_result(answer.data)
        else:
            future.set_exception(SfuError(answer.code, **(answer.data or {})))

    def _lose(self) -> None:
        self._gone = True
        self._writer.close()
        for future in self._pending.values():
            if not future.done():
                future.set_exception(SfuError("worker_died"))

    def _kill(self) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _reap(self) -> None:
        self._writer.close()
        try:
            async with asyncio.timeout(EXIT_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()


async def _spawn(descriptor: int, settings: WorkerSettings) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rooms.sfu.worker",
        str(descriptor),
        msgspec.json.encode(settings).decode(),
        pass_fds=(descriptor,),
        env=_environment(),
        stdin=asyncio.subprocess.DEVNULL,
    )


def _environment() -> dict[str, str]:
    """Ours, with the place of this package first: the parent may have been started from anywhere."""
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
