"""Media and reports with bytes changed, in seeded patterns: nothing raises, what is sent is well-formed."""

import random

import pytest

from rooms.sfu import rtcp
from tests.rooms.sfu.media import SIMULCAST, Call, Camera, video_parameters


def mutated(chance: random.Random, data: bytes) -> bytes:
    """A copy, perhaps with some bytes changed, perhaps cut off."""
    changed = bytearray(data)
    if chance.random() < 0.3:
        for _ in range(chance.randint(1, 6)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(len(changed))] if chance.random() < 0.05 else changed)


def reports(chance: random.Random, ssrc: int) -> bytes:
    """A compound that says a bit of everything."""
    block = rtcp.ReportBlock(ssrc, chance.random() / 3, 0, 1, 0, chance.randrange(1 << 32), 0)
    said = rtcp.SenderReport(
        chance.choice([1, 2, 3]), chance.randrange(1 << 64), chance.randrange(1 << 32), 1, 1
    )
    return (
        rtcp.nack(1, ssrc, sorted(chance.randrange(65536) for _ in range(20)))
        + rtcp.receiver_report(1, [block])
        + rtcp.remb(1, chance.randrange(10**6), [ssrc])
        + rtcp.picture_loss(1, ssrc)
        + rtcp.transport_feedback(
            1,
            ssrc,
            base=chance.randrange(1000),
            reference=chance.randrange(1 << 24),
            number=0,
            deltas=[chance.choice([None, 4, 400, -400]) for _ in range(50)],
        )
        + rtcp.sender_report(said)
    )


@pytest.mark.parametrize("seed", range(4))
def test_changed_bytes_are_survived(seed: int) -> None:
    chance = random.Random(seed)
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST, transport_cc=True))
    ssrc = call.watch(size=(640, 360))["encodings"][0]["ssrc"]
    cameras = [Camera(index + 1, f"r{index}", size=(320 << index, 180 << index)) for index in range(3)]
    wide = sent = 0
    for _ in range(300):
        for camera in cameras:
            wide = (wide + chance.choice([1, 1, 1, 5, -3, 30000])) & 0xFFFF
            made = camera.frame(key=chance.random() < 0.05, packets=2, wide=wide)
            again = camera.retransmission(
                chance.choice(list(camera.sent)[-20:]), rtx_ssrc=camera.ssrc + 100, rtx_sequence=wide
            )
            call.send([mutated(chance, data) for data in (*made, again)])
        call.wait(0.05)
        call.viewer.receive_rtcp(mutated(chance, reports(chance, ssrc)), call.now)
        call.publisher.receive_rtcp(mutated(chance, reports(chance, ssrc)), call.now)
        call.router.set_consumer_size("c", chance.choice([0, 100, 700, 2000]), 360, call.now)
        sent += len(call.down.packets())
        assert all(isinstance(each, rtcp.SenderReport) for each in call.down.reports())
        call.up.reports()
    assert sent > 0
    assert call.router.stats(call.now)["down"]["consumers"]["c"]["failed"] == 0
