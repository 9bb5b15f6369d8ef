"""Janus' VideoRoom as a forwarder: its process, its WebSocket API, its rooms.

Janus gathers no loopback address, so the whole measurement runs in a network namespace of its own with one
more address in it: what is sent there goes over loopback all the same.
"""

import asyncio
import ctypes
import itertools
import os
import secrets
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

from bench import sdp, stream
from bench.guest import Guest
from tests.rooms.sfu.peer import Peer

ADDRESS, PORT = "10.77.0.1", 8188
CLONE_NEWNET = 0x40000000
START_SECONDS = 15.0
PLUGIN, TRANSPORT = "plugins/libjanus_videoroom.so", "transports/libjanus_websockets.so"
CONFIGURATION = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{folder}/plugins"
  transports_folder = "{folder}/transports"
  events_folder = "{folder}/none"
  loggers_folder = "{folder}/none"
  debug_level = 2
  session_timeout = 0
  event_loops = {loops}
}}
nat: {{
  ice_enforce_list = "{address}"
}}
"""
WEBSOCKETS = (
    'general: {{ json = "compact", ws = true, ws_port = {port}, ws_ip = "127.0.0.1", wss = false }}\n'
)
Json = dict[str, Any]

ROOM: Json = {
    "request": "create",
    "publishers": 100,
    "bitrate": 0,
    "videocodec": "vp8",
    "audiocodec": "opus",
    "notify_joining": False,
}


def missing() -> str:
    """Why Janus cannot be measured here; empty when it can."""
    if shutil.which("janus") is None:
        return "Janus is not installed here (Debian: apt-get install janus)."
    if _libraries() is None:
        return "Janus is here without its VideoRoom or WebSocket library."
    if shutil.which("ip") is None:
        return "The program `ip` is not here (Debian: apt-get install iproute2)."
    if os.geteuid() != 0:
        return "This needs root, for a network namespace: unshare --map-root-user make bench-sfu-vs-janus"
    return ""


def version() -> str:
    """Janus' own version."""
    told = subprocess.run(["janus", "--version"], capture_output=True, text=True, check=False).stdout
    return next((line.split()[-1].strip("()") for line in told.splitlines() if "version" in line), "unknown")


def move_into_namespace() -> None:
    """Leave this process's network for a new one: loopback and one more address. OSError if refused."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace")
    for command in (
        "link set lo up",
        "link add name bench0 type veth peer name bench1",
        f"address add {ADDRESS}/24 dev bench0",
        "link set bench0 up",
        "link set bench1 up",
    ):
        subprocess.run(["ip", *command.split()], check=True)


class Janus:
    """Janus with one room for each of ours; `event_loops` = 1, the other settings as Debian ships them.

    `libsrtp` is a folder with another libsrtp2 than Debian's. What the loaded one was built with is added
    to `ran_with`.
    """

    def __init__(self, libsrtp: Path | None, ran_with: set[str], loops: int = 1) -> None:
        self.pid = 0
        self.transport_cc = 0
        self._ran_with = ran_with
        self._other = libsrtp
        self._loops = loops
        self._process: asyncio.subprocess.Process
        self._folder = tempfile.TemporaryDirectory()
        self._http: aiohttp.ClientSession
        self._api: aiohttp.ClientWebSocketResponse
        self._reading: asyncio.Task[None]
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._rooms: dict[str, int] = {}
        self._feeds: dict[str, int] = {}
        self._numbers = itertools.count(1001)

    async def open(self) -> None:
        """Start Janus; TimeoutError when its API does not come."""
        folder = Path(self._folder.name)
        _write(folder, self._loops)
        environment = {**os.environ, **({"LD_LIBRARY_PATH": str(self._other)} if self._other else {})}
        with (folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "janus", "-F", str(folder), "-C", str(folder / "janus.jcfg"),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
            )  # fmt: skip
        self.pid = self._process.pid
        self._http = aiohttp.ClientSession()
        async with asyncio.timeout(START_SECONDS):
            await self._connect()
        self._ran_with.add(_srtp_of(self.pid))
        self._reading = asyncio.create_task(self._read())

    async def _connect(self) -> None:
        while self._process.returncode is None:
            with suppress(aiohttp.ClientError):
                url = f"http://127.0.0.1:{PORT}"
                self._api = await self._http.ws_connect(url, protocols=["janus-protocol"], max_msg_size=0)
                return
            await asyncio.sleep(0.05)
        raise RuntimeError((Path(self._folder.name) / "log").read_text())

    async def publish(self, room: str, name: str) -> Peer:
        """Attach, join, offer."""
        at = await self._attach()
        if room not in self._rooms:
            self._rooms[room] = next(self._numbers)
            await self._message(at, {**ROOM, "room": self._rooms[room]})
        peer = Guest(ADDRESS, leads=True)
        offer = {"type": "offer", "sdp": sdp.offer(peer), "trickle": False}
        join = {
            "request": "joinandconfigure",
            "room": self._rooms[room],
            "ptype": "publisher",
            "display": name,
        }
        told = await self._message(at, join, offer)
        self._feeds[name] = told["plugindata"]["data"]["id"]
        peer.aim(sdp.remote(told["jsep"]["sdp"]))
        await peer.connect()
        return peer

    async def watch(self, room: str, _name: str, publishers: list[str]) -> Peer:
        """Attach, subscribe to all of them over one connection, answer."""
        at = await self._attach()
        feeds = [{"feed": self._feeds[publisher]} for publisher in publishers]
        join = {"request": "join", "room": self._rooms[room], "ptype": "subscriber", "streams": feeds}
        offered = (await self._message(at, join))["jsep"]["sdp"]
        peer = Guest(ADDRESS, leads=False)
        peer.aim(sdp.remote(offered))
        self.transport_cc = stream.TRANSPORT_CC_ID if stream.TRANSPORT_CC in offered else 0
        answer = {"type": "answer", "sdp": sdp.answer(peer, offered), "trickle": False}
        await self._message(at, {"request": "start"}, answer)
        await peer.connect()
        return peer

    async def close(self) -> None:
        """End Janus."""
        self._reading.cancel()
        await self._api.close()
        await self._http.close()
        self._process.kill()
        await self._process.wait()
        self._folder.cleanup()

    async def _attach(self) -> Json:
        session = (await self._ask({"janus": "create"}))["data"]["id"]
        plugin = {"janus": "attach", "session_id": session, "plugin": "janus.plugin.videoroom"}
        return {"session_id": session, "handle_id": (await self._ask(plugin))["data"]["id"]}

    async def _message(self, at: Json, body: Json, jsep: Json | None = None) -> Json:
        message = {"janus": "message", **at, "body": body, **({"jsep": jsep} if jsep else {})}
        return await self._ask(message)

    async def _ask(self, message: Json) -> Json:
        transaction = secrets.token_hex(8)
        waiting = self._waiting[transaction] = asyncio.get_running_loop().create_future()
        await self._api.send_json({**message, "transaction": transaction})
        async with asyncio.timeout(START_SECONDS):
            told: Json = await waiting
        error = told.get("error") or told.get("plugindata", {}).get("data", {}).get("error")
        if error:
            raise RuntimeError(f"Janus refuses {message}: {error}")
        return told

    async def _read(self) -> None:
        async for message in self._api:
            told = message.json()
            # A message is answered twice, and the first answer says only that it came.
            if told["janus"] != "ack":
                waiting = self._waiting.pop(told.get("transaction", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(told)


def _libraries() -> Path | None:
    return next((place.parent.parent for place in sorted(Path("/usr").glob(f"lib*/**/janus/{PLUGIN}"))), None)


def _write(folder: Path, loops: int) -> None:
    libraries = _libraries()
    assert libraries is not None
    for library in (PLUGIN, TRANSPORT):
        (folder / library).parent.mkdir()
        (folder / library).symlink_to(libraries / library)
    (folder / "none").mkdir()
    (folder / "janus.jcfg").write_text(CONFIGURATION.format(folder=folder, loops=loops, address=ADDRESS))
    (folder / "janus.transport.websockets.jcfg").write_text(WEBSOCKETS.format(port=PORT))
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")


def _srtp_of(pid: int) -> str:
    """Which libsrtp a process has loaded, and which cryptography that was built with."""
    mapped = Path(f"/proc/{pid}/maps").read_text().splitlines()
    place = next(Path(line.split()[-1]) for line in mapped if "libsrtp2" in line)
    content = place.read_bytes()
    for needed, name in (
        (b"libnss3.so", "NSS"),
        (b"libcrypto.so", "OpenSSL"),
        (b"libmbedcrypto.so", "mbedTLS"),
    ):
        if needed in content:
            return name
    return "its own cryptography"
