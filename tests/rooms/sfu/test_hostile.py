"""Malformed and unauthenticated datagrams against a worker that carries a call.

Half of them come from a stranger's address, half from that of a connected caller (as if forged): those get
past the address map to the STUN, DTLS, SRTP and SRTCP readers.
"""

import itertools
import random
import socket
import struct
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms.sfu import ice_lite
from tests.rooms.sfu.calls import Caller, running_worker
from tests.rooms.sfu.media import OPUS_PT, audio_parameters, packet
from tests.rooms.sfu.peer import Peer, dtls_parameters

DATAGRAMS = 20_000
BATCH = 200
SEED = 20_000_123


def mutate(data: bytes, chance: random.Random) -> bytes:
    """A datagram that was sound once: bits flipped, cut, doubled, lengths changed."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        way = chance.randrange(5)
        if way == 0 and made:
            made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
        elif way == 1 and made:
            del made[chance.randrange(len(made)) :]
        elif way == 2 and made:
            start = chance.randrange(len(made))
            made[start:start] = made[start : start + chance.randint(1, 40)]
        elif way == 3 and len(made) > 3:
            struct.pack_into("!H", made, chance.randrange(len(made) - 1), chance.choice([0, 1, 4, 0xFFFF]))
        else:
            made += chance.randbytes(chance.randint(1, 64))
    changed = bytes(made[:1500])
    return changed if changed != data else mutate(data, chance)


class Armoury:
    """Makes hostile datagrams of every kind, the same ones for the same seed."""

    def __init__(self, peer: Peer, stranger: Peer, sniffed: list[bytes], seed: int) -> None:
        self.chance = random.Random(seed)
        self.peer = peer
        self.stranger = stranger
        self.handshakes = sniffed
        self.numbers = itertools.count(1)
        self.kinds: list[Callable[[], bytes]] = [
            self.noise,
            self.wrong_password,
            self.wrong_user,
            self.broken_stun,
            self.broken_dtls,
            self.broken_srtp,
            self.broken_srtcp,
            self.foreign_srtp,
        ]

    def next(self) -> bytes:
        return self.chance.choice(self.kinds)()

    def noise(self) -> bytes:
        first = bytes([self.chance.choice([0, 1, 19, 20, 22, 23, 63, 64, 79, 127, 128, 144, 191, 192, 255])])
        return first + self.chance.randbytes(self.chance.randint(0, 200))

    def wrong_password(self) -> bytes:
        return bytes(self.peer.binding_request(nominate=True, password=self.chance.randbytes(4).hex()))

    def wrong_user(self) -> bytes:
        return bytes(self.peer.binding_request(nominate=True, ufrag=self.chance.randbytes(3).hex()))

    def broken_stun(self) -> bytes:
        return mutate(bytes(self.peer.binding_request(nominate=True)), self.chance)

    def broken_dtls(self) -> bytes:
        return mutate(self.chance.choice(self.handshakes), self.chance)

    def broken_srtp(self) -> bytes:
        whole = packet(payload_type=OPUS_PT, sequence=1, timestamp=1, ssrc=9, body=self.chance.randbytes(60))
        return mutate(whole, self.chance)

    def broken_srtcp(self) -> bytes:
        return mutate(b"\x81\xc9\x00\x07" + self.chance.randbytes(48), self.chance)

    def foreign_srtp(self) -> bytes:
        assert self.stranger.tx is not None
        number = next(self.numbers)
        return self.stranger.tx.protect(
            packet(payload_type=OPUS_PT, sequence=number, timestamp=1, ssrc=7, body=b"not for you")
        )


class Stranger:
    """An address that nobody knows; counts what it is sent."""

    def __init__(self, neighbour: Peer) -> None:
        self.server = neighbour.server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        neighbour.sockets.append(self.socket)  # closed with the others

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.server)

    def received(self) -> int:
        """Bytes that have come back."""
        total = 0
        while True:
            try:
                total += len(self.socket.recv(2048))
            except BlockingIOError:
                return total


async def say(up: Peer, down: Peer, number: int) -> None:
    """One word through the call."""
    before = len(down.received)
    up.send_rtp(packet(payload_type=OPUS_PT, sequence=number, timestamp=960 * number, ssrc=7, body=b"word"))
    await down.until(lambda: len(down.received) > before)


async def a_call(caller: Caller) -> tuple[Peer, Peer, list[bytes]]:
    """A speaker, a listener, and the handshake datagrams that an eavesdropper saw."""
    capabilities = await caller.worker.create_router("room")
    down = await caller.join("room", "down")
    sniffed: list[bytes] = []

    def sniff(data: bytes) -> bool:
        if 20 <= data[0] < 64:
            sniffed.append(data)
        return False

    parameters = await caller.worker.create_transport("room", "up")
    up = Peer(parameters)
    caller.peers.append(up)
    up.lose = sniff
    await caller.worker.connect_transport("up", dtls_parameters())
    await up.connect()
    await caller.until_state("up", "connected")
    up.lose = lambda _: False
    await caller.worker.produce("up", "p", "audio", audio_parameters(ssrc=7), False)
    await caller.worker.consume("down", "c", "p", capabilities)
    await caller.worker.resume_consumer("c")
    return up, down, sniffed


async def test_twenty_thousand_hostile_datagrams_are_dropped_and_counted_and_the_call_goes_on() -> None:
    async with running_worker() as caller:
        up, down, sniffed = await a_call(caller)
        await caller.worker.create_router("elsewhere")
        other = await caller.join("elsewhere", "other")
        armoury = Armoury(up, other, sniffed, SEED)
        stranger = Stranger(up)
        before = (await caller.worker.stats())["datagrams"]
        received = heard = 0
        for batch in range(DATAGRAMS // BATCH):
            for number in range(BATCH):
                send = up.send if number % 2 else stranger.send
                send(armoury.next())
            await say(up, down, batch)
            heard += 1
            received += stranger.received()
        after = (await caller.worker.stats())["datagrams"]
        grown = {name: after[name] - before[name] for name in after}
        assert received == 0
        assert (await caller.worker.stats())["internalErrors"] == 0
        assert heard == len(down.received) == DATAGRAMS // BATCH
        assert grown["received"] >= DATAGRAMS
        dropped = sum(grown[name] for name in DROPS)
        assert dropped >= DATAGRAMS * 0.9
        assert all(grown[name] > 0 for name in DROPS)
        assert caller.deaths == 0


DROPS = (
    "stun_malformed",
    "stun_unknown_user",
    "stun_not_authentic",
    "stun_too_many",
    "unknown_address",
    "unknown_kind",
    "bad_length",
    "srtp_rejected",
    "srtcp_rejected",
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_the_stun_reader_raises_nothing_but_value_errors(data: bytes) -> None:
    for candidate in (data, b"\0\1" + struct.pack("!H", len(data)) + b"\x21\x12\xa4\x42" + bytes(12) + data):
        try:
            ice_lite.parse(candidate)
        except ValueError:
            continue
        pytest.fail("a random datagram was taken for a check")
