"""Kabinet as people run it: `python -m server serve` in a process of its own, on this machine's loopback."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from school.links import rules as links

ROOT = Path(__file__).parents[2]
SECRET = "a secret of these journeys and of nothing else"
# Guards against hanging: a machine at a load of twenty takes most of that.
READY_SECONDS, STOP_SECONDS = 120, 60


@dataclass
class Kabinet:
    """A running server and where it keeps its things."""

    process: asyncio.subprocess.Process
    base_url: str
    log: Path

    def link(self, link_id: int, generation: int = 1, *, base_url: str = "") -> str:
        """The personal link's address, at the server or at another way to it."""
        return f"{base_url or self.base_url}/r/{links.token(SECRET.encode(), link_id, generation)}"

    @property
    def media_worker(self) -> int:
        """The process id of the media worker, 0 while none runs."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            if b"rooms.sfu.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
        return 0

    async def stop(self) -> None:
        """Stop as a service does: asked, and expected to end by itself."""
        await _stop(self.process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(
    database_url: str, folder: Path, port: int | None = None, more: Mapping[str, str] | None = None
) -> AsyncIterator[Kabinet]:
    """A server on that database; asked to stop at the end, and expected to do so by itself.

    `more` are further settings of its environment.
    """
    port = port or free_port()
    log = folder / "server.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environment |= {
        "KABINET_DATABASE": database_url,
        "KABINET_FOLDER": str(folder),
        "KABINET_PORT": str(port),
        "KABINET_ANNOUNCED": "127.0.0.1",
        "KABINET_SECRET": SECRET,
        **(more or {}),
    }
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", "serve", cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    kabinet = Kabinet(process, f"http://localhost:{port}", log)
    try:
        await _ready(kabinet, port)
        yield kabinet
    finally:
        await _stop(process)


async def _ready(kabinet: Kabinet, port: int) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while kabinet.process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
    raise AssertionError(f"the server did not start:\n{kabinet.log.read_text()}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        raise AssertionError("the server did not stop when it was asked to") from None
