"""The worker's two sockets: one port number, both families, what is refused."""

import errno
import socket

import pytest

from rooms.sfu import sockets
from rooms.sfu.candidates import announced, candidates
from rooms.sfu.counters import Counters
from rooms.sfu.settings import WorkerSettings
from rooms.sfu.sockets import open_sockets, try_port
from tests.rooms.sfu.calls import open_line
from tests.rooms.sfu.peer import Peer
from tests.rooms.sfu.test_transport import echoed, rtp


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_one_worker_serves_both_families_over_udp_and_tcp(address: str) -> None:
    async with open_line("::") as line:
        transport, _, _ = line.transport()
        line.accept(transport)
        place = [{"ip": address, "port": line.udp.port}]
        peer = Peer({**line.parameters(transport), "iceCandidates": place})
        line.peers.append(peer)
        await peer.connect()
        await echoed(peer, rtp(1))
        assert peer.answers[0].attributes["XOR-MAPPED-ADDRESS"][0] == address
        stream = peer.add_stream(address)
        answer = await peer.check(nominate=True, via=stream)
        assert answer.attributes["XOR-MAPPED-ADDRESS"][0] == address
        await echoed(peer, rtp(2))
        assert peer.received_at == [0, stream]


async def test_without_ipv6_both_families_are_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    native = socket.socket

    def refuse(family: int = -1, *arguments: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "switched off")
        return native(family, *arguments)

    monkeypatch.setattr(sockets.socket, "socket", refuse)
    async with open_line("::") as line:
        assert line.udp.family == socket.AF_INET
        try_port("::", 0)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_that_is_taken_for_udp_or_tcp_is_refused(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        for attempt in (
            lambda: open_sockets("127.0.0.1", port, Counters()),
            lambda: try_port("127.0.0.1", port),
        ):
            with pytest.raises(OSError, match="in use"):
                attempt()
    try_port("127.0.0.1", port)


def test_every_announced_address_is_told_for_udp_and_for_tcp() -> None:
    told = announced(WorkerSettings(announced=["203.0.113.5", "10.0.0.5", "2001:db8::5"]))
    made = candidates(told, 4000)
    assert [(one["protocol"], one["address"]) for one in made] == [
        (protocol, address) for protocol in ("udp", "tcp") for address in told
    ]
    assert {one["port"] for one in made} == {4000}
