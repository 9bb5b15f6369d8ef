"""The server as a process: starts, answers, stops, refuses what keeps it from starting."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from server import machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, **settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    named = {f"KABINET_{name.upper()}": value for name, value in settings.items()}
    return {**inherited, "LC_ALL": "en_US.UTF-8", "KABINET_FOLDER": str(folder), **named}


@contextmanager
def serving(folder: Path, *options: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A server that has said it is ready; it is stopped as a service manager stops it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", *options],
        env=environment(folder, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("Kabinet is ready"), process.communicate()[1]
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def refused(folder: Path, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "server", "serve"],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    words = [line for line in done.stderr.splitlines() if "[info" not in line]
    return done.returncode, "\n".join(words)


def test_a_reader_who_has_seen_enough_is_told_nothing_more_and_no_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "check"],
        env=environment(tmp_path),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (141, "")


async def test_a_bare_folder_becomes_a_site_that_stops_when_told(tmp_path: Path) -> None:
    port, token = free_port(), "a token of tests that nobody guesses"
    with serving(tmp_path / "var", port=str(port), metrics_token=token) as process:
        async with ClientSession() as client:
            async with client.get(f"http://localhost:{port}/healthz") as response:
                assert await response.json() == {"status": "ok"}
            async with client.get(f"http://localhost:{port}/") as response:
                assert (response.status, response.url.path) == (200, "/schedule")
            async with client.head(f"http://localhost:{port}/schedule") as response:
                assert response.status == 200
            known = {"Authorization": f"Bearer {token}"}
            async with client.get(f"http://localhost:{port}/metrics", headers=known) as response:
                figures = (await response.text()).splitlines()
        assert 'kabinet_worker_up{worker="0"} 1.0' in figures
        assert 'kabinet_media_packets_total{direction="in",worker="0"} 0.0' in figures
        assert 'kabinet_http_requests_total{method="GET",route="healthz",status="200"} 1.0' in figures
        taken, line = refused(tmp_path / "other", port=str(port))
        assert (taken, line) == (
            2,
            f"Port {port} on 127.0.0.1 cannot be used: Address already in use. "
            "Set KABINET_PORT to another one.",
        )
    assert process.returncode == 0
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o077 == 0


async def test_in_a_local_network_it_speaks_https_on_the_machines_address(tmp_path: Path) -> None:
    port, address = free_port(), machine.main_address()
    if address is None:
        no_network = "This machine has no address besides its own."
        assert refused(tmp_path, lan="1", port=str(port))[1].startswith(no_network)
        return
    host = f"[{address}]" if address.version == 6 else str(address)
    with serving(tmp_path, "--lan", port=str(port)):
        trusted = ssl.create_default_context(cafile=str(tmp_path / "lan.crt"))
        async with (
            ClientSession(connector=TCPConnector(ssl=trusted)) as client,
            client.get(f"https://{host}:{port}/sign-in") as response,
        ):
            assert response.status == 200
            assert "Secure" in response.headers["Set-Cookie"]
            assert f"wss://{host}:{port}" in response.headers["Content-Security-Policy"]


def test_a_media_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        status, line = refused(
            tmp_path, port=str(free_port()), media_host="127.0.0.1", media_port=str(other.getsockname()[1])
        )
        port = other.getsockname()[1]
    assert status == 2
    assert line == (
        f"Port {port} on 127.0.0.1 cannot be used for UDP and TCP: Address already in use. "
        "Is the server running already?"
    )
