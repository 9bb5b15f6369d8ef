"""What the media worker carries for whom is kept minute by minute."""

import asyncio
import os
import signal
from dataclasses import replace
from datetime import timedelta

from rooms import watching
from school.quality import queries
from school.quality.served import Served
from tests.rooms.house import House
from tests.rooms.sfu.media import audio_parameters


async def kept(house: House, person: int) -> list[Served]:
    await house.registry.minutes.flush(house.database, house.clock.now)
    async with house.database.read() as db:
        of_all = await queries.served(db, house.session)
        return [without_delay(one) for one in of_all.get(person, {}).values()]


def without_delay(served: Served) -> Served:
    return replace(served, late_ms=0)


async def test_who_sends_or_receives_has_minutes_and_who_does_neither_has_none(loud: House) -> None:
    teacher, student = await loud.enter(loud.school.teacher), await loud.enter(loud.school.student)
    media = teacher.room.media
    assert media is not None
    sending = (await media.create_transport(teacher.peer, "send"))["id"]
    voice = await media.produce(
        teacher.peer,
        transport_id=sending,
        kind="audio",
        rtp_parameters=audio_parameters(),
        source="microphone",
        paused=False,
    )
    receiving = (await media.create_transport(student.peer, "recv"))["id"]
    every = timedelta(seconds=15)
    await watching.look(loud.registry, every, loud.clock.now)
    assert await kept(loud, loud.school.student) == []
    assert await kept(loud, loud.school.teacher) == [Served()]
    await media.consume(
        student.peer,
        transport_id=receiving,
        producer_id=voice,
        rtp_capabilities=await media.capabilities() or {},
    )
    await loud.doorman.round(loud.clock.pass_(seconds=15))
    assert await kept(loud, loud.school.student) == [Served()]


async def test_each_look_counts_from_the_one_before_and_a_worker_s_death_is_kept_for_all_inside(
    loud: House,
) -> None:
    await loud.enter(loud.school.teacher)
    student = await loud.enter(loud.school.student)
    media = student.room.media
    assert media is not None
    receiving = (await media.create_transport(student.peer, "recv"))["id"]
    transport = next(one for one in media.transports() if one.id == receiving)
    told = {"packets": 900, "resent": 9, "lost": 0.0125, "roundTrip": 0.0404, "limit": 342_400.0}
    told |= {"pictures": 2, "smaller": 1, "held": 0, "came": 50, "missing": 5, "late": 0.2504}
    assert watching.since(transport, told) == Served(900, 9, 12, 40, 342, 2, 1, 0, 50, 5, 250)
    later = watching.since(transport, told | {"packets": 1_000, "came": 70})
    assert (later.packets, later.came, later.missing) == (100, 20, 0)
    fewer = watching.since(transport, told | {"packets": 1_000, "came": 10, "missing": 1})
    assert (fewer.came, fewer.missing) == (0, 0)
    worker = loud.registry.keepers[0].current
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    async with asyncio.timeout(20):
        while media.losses == 0:  # noqa: ASYNC110 -- a death is told to rooms, not to tests
            await asyncio.sleep(0.01)
    for _ in range(2):
        await watching.look(loud.registry, timedelta(seconds=15), loud.clock.now)
        for person in (loud.school.teacher, loud.school.student):
            assert await kept(loud, person) == [Served(restarts=1)]
    assert await media.capabilities() is not None  # of the new worker
