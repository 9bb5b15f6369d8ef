"""Silence costs next to nothing, and whoever breaks it is heard at once (DTX, RFC 7587 §3.1.3).

`pytest -n0 --log-cli-level=info tests/rooms/sfu/test_dtx.py` tells the figures.
"""

import asyncio
import logging
from pathlib import Path
from time import perf_counter

from rooms.sfu.channel import ActiveSpeaker
from tests.rooms.sfu.browser_call import Person, meeting

log = logging.getLogger("measured")

# Milliseconds from the first sound before a microphone to the same in a viewer's page. It takes a fifth of
# that on a quiet machine, but three pages may share two busy cores.
AT_ONCE = 1_000.0
TENTH = 4_800  # samples: a tenth of a second


async def test_silence_is_nearly_free_and_the_first_sound_after_it_is_heard_at_once(tmp_path: Path) -> None:
    # One place: whoever begins to speak takes it from who has fallen silent.
    async with meeting(tmp_path, microphones=1) as call:
        teacher, student, viewer = await call.person(), await call.person(), await call.person()
        voice = (await teacher.publish("audio"))["id"]
        first = await viewer.watch(voice)
        await viewer.until(first, packets=20)
        speaking = await rate(viewer, first, 50)
        other = (await student.publish("audio"))["id"]
        await student.speak(False)
        second = await viewer.watch(other)

        await teacher.speak(False)
        await silence(viewer, first)
        silent = await rate(viewer, first, 12)  # two at once, every 400 ms
        before = await viewer.seen(first)
        again = await begins(teacher, viewer, first)
        after = await viewer.until(first, packets=before["packets"] + 25)

        await teacher.speak(False)
        await silence(viewer, first)
        begun = perf_counter()
        taken = await begins(student, viewer, second)
        await call.until_told(ActiveSpeaker("router", other))
        named = 1000 * (perf_counter() - begun)
        await viewer.until(second, packets=25)
        log.info("packets and bits a second: %s speaking, %s silent", speaking, silent)
        log.info("heard after %.0f ms, in another's place %.0f, named speaker %.0f", again, taken, named)

        assert silent[0] < speaking[0] / 5
        assert silent[1] < speaking[1] / 100
        assert again < AT_ONCE
        assert taken < AT_ONCE
        assert named < 1.5 * AT_ONCE
        assert (after["nacks"], after["lost"]) == (0, 0)
        assert after["concealed"] - before["concealed"] < TENTH
        for publisher, producer in ((teacher, voice), (student, other)):
            assert [one["nackCount"] for one in await publisher.sent(producer)] == [0]
        assert (await call.worker.stats())["internalErrors"] == 0


async def rate(viewer: Person, consumer: str, packets: int) -> tuple[float, int]:
    """Packets and bits per second, over so many packets."""
    before, begun = await viewer.seen(consumer), perf_counter()
    after = await viewer.until(consumer, packets=before["packets"] + packets)
    lasted = perf_counter() - begun
    per_second = (after["packets"] - before["packets"]) / lasted
    return round(per_second, 1), round(8 * (after["bytes"] - before["bytes"]) / lasted)


async def silence(viewer: Person, consumer: str) -> None:
    """Wait until packets come far between."""
    while True:
        packets, _ = await rate(viewer, consumer, 2)
        if packets < 8:
            return


async def begins(speaker: Person, viewer: Person, consumer: str) -> float:
    """Somebody breaks the silence: after how many milliseconds it is heard."""
    heard = asyncio.create_task(viewer.heard(consumer))
    begun = await speaker.speak(True)
    return await heard - begun
