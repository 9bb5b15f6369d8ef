"""What the media worker sends to whom is kept minute by minute."""

from datetime import timedelta

from rooms import watching
from school.quality import queries
from school.quality.served import Served
from tests.rooms.house import House
from tests.rooms.sfu.media import audio_parameters

NOTHING_YET = Served(0, 0, None, None, None, 0, 0, 0)


async def kept(house: House, person: int) -> list[Served]:
    await house.registry.minutes.flush(house.database, house.clock.now)
    async with house.database.read() as db:
        return list((await queries.served(db, house.session, person)).values())


async def test_who_receives_has_minutes_of_what_was_sent_and_who_only_sends_has_none(loud: House) -> None:
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
    await media.consume(
        student.peer,
        transport_id=receiving,
        producer_id=voice,
        rtp_capabilities=await media.capabilities() or {},
    )
    await loud.doorman.round(loud.clock.pass_(seconds=15))
    assert await kept(loud, loud.school.student) == [NOTHING_YET]
    assert await kept(loud, loud.school.teacher) == []


async def test_each_look_counts_from_the_one_before_and_a_dead_worker_is_no_fault(loud: House) -> None:
    await loud.enter(loud.school.teacher)
    student = await loud.enter(loud.school.student)
    media = student.room.media
    assert media is not None
    receiving = (await media.create_transport(student.peer, "recv"))["id"]
    transport = next(one for one in media.receiving() if one.id == receiving)
    told = {"packets": 900, "resent": 9, "lost": 0.0125, "roundTrip": 0.0404, "limit": 342_400.0}
    told |= {"pictures": 2, "smaller": 1, "held": 0}
    assert watching.since(transport, told) == Served(900, 9, 12, 40, 342, 2, 1, 0)
    assert watching.since(transport, told | {"packets": 1_000}).packets == 100
    worker = loud.registry.keepers[0].current
    assert worker is not None
    await worker.close()
    await watching.look(loud.registry, timedelta(seconds=15), loud.clock.now)
    assert await kept(loud, loud.school.student) == []
