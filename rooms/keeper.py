"""The keeper of a media worker: starts it, watches it, starts it again when it dies."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from rooms.errors import MediaUnavailable
from rooms.sfu.channel import Notification, SfuError, Worker, WorkerSettings

log = structlog.get_logger(__name__)

# A worker that dies at once (no free port, no memory) is tried again at this growing pace, in seconds.
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)
# Long enough for a worker to be started again on a busy machine, shorter than a browser's patience.
READY_SECONDS = 6.0


async def quietly(closing: Awaitable[None]) -> None:
    """Close something in a worker; what is gone already needs no closing."""
    try:
        await closing
    except SfuError as error:
        log.debug("media_close", error=str(error))


class Keeper:
    """Keeps one worker running; a room stays with its keeper. Without settings there is no worker."""

    def __init__(
        self,
        settings: WorkerSettings | None,
        *,
        notify: Callable[[Notification], None],
        lost: Callable[["Keeper"], None],
        back: Callable[["Keeper"], None],
    ) -> None:
        self._settings = settings
        self._notify = notify
        self._lost = lost
        self._back = back
        self._worker: Worker | None = None
        self._started = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        self._closing = False
        self.deaths = 0

    async def start(self) -> None:
        """Start the worker; raises SfuError when the first one does not start, for that is a wrong set-up."""
        if self._settings is None:
            return
        self._take(await Worker.start(self._settings, notify=self._notify, died=self._died))

    async def close(self) -> None:
        """End the worker and whatever was starting one."""
        self._closing = True
        if self._starting is not None:
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        if self._worker is not None:
            await self._worker.close()
            self._worker = None

    @property
    def current(self) -> Worker | None:
        """The worker that runs now."""
        return self._worker

    async def ready(self) -> Worker:
        """Give the worker, waiting for a new one to start; raises MediaUnavailable after READY_SECONDS."""
        if self._settings is None or self._closing:
            raise MediaUnavailable
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._started.wait()
        except TimeoutError as error:
            raise MediaUnavailable from error
        if self._worker is None:
            raise MediaUnavailable
        return self._worker

    def _take(self, worker: Worker) -> None:
        self._worker = worker
        self._started.set()
        log.info("media_worker_started", pid=worker.pid, port=worker.port)

    def _died(self) -> None:
        log.error("media_worker_died", pid=self._worker.pid if self._worker else None)
        self.deaths += 1
        self._worker = None
        self._started.clear()
        self._lost(self)
        if not self._closing:
            self._starting = asyncio.create_task(self._start_again())

    async def _start_again(self) -> None:
        assert self._settings is not None  # noqa: S101 -- only a worker that was started can have died
        attempt = 0
        while self._worker is None:
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1
            try:
                self._take(await Worker.start(self._settings, notify=self._notify, died=self._died))
            except (SfuError, OSError) as error:
                log.warning("media_worker_not_started", attempt=attempt, error=str(error))
        self._back(self)
