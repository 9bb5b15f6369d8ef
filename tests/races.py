"""Races: many at once at one transition, through several handles, as several processes would."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from school.db import Database, Db
from school.errors import SchoolError

RUNNERS = 50
HANDLES = 2

Result = TypeVar("Result")


async def race(
    database: Database, run: Callable[[Db, int], Awaitable[Result]], *, runners: int = RUNNERS
) -> list[Result | SchoolError]:
    """Let `run(db, number)` go in as many writing transactions at once; give each one's result or refusal.

    Whatever is not a SchoolError fails the test.
    """
    async with _handles(database.url) as handles:
        start = asyncio.Barrier(runners)
        tasks = [_one(handles[number % HANDLES], start, run, number) for number in range(runners)]
        return await asyncio.gather(*tasks)


async def _one(
    handle: Database, start: asyncio.Barrier, run: Callable[[Db, int], Awaitable[Result]], number: int
) -> Result | SchoolError:
    await start.wait()
    try:
        async with handle.begin() as db:
            return await run(db, number)
    except SchoolError as refusal:
        return refusal


@asynccontextmanager
async def _handles(url: str) -> AsyncIterator[list[Database]]:
    async with AsyncExitStack() as stack:
        handles = [Database.open(url) for _ in range(HANDLES)]
        for handle in handles:
            stack.push_async_callback(handle.close)
        yield handles


def winners(results: list[Result | SchoolError]) -> list[Result]:
    """Give what those got who were not refused and did not get False or None."""
    return [result for result in results if result and not isinstance(result, SchoolError)]  # type: ignore[misc]  # refusals are filtered out


def refusals(results: list[Result | SchoolError], kind: type[SchoolError]) -> int:
    """Count those who were refused with this error."""
    return sum(isinstance(result, kind) for result in results)
