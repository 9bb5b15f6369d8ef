"""One person's own way to the server: a TCP and a UDP relay that can be cut together, as a network is.

While it is cut nothing passes and nobody is told: connections stay open and silent, new ones are taken and
not answered, datagrams are lost. When it is mended, what TCP had under way arrives, as TCP sees to it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.rooms.sfu.relay import Address, Relay

BLOCK = 64 * 1024

# Every person's browser is told the same media address; their own relay stands at another one.
OWN_ADDRESS = """
((announced, own) => {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    setRemoteDescription(description) {
      const sdp = description.sdp.replaceAll(announced, own);
      return super.setRemoteDescription({ type: description.type, sdp });
    }
  };
})("%s", "%s");
"""


class Network(Relay):
    """A person's media path; after `leave` nothing passes any more for the addresses that used it."""

    def __init__(self, worker: Address, seed: int) -> None:
        super().__init__(worker, seed=seed)
        self._used: set[Address] = set()
        self._left: set[Address] = set()

    def leave(self) -> None:
        """The device goes to another network: whatever sockets it has there lead nowhere."""
        self._left |= self._used

    def datagram_received(self, data: bytes, address: Address) -> None:
        self._used.add(address)
        if address not in self._left:
            super().datagram_received(data, address)

    def to_browser(self, data: bytes, address: Address) -> None:
        if address not in self._left:
            super().to_browser(data, address)


class Way:
    """`base_url` and `media_address` are what this person's browser is given."""

    def __init__(self, server_port: int, media: Network, media_address: str) -> None:
        self.media_address = media_address
        self.base_url = ""
        self._server_port = server_port
        self._media = media
        self._open = asyncio.Event()
        self._open.set()
        self._connections: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Let nothing through, either way."""
        self._open.clear()
        self.cut_media()

    def cut_media(self) -> None:
        """Let pages through and no UDP, as a school's or a hotel's firewall may."""
        self._media.up.cut = self._media.down.cut = True

    def change_network(self) -> None:
        """Media's sockets lead nowhere from now on; new ones do, and the page's connection stays."""
        self._media.leave()

    def mend(self) -> None:
        """Let everything through again."""
        self._media.up.cut = self._media.down.cut = False
        self._open.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to the server."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        with suppress(OSError, asyncio.CancelledError):
            await self._open.wait()
            onward, back = await asyncio.open_connection("127.0.0.1", self._server_port)
            try:
                await asyncio.gather(self._carry(reader, back), self._carry(onward, writer))
            finally:
                back.close()
        writer.close()

    async def close(self) -> None:
        """End every connection."""
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(BLOCK):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        await self._open.wait()
        writer.close()


@asynccontextmanager
async def way(server_port: int, media_port: int, number: int) -> AsyncIterator[Way]:
    """The way of the person of that number, 2–250: each has a loopback address of their own for media."""
    address = f"127.0.1.{number}"
    media = Network(("127.0.0.1", media_port), seed=number)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: media, local_addr=(address, media_port))
    made = Way(server_port, media, address)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.base_url = f"http://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        await made.close()
        media.close()
