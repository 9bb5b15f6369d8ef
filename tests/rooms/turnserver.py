"""A real coturn on loopback, for the time of a test."""

import asyncio
import secrets
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.rooms import authority

HOST = "127.0.0.1"
NAME = "turn.kabinet.test"
"""What the certificate is for besides the address and localhost; no name server knows it."""


@dataclass(frozen=True, slots=True)
class TurnServer:
    """Its shared secret, its addresses as `KABINET_TURN_URLS` has them, who signed its certificate (PEM)."""

    secret: str
    udp: str
    tcp: str
    tls: str
    authority: str

    def tls_by(self, name: str) -> str:
        """The address for TLS with a name in place of the numbers."""
        port = self.tls.rpartition(":")[2]
        return f"turns:{name}:{port}"


def free_port() -> int:
    """A port that is free for TCP and UDP."""
    while True:
        with socket.create_server((HOST, 0)) as taken, socket.socket(type=socket.SOCK_DGRAM) as other:
            port = int(taken.getsockname()[1])
            try:
                other.bind((HOST, port))
            except OSError:
                continue
            return port


@asynccontextmanager
async def turnserver(folder: Path, host: str = HOST) -> AsyncIterator[TurnServer]:
    """Running at an address of this machine; its certificate is of an authority that nobody knows."""
    program = shutil.which("turnserver") or "/usr/bin/turnserver"
    issued = authority.issue(folder, ["localhost", NAME], host, datetime.now(UTC))
    secret, plain, tls = secrets.token_hex(16), free_port(), free_port()
    process = await asyncio.create_subprocess_exec(
        program,
        "-n",  # no configuration file
        f"--listening-ip={host}",
        f"--relay-ip={host}",
        f"--listening-port={plain}",
        f"--tls-listening-port={tls}",
        "--use-auth-secret",
        f"--static-auth-secret={secret}",
        "--realm=kabinet.test",
        "--allow-loopback-peers",
        "--denied-peer-ip=0.0.0.0-255.255.255.255",
        f"--allowed-peer-ip={host}",
        "--no-cli",
        "--no-dtls",
        f"--cert={issued.certificate}",
        f"--pkey={issued.key}",
        f"--userdb={folder / 'turn.db'}",
        f"--pidfile={folder / 'turn.pid'}",
        "--log-file=stdout",
        "--simple-log",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for port in (plain, tls):
            await _listens(host, port)
        at = f"{host}:{plain}"
        yield TurnServer(
            secret,
            f"turn:{at}?transport=udp",
            f"turn:{at}?transport=tcp",
            f"turns:{host}:{tls}?transport=tcp",
            issued.authority,
        )
    finally:
        process.terminate()
        await process.wait()


async def _listens(host: str, port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
