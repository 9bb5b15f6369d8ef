"""Events of the teacher's tools: polls, the timer, slides, the checklist."""

from web.sockets.payloads import (
    Ask,
    ByNumber,
    Choose,
    Nothing,
    ShowResults,
    ShowSlides,
    StartTimer,
    Tick,
    Turn,
    WriteAnswer,
)
from web.sockets.place import Place


async def ask(at: Place, poll: Ask) -> None:
    await at.room.tools.ask(
        at.registry.database,
        at.registry.clock(),
        at.peer,
        kind=poll.kind,
        question=poll.question,
        options=poll.options,
        shown=poll.shown,
    )


async def choose(at: Place, given: Choose) -> None:
    await at.room.tools.answer(at.registry.database, at.registry.clock(), at.peer, given.id, given.choices)


async def write(at: Place, given: WriteAnswer) -> None:
    await at.room.tools.answer(at.registry.database, at.registry.clock(), at.peer, given.id, given.text)


async def show_results(at: Place, wanted: ShowResults) -> None:
    await at.room.tools.show_results(at.registry.database, at.peer, wanted.id, shown=wanted.shown)


async def close_poll(at: Place, poll: ByNumber) -> None:
    await at.room.tools.close_poll(at.registry.database, at.registry.clock(), at.peer, poll.id)


async def start_timer(at: Place, timer: StartTimer) -> None:
    await at.room.tools.start_timer(
        at.registry.database,
        at.registry.clock(),
        at.peer,
        minutes=timer.minutes,
        break_minutes=timer.break_minutes,
    )


async def stop_timer(at: Place, _: Nothing) -> None:
    await at.room.tools.stop_timer(at.registry.database, at.peer)


async def show_slides(at: Place, wanted: ShowSlides) -> None:
    await at.room.tools.show_slides(at.registry.database, at.peer, wanted.file)


async def turn(at: Place, wanted: Turn) -> None:
    await at.room.tools.turn(at.registry.database, at.peer, wanted.page)


async def hide_slides(at: Place, _: Nothing) -> None:
    await at.room.tools.hide_slides(at.registry.database, at.peer)


async def tick(at: Place, wanted: Tick) -> None:
    await at.room.tools.tick(
        at.registry.database, at.registry.clock(), at.peer, wanted.item, done=wanted.done
    )
