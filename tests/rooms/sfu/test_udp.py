"""The one socket: receive times, who owns an address, how it refuses."""

import asyncio
import socket
import time

import pytest

from rooms.sfu import rtcp
from rooms.sfu.counters import Counters
from rooms.sfu.udp import TAKEN_SECONDS, UdpSocket
from tests.rooms.sfu.calls import open_line

PACKET = bytes([0x80, 96, 0, 1]) + bytes(8) + b"hello"
LATE_SECONDS = 0.03


async def test_packets_carry_the_kernels_receive_time_however_late_the_loop_is() -> None:
    async with open_line() as line:
        _, echo, peer = await line.call()
        sent = line.udp.now()
        peer.send_rtp(PACKET)
        # The event loop stands still, as it does under load: that must not look like network delay.
        time.sleep(LATE_SECONDS)  # noqa: ASYNC251 - blocking the loop is the point
        await peer.until(lambda: bool(echo.arrivals))
        arrival, now = echo.arrivals[0]
        assert now - sent >= LATE_SECONDS
        assert abs(arrival - sent) < LATE_SECONDS / 3


async def test_a_valid_check_cannot_take_over_an_address_that_is_in_use() -> None:
    async with open_line() as line:
        victim, _, peer = await line.call()
        thief, _, _ = line.transport()
        stolen = line.peer(thief)
        # The thief signs with credentials of his own and forges the victim's address.
        request = stolen.binding_request(nominate=True)
        peer.send(bytes(request))
        await peer.until(lambda: line.udp.counters.stun_address_taken == 1)
        peer.send_rtp(PACKET)
        await peer.until(lambda: peer.received == [PACKET])
        address = victim._ice.addresses[0]
        now = line.udp.now()
        assert not line.udp.may_learn(address, thief, now)
        assert line.udp.may_learn(address, victim, now)
        assert line.udp.may_learn(address, thief, now + TAKEN_SECONDS + 1)


async def test_strangers_are_dropped_and_counted_by_reason() -> None:
    async with open_line() as line:
        transport, _, _ = line.transport()
        peer = line.peer(transport)
        counters = line.udp.counters
        for datagram in (
            b"",
            PACKET,
            b"\0\1\0\0",
            bytes(peer.binding_request(nominate=True, ufrag="nobody")),
            bytes(peer.binding_request(nominate=True, password="guess")),
            b"\x80" * 1600,
        ):
            peer.send(datagram)
        await peer.until(lambda: counters.received == 6)
        assert counters == Counters(
            received=6,
            bytes_received=counters.bytes_received,
            unknown_address=1,
            stun_malformed=1,
            stun_unknown_user=1,
            stun_not_authentic=1,
            bad_length=2,
        )
        assert peer.answers == []


async def test_a_send_that_the_kernel_refuses_is_counted() -> None:
    async with open_line() as line:
        line.udp.send(bytes(70_000), ("127.0.0.1", 9))
        assert (line.udp.counters.send_failed, line.udp.counters.sent) == (1, 0)


def test_a_port_in_use_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="in use"):
            UdpSocket("127.0.0.1", other.getsockname()[1], Counters())


async def test_a_port_with_a_second_socket_is_in_use_all_the_same() -> None:
    async with open_line() as line:
        with pytest.raises(OSError, match="in use"):
            UdpSocket("127.0.0.1", line.udp.port, Counters())


FEEDBACK = rtcp.transport_feedback(1, 2, base=3, reference=4, number=5, deltas=[0])
ASIDE = (FEEDBACK, bytes([FEEDBACK[0] | 0x20]) + FEEDBACK[1:])
AT_ONCE = (
    PACKET,
    rtcp.nack(1, 2, [3]),
    rtcp.picture_loss(1, 2),
    rtcp.receiver_report(1, []) + FEEDBACK,
    FEEDBACK[:1],
    b"",
)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::"])
async def test_feedback_alone_waits_for_the_tick(host: str) -> None:
    udp = UdpSocket(host, 0, Counters())
    udp.open(asyncio.get_running_loop())
    try:
        with socket.socket(socket.AF_INET6 if host == "::1" else socket.AF_INET, socket.SOCK_DGRAM) as one:
            for datagram in (*AT_ONCE, *ASIDE):
                one.sendto(datagram, ("::1" if host == "::1" else "127.0.0.1", udp.port))
        udp._readable()
        assert udp.counters.received == len(AT_ONCE)
        udp.tick()
        assert udp.counters.received == len(AT_ONCE) + len(ASIDE)
        assert udp.counters.unknown_address == len(AT_ONCE) + len(ASIDE) - 1
        assert udp.counters.bad_length == 1
    finally:
        udp.close()


async def test_it_works_over_ipv6() -> None:
    udp = UdpSocket("::1", 0, Counters())
    loop = asyncio.get_running_loop()
    udp.open(loop)
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(PACKET, ("::1", udp.port))
            # Datagrams over loopback are in the socket's queue when `sendto` returns.
            udp._readable()
            assert udp.counters.unknown_address == 1
    finally:
        udp.close()
