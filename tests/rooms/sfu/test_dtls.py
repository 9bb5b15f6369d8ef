"""DTLS: handshakes over a bad network, who may shake hands, and the library names that this stands on."""

import asyncio
import inspect

import aiortc
import pytest
from aiortc.rtcdtlstransport import SRTPProtectionProfile
from pylibsrtp import Session

from rooms.sfu import dtls
from rooms.sfu.params import SfuError
from tests.rooms.sfu.calls import open_line
from tests.rooms.sfu.peer import Peer, dtls_parameters

HANDSHAKE_RECORD = 22


def test_the_private_names_of_aiortc_are_where_we_expect_them() -> None:
    certificate = dtls.Certificate.generateCertificate()
    transport = aiortc.RTCDtlsTransport(dtls._Wire(lambda _: None), [certificate])  # type: ignore[arg-type]  # the shim is the point
    assert aiortc.__version__ == "1.16.0"
    assert isinstance(certificate, dtls.Certificate)
    assert transport.state == "new"
    assert transport._rx_srtp is None
    assert transport._tx_srtp is None
    assert all(isinstance(one, SRTPProtectionProfile) for one in transport._srtp_profiles)
    assert list(inspect.signature(transport._set_role).parameters) == ["role"]
    assert list(inspect.signature(transport.start).parameters) == ["remoteParameters"]
    assert list(inspect.signature(aiortc.RTCCertificate._create_ssl_context).parameters) == [
        "self",
        "srtp_profiles",
    ]


async def test_connected_means_two_srtp_sessions() -> None:
    async with open_line() as line:
        transport, _, _ = await line.call()
        assert all(isinstance(session, Session) for session in transport._dtls.sessions)


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM", b"SRTP_AEAD_AES_128_GCM"),
        (b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM", b"SRTP_AEAD_AES_256_GCM"),
        (b"SRTP_AES128_CM_SHA1_80", b"SRTP_AES128_CM_SHA1_80"),
    ],
)
async def test_the_fastest_profile_that_both_know_is_taken(offered: bytes, taken: bytes) -> None:
    async with open_line() as line:
        _, _, peer = await line.call(profiles=offered)
        assert peer._ssl is not None
        assert peer._ssl.get_selected_srtp_profile() == taken
        await echoed(peer)


async def echoed(peer: Peer) -> None:
    packet = bytes([0x80, 96, 0, 1]) + bytes(8) + b"hello"
    peer.send_rtp(packet)
    await peer.until(lambda: packet in peer.received)


async def test_a_client_hello_in_several_datagrams_is_put_together() -> None:
    async with open_line() as line:
        hellos: list[bytes] = []
        transport, _, _ = line.transport()
        line.accept(transport)
        peer = line.peer(transport, mtu=600)

        def count(data: bytes) -> bool:
            if data[0] == HANDSHAKE_RECORD and data[13] == 1:
                hellos.append(data)
            return False

        peer.lose = count
        await peer.connect()
        assert len(hellos) > 1
        await echoed(peer)


@pytest.mark.parametrize("mtu", [0, 600])
async def test_a_repeated_client_hello_is_answered_at_once_with_the_same_flight(mtu: int) -> None:
    async with open_line() as line:
        lost: list[float] = []
        transport, _, _ = line.transport()
        line.accept(transport)
        peer = line.peer(transport, mtu=mtu)

        def lose_three(data: bytes) -> bool:
            if data[0] == HANDSHAKE_RECORD and len(lost) < 3:
                lost.append(line.udp.now())
                return True
            return False

        peer.lose_in = lose_three
        started = line.udp.now()
        await peer.connect()
        assert len(lost) == 3
        # OpenSSL's own timer would have cost a second; the client repeats after 50, 100 and 200 ms.
        assert line.udp.now() - started < 0.9
        await echoed(peer)


async def test_the_client_hello_is_not_answered_for_ever() -> None:
    async with open_line() as line:
        transport, _, _ = line.transport()
        line.accept(transport)
        peer = line.peer(transport)
        hello: list[bytes] = []
        flights: list[bytes] = []

        def keep(data: bytes) -> bool:
            if data[0] == HANDSHAKE_RECORD:
                hello.append(data)
            return False

        def count(data: bytes) -> bool:
            if data[0] == HANDSHAKE_RECORD:
                flights.append(data)
                return True
            return False

        peer.lose, peer.lose_in = keep, count
        await peer.check(nominate=True)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(peer.handshake(), 0.12)
        for _ in range(dtls.MAX_RESENDS * 3):
            peer.send(hello[0])
        await peer.until(lambda: line.udp.counters.dtls_dropped >= dtls.MAX_RESENDS)
        assert len(flights) <= dtls.MAX_RESENDS + 2
        assert set(flights) == {flights[0]}


async def test_the_worker_is_the_client_when_the_peer_wants_to_be_the_server() -> None:
    async with open_line() as line:
        transport, _, states = line.transport()
        line.accept(transport, "server")
        peer = line.peer(transport, role="server")
        await peer.connect()
        await peer.until(lambda: transport.state == "connected")
        assert states == ["connecting", "connected"]
        await echoed(peer)


async def test_a_peer_with_another_certificate_than_announced_is_refused() -> None:
    async with open_line() as line:
        transport, _, states = line.transport()
        parameters = dtls_parameters()
        parameters["fingerprints"][0]["value"] = ":".join(["00"] * 32)
        transport.connect(dtls.read_parameters(parameters), line.udp.now())
        peer = line.peer(transport)
        await peer.connect()
        peer.send_rtp(bytes([0x80, 96]) + bytes(10))
        await peer.until(lambda: states == ["connecting", "failed"])
        assert peer.received == []


async def test_closing_tells_the_peer() -> None:
    async with open_line() as line:
        transport, _, peer = await line.call()
        await transport.close()
        await peer.until(lambda: peer.closed_by_server)
        assert line.udp.sizes() == {"addresses": 0, "ufrags": 0}


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"fingerprints": []},
        {"fingerprints": [{"algorithm": "md5", "value": "00"}]},
        {"fingerprints": [{"algorithm": "sha-256"}]},
        {"fingerprints": [{"algorithm": "sha-256", "value": "00"}], "role": "both"},
        {"fingerprints": [{"algorithm": "sha-256", "value": "00"}] * 7},
    ],
)
def test_parameters_that_cannot_work_are_refused(value: object) -> None:
    with pytest.raises(SfuError) as refusal:
        dtls.read_parameters(value)
    assert refusal.value.code == "bad_parameters"
