"""A transport: addresses, SRTP, restarts, silence. Everything is real; the endpoint behind it echoes."""

import gc
import weakref

import pytest

from rooms.sfu import dtls
from rooms.sfu import transport as transports
from rooms.sfu.params import SfuError
from tests.rooms.sfu.calls import open_line
from tests.rooms.sfu.peer import Peer, dtls_parameters


def rtp(number: int, ssrc: int = 1, body: bytes = b"hello") -> bytes:
    """A plain RTP packet."""
    return b"\x80\x60" + number.to_bytes(2, "big") + bytes(4) + ssrc.to_bytes(4, "big") + body


def receiver_report(ssrc: int) -> bytes:
    """An empty receiver report (RFC 3550 §6.4.2)."""
    return b"\x80\xc9\x00\x01" + ssrc.to_bytes(4, "big")


async def echoed(peer: Peer, packet: bytes) -> None:
    """Wait until a packet has made its way there and back."""
    peer.send_rtp(packet)
    await peer.until(lambda: packet in peer.received)


async def test_rtp_and_rtcp_reach_the_endpoint_and_its_answers_the_peer() -> None:
    async with open_line() as line:
        _, echo, peer = await line.call()
        await echoed(peer, rtp(1))
        peer.send_rtcp(receiver_report(5))
        await peer.until(lambda: peer.received_rtcp == [receiver_report(5)])
        assert echo.rtp == [rtp(1)]
        assert echo.connections == 1


async def test_before_nomination_dtls_is_answered_where_it_came_from() -> None:
    async with open_line() as line:
        transport, _, _ = line.transport()
        line.accept(transport)
        peer = line.peer(transport)
        second = peer.add_address("127.0.0.2")
        await peer.check(nominate=False, via=second)
        await peer.check(nominate=False)
        await peer.check(nominate=False, via=second)
        peer.media_socket = 0
        handshake_at: set[int] = set()
        peer.watch = lambda data, number: handshake_at.add(number) if 20 <= data[0] < 64 else None
        await peer.handshake()
        assert handshake_at == {0}
        await echoed(peer, rtp(1))


async def test_media_follows_a_later_nomination() -> None:
    async with open_line() as line:
        _, echo, peer = await line.call()
        await echoed(peer, rtp(1))
        second = peer.add_address("127.0.0.2")
        await peer.check(nominate=True, via=second)
        await echoed(peer, rtp(2))
        assert peer.received_at == [0, second]
        assert echo.connections == 2


async def test_an_ice_restart_keeps_the_call() -> None:
    async with open_line() as line:
        transport, _, peer = await line.call()
        old = peer.ice
        peer.ice = transport.restart_ice()
        assert peer.ice["usernameFragment"] != old["usernameFragment"]
        await echoed(peer, rtp(1))
        second = peer.add_address("127.0.0.2")
        await peer.check(nominate=True, via=second)
        await echoed(peer, rtp(2))
        assert peer.received_at[-1] == second
        assert line.udp.sizes()["ufrags"] == 1


async def test_a_second_restart_before_the_first_is_used_forgets_the_oldest_credentials() -> None:
    async with open_line() as line:
        transport, _, peer = await line.call()
        for _ in range(5):
            peer.ice = transport.restart_ice()
        assert line.udp.sizes()["ufrags"] == 2
        await peer.check(nominate=True)
        assert line.udp.sizes()["ufrags"] == 1


async def test_a_replayed_packet_is_dropped_and_counted() -> None:
    async with open_line() as line:
        _, echo, peer = await line.call()
        assert peer.tx is not None
        protected, report = peer.tx.protect(rtp(1)), peer.tx.protect_rtcp(receiver_report(1))
        for _ in range(3):
            peer.send(protected)
            peer.send(report)
        await echoed(peer, rtp(2))
        assert echo.rtp == [rtp(1), rtp(2)]
        assert line.udp.counters.srtp_rejected == 2
        assert line.udp.counters.srtcp_rejected == 2


async def test_a_packet_under_a_wrong_key_is_dropped_and_counted() -> None:
    async with open_line() as line:
        _, echo, peer = await line.call()
        _, _, stranger = await line.call()
        assert stranger.tx is not None
        peer.send(stranger.tx.protect(rtp(1)))
        peer.send(stranger.tx.protect_rtcp(receiver_report(1)))
        await echoed(peer, rtp(2))
        assert echo.rtp == [rtp(2)]
        assert line.udp.counters.srtp_rejected == 1
        assert line.udp.counters.srtcp_rejected == 1


async def test_a_peer_cannot_use_up_memory_with_ever_new_streams() -> None:
    async with open_line() as line:
        _, echo, peer = await line.call()
        for ssrc in range(1, transports.MAX_SSRCS + 11):
            peer.send_rtp(rtp(1, ssrc))
        await echoed(peer, rtp(2))
        assert len(echo.rtp) == transports.MAX_SSRCS + 1
        assert line.udp.counters.too_many_ssrcs == 10


async def test_media_before_the_handshake_is_dropped_and_counted() -> None:
    async with open_line() as line:
        transport, echo, _ = line.transport()
        peer = line.peer(transport)
        await peer.check(nominate=True)
        for datagram in (rtp(1), receiver_report(1), b"\x14early handshake", b"\xff?", b"\x40?"):
            peer.send(datagram)
        counters = line.udp.counters
        await peer.until(lambda: counters.unknown_kind == 2)
        assert (counters.not_connected, counters.dtls_dropped) == (2, 1)
        assert echo.rtp == []


async def test_what_the_endpoint_sends_before_the_handshake_is_dropped_and_counted() -> None:
    async with open_line() as line:
        transport, _, _ = line.transport()
        transport.send_rtp(bytearray(rtp(1)))
        transport.send_rtcp(receiver_report(1))
        assert line.udp.counters.not_connected == 2


async def test_a_packet_too_long_to_protect_is_dropped_and_counted() -> None:
    async with open_line() as line:
        transport, _, peer = await line.call()
        transport.send_rtp(bytearray(rtp(1, body=bytes(1500))))
        transport.send_rtcp(receiver_report(1) + bytes(1500))
        await echoed(peer, rtp(2))
        assert line.udp.counters.protect_failed == 2


async def test_a_peer_that_falls_silent_is_sent_nothing_until_it_is_heard_again() -> None:
    async with open_line() as line:
        transport, _, states = line.transport()
        line.accept(transport)
        peer = line.peer(transport)
        await peer.connect()
        await peer.until(lambda: transport.state == "connected")
        now = line.udp.now()
        transport.tick(now + transports.CONSENT_SECONDS - 1)
        assert transport.state == "connected"
        transport.tick(now + transports.CONSENT_SECONDS + 1)
        assert transport.state == "disconnected"
        transport.send_rtp(bytearray(rtp(1)))
        assert line.udp.counters.not_connected == 1
        await peer.check(nominate=True)
        assert states == ["connecting", "connected", "disconnected", "connected"]
        await echoed(peer, rtp(2))


async def test_a_handshake_that_never_ends_fails_at_its_deadline() -> None:
    async with open_line() as line:
        transport, _, states = line.transport()
        line.accept(transport)
        transport.tick(line.udp.now() + transports.HANDSHAKE_SECONDS - 1)
        assert states == ["connecting"]
        transport.tick(line.udp.now() + transports.HANDSHAKE_SECONDS + 1)
        assert states == ["connecting", "failed"]


async def test_a_transport_that_is_never_connected_fails_at_its_deadline() -> None:
    async with open_line() as line:
        transport, _, states = line.transport()
        transport.tick(line.udp.now() + transports.HANDSHAKE_SECONDS - 1)
        assert states == []
        transport.tick(line.udp.now() + transports.HANDSHAKE_SECONDS + 1)
        assert states == ["failed"]


async def test_dtls_parameters_are_accepted_once() -> None:
    async with open_line() as line:
        transport, _, _ = line.transport()
        line.accept(transport)
        with pytest.raises(SfuError) as refusal:
            transport.connect(dtls.read_parameters(dtls_parameters()), line.udp.now())
        assert refusal.value.code == "already_connected"


async def test_a_peer_that_says_goodbye_closes_its_transport() -> None:
    async with open_line() as line:
        transport, _, states = line.transport()
        line.accept(transport)
        peer = line.peer(transport)
        await peer.connect()
        peer.say_goodbye()
        await peer.until(lambda: transport.state == "closed")
        assert states == ["connecting", "connected", "closed"]


async def test_closing_twice_is_the_same_as_once() -> None:
    async with open_line() as line:
        transport, _, _ = await line.call()
        await transport.close()
        await transport.close()
        assert line.udp.sizes() == {"addresses": 0, "ufrags": 0}


async def test_closing_gives_back_the_memory_of_dtls_and_srtp_without_the_garbage_collector() -> None:
    async with open_line() as line:
        transport, _, peer = await line.call()
        await echoed(peer, rtp(1))
        sessions = [weakref.ref(one) for one in transport._dtls.sessions]
        association = weakref.ref(transport._dtls._transport)
        gc.disable()
        try:
            await transport.close()
            await peer.until(lambda: association() is None)
        finally:
            gc.enable()
        assert [one() for one in sessions] == [None, None]
