"""ICE-TCP: a call without UDP, framing, slow readers, strangers, endings. Connections are real."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu import tcp
from rooms.sfu.candidates import candidates
from rooms.sfu.codecs import OPUS_PAYLOAD_TYPE, VP8_PAYLOAD_TYPE
from rooms.sfu.counters import Counters
from rooms.sfu.sockets import open_sockets
from rooms.sfu.transport import Transport
from tests.rooms.sfu.calls import Echo, Line, open_line, running_worker
from tests.rooms.sfu.peer import Peer, dtls_parameters
from tests.rooms.sfu.test_transport import echoed, receiver_report, rtp

HTTP = b"GET / HTTP/1.1\r\nHost: kabinet.school.ru\r\n\r\n"


def framed(*messages: bytes) -> bytes:
    """As they lie on the wire (RFC 4571 §2)."""
    return b"".join(len(one).to_bytes(2, "big") + one for one in messages)


async def call_by_tcp(line: Line) -> tuple[Transport, Echo, Peer]:
    """A connected pair that has used nothing but TCP."""
    transport, echo, _ = line.transport()
    line.accept(transport)
    peer = line.peer(transport)
    peer.media_socket = peer.add_stream()
    await peer.check(nominate=True, via=peer.media_socket)
    await peer.handshake()
    return transport, echo, peer


async def test_a_call_goes_over_tcp_alone() -> None:
    async with open_line() as line:
        transport, echo, peer = await call_by_tcp(line)
        await echoed(peer, rtp(1))
        await echoed(peer, rtp(2, body=bytes(1100)))
        peer.send_rtcp(receiver_report(5))
        await peer.until(lambda: peer.received_rtcp == [receiver_report(5)])
        assert set(peer.received_at) == {peer.media_socket}
        assert transport.state == "connected"
        assert echo.connections == 1
        assert line.udp.counters.tcp_accepted == 1


async def test_media_follows_a_nomination_from_tcp_to_udp_and_back() -> None:
    async with open_line() as line:
        _, _, peer = await call_by_tcp(line)
        await peer.check(nominate=True, via=0)
        await echoed(peer, rtp(1))
        await peer.check(nominate=True, via=peer.media_socket)
        await echoed(peer, rtp(2))
        assert peer.received_at == [0, peer.media_socket]


async def test_a_message_may_come_in_pieces_and_several_at_once() -> None:
    async with open_line() as line:
        transport, _, _ = line.transport()
        peer = line.peer(transport)
        stream = peer.sockets[peer.add_stream()]
        first, second, third = (bytes(peer.binding_request(nominate=False)) for _ in range(3))
        for byte in framed(first):
            stream.send(bytes([byte]))
            await asyncio.sleep(0)
        await peer.until(lambda: len(peer.answers) == 1)
        stream.send(framed(second, b"", third))
        await peer.until(lambda: len(peer.answers) == 3)
        assert line.udp.counters.bad_length == 1


async def test_an_ended_connection_stops_the_media_until_another_one_brings_a_check() -> None:
    async with open_line() as line:
        transport, _, peer = await call_by_tcp(line)
        await echoed(peer, rtp(1))
        peer.hang_up(peer.media_socket)
        await peer.until(lambda: transport.state == "disconnected")
        assert len(line.tcp) == 0
        assert line.udp.sizes()["addresses"] == 0
        transport.send_rtp(bytearray(rtp(2)))
        assert line.udp.counters.not_connected == 1
        peer.media_socket = peer.add_stream()
        await peer.check(nominate=True, via=peer.media_socket)
        assert transport.state == "connected"
        await echoed(peer, rtp(3))


async def test_a_connection_that_ends_beside_the_chosen_way_changes_nothing() -> None:
    async with open_line() as line:
        transport, _, peer = await line.call()
        beside = peer.add_stream()
        await peer.check(nominate=False, via=beside)
        peer.hang_up(beside)
        await peer.until(lambda: len(line.tcp) == 0)
        assert transport.state == "connected"
        await echoed(peer, rtp(1))


async def test_closing_a_transport_says_goodbye_and_ends_its_connection() -> None:
    async with open_line() as line:
        transport, _, peer = await call_by_tcp(line)
        await transport.close()
        await peer.until(lambda: peer.hung_up == [peer.media_socket])
        assert peer.closed_by_server
        assert (len(line.tcp), line.udp.sizes()["addresses"]) == (0, 0)


@pytest.mark.parametrize("greeting", [HTTP, framed(rtp(1)), framed(b"\x16" + bytes(40)), b"\xff\xff"])
async def test_who_begins_with_anything_but_a_check_is_cut_off_at_once(greeting: bytes) -> None:
    async with open_line() as line:
        transport, _, _ = line.transport()
        peer = line.peer(transport)
        number = peer.add_stream()
        peer.sockets[number].send(greeting)
        await peer.until(lambda: peer.hung_up == [number])
        counters = line.udp.counters
        assert counters.tcp_not_proven + counters.bad_length == 1


async def test_who_sends_no_valid_check_is_cut_off_at_a_deadline_and_answered_nothing() -> None:
    async with open_line() as line:
        transport, _, _ = line.transport()
        peer = line.peer(transport)
        silent, guessing = peer.add_stream(), peer.add_stream()
        peer.send(bytes(peer.binding_request(nominate=True, password="guess")), guessing)
        counters = line.udp.counters
        await peer.until(lambda: counters.stun_not_authentic == 1 and len(line.tcp) == 2)
        now = line.udp.now()
        line.tcp.tick(now + tcp.CHECK_SECONDS - 1)
        assert counters.tcp_not_proven == 0
        line.tcp.tick(now + tcp.CHECK_SECONDS + 1)
        await peer.until(lambda: sorted(peer.hung_up) == [silent, guessing])
        assert counters.tcp_not_proven == 2
        assert peer.answers == []


async def test_a_connection_without_checks_ends_as_a_network_that_went_away() -> None:
    async with open_line() as line:
        transport, _, peer = await call_by_tcp(line)
        now = line.udp.now()
        line.tcp.tick(now + tcp.SILENT_SECONDS - 1)
        assert len(line.tcp) == 1
        line.tcp.tick(now + tcp.SILENT_SECONDS + 1)
        await peer.until(lambda: peer.hung_up == [peer.media_socket])
        assert transport.state == "disconnected"


async def test_strangers_from_one_address_are_limited_and_hold_up_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tcp, "MAX_STRANGERS_EACH", 3)
    async with open_line() as line:
        _, _, known = await call_by_tcp(line)
        transport, _, _ = line.transport()
        crowd = line.peer(transport)
        for _ in range(3):
            crowd.add_stream()
        await crowd.until(lambda: len(line.tcp) == 4)
        surplus = crowd.add_stream()
        await crowd.until(lambda: crowd.hung_up == [surplus])
        assert line.udp.counters.tcp_refused == 1
        await echoed(known, rtp(1))
        neighbour = crowd.add_stream("127.0.0.2")
        await crowd.check(nominate=True, via=neighbour)
        # A place that has become free, by an ending or by a valid check, is given again.
        crowd.hang_up(1)
        await crowd.until(lambda: len(line.tcp) == 4)
        await crowd.check(nominate=True, via=2)
        for _ in range(2):
            await crowd.check(nominate=True, via=crowd.add_stream())
        assert line.udp.counters.tcp_refused == 1


async def test_a_slow_reader_loses_video_first_then_sound_and_nothing_grows() -> None:
    async with open_line() as line:
        transport, _, peer = await call_by_tcp(line)
        connection = next(iter(line.tcp._connections))
        asyncio.get_running_loop().remove_reader(peer.sockets[peer.media_socket])
        counters = line.udp.counters
        video = _fill(transport, VP8_PAYLOAD_TYPE, counters)
        between = connection._transport.get_write_buffer_size()
        sound = _fill(transport, OPUS_PAYLOAD_TYPE, counters)
        full = connection._transport.get_write_buffer_size()
        transport.send_rtcp(receiver_report(1))
        assert connection._transport.get_write_buffer_size() > full
        assert tcp.VIDEO_BYTES < between <= tcp.VIDEO_BYTES + 1500 < full <= tcp.AUDIO_BYTES + 1500
        assert video > 100 > sound > 10
        asyncio.get_running_loop().add_reader(
            peer.sockets[peer.media_socket], peer._stream_readable, peer.media_socket
        )
        # What was taken arrives whole and in order; there is room again.
        await peer.until(lambda: len(peer.received) == video + sound and len(peer.received_rtcp) == 1)
        await echoed(peer, rtp(60_000))


async def test_a_worker_that_is_closed_says_goodbye_over_tcp_too() -> None:
    async with running_worker() as caller:
        await caller.worker.create_router("room")
        peer = Peer(await caller.worker.create_transport("room", "t"))
        caller.peers.append(peer)
        await caller.worker.connect_transport("t", dtls_parameters())
        peer.media_socket = peer.add_stream()
        await peer.check(nominate=True, via=peer.media_socket)
        await peer.handshake()
        await caller.until_state("t", "connected")
        assert (await caller.worker.stats())["known"] == {"addresses": 1, "ufrags": 1, "connections": 1}
        await caller.worker.close()
        await peer.until(lambda: peer.closed_by_server and peer.hung_up == [peer.media_socket])


def _fill(transport: Transport, payload_type: int, counters: Counters) -> int:
    """Send packets of a kind until one is dropped; how many were taken."""
    dropped, taken = counters.tcp_dropped, 0
    while counters.tcp_dropped == dropped:
        packet = bytearray(rtp(taken, ssrc=payload_type, body=bytes(1000)))
        packet[1] = payload_type
        transport.send_rtp(packet)
        taken += 1
    return taken - 1


async def test_a_browser_that_stops_reading_is_not_waited_for_at_the_end() -> None:
    async with open_line() as line:
        transport, _, peer = await call_by_tcp(line)
        asyncio.get_running_loop().remove_reader(peer.sockets[peer.media_socket])
        _fill(transport, VP8_PAYLOAD_TYPE, line.udp.counters)
        await transport.close()
        assert len(line.tcp) == 1
        line.tcp.tick(line.udp.now() + tcp.CLOSING_SECONDS + 1)
        await peer.until(lambda: len(line.tcp) == 0)


def test_both_sockets_have_the_same_port() -> None:
    udp, listener = open_sockets("127.0.0.1", 0, Counters())
    with socket.create_connection(("127.0.0.1", udp.port), timeout=5):
        assert len(listener) == 0
    listener.close()
    udp.close()


def test_tcp_candidates_are_passive_and_come_after_every_udp_one() -> None:
    made = candidates(["192.0.2.4", "2001:db8::4"], 4000)
    assert [(one["protocol"], one["ip"]) for one in made] == [
        ("udp", "192.0.2.4"),
        ("udp", "2001:db8::4"),
        ("tcp", "192.0.2.4"),
        ("tcp", "2001:db8::4"),
    ]
    assert [one.get("tcpType") for one in made] == [None, None, "passive", "passive"]
    priorities = [one["priority"] for one in made]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == 4


@given(st.lists(st.binary(min_size=1, max_size=1500), max_size=8), st.data())
def test_however_a_stream_is_cut_its_messages_are_the_same(
    messages: list[bytes], data: st.DataObject
) -> None:
    unframed: list[bytes] = []
    reader = tcp.Unframer()
    rest = framed(*messages)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        unframed += reader.feed(rest[:size])
        rest = rest[size:]
    assert unframed == messages
