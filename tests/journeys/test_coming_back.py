"""Lost and found (R48): the page reloaded, the device changed, the media worker killed, the server restarted.

Whoever comes back has the same seat and role and the same switches, without a click.
"""

import asyncio
import os
import signal
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, expect

from school.db import Database
from tests.journeys import house, steps
from tests.journeys.house import House, back
from tests.journeys.server import serving
from tests.journeys.test_cuts import microphone, muted

# Guards; on a machine that does nothing else it is 5 and 10 (`docs/coming-back.md`).
AFTER_A_WORKER, AFTER_A_RESTART = 15, 30


@pytest.mark.timeout(240)
async def test_a_reload_a_later_device_a_killed_worker_and_a_new_server_lose_nobody(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path, browser: Browser
) -> None:
    async with house.opened(sqlite_database, sqlite_url, tmp_path, browser) as opened:
        await lose_and_find(opened, sqlite_url, tmp_path)


async def lose_and_find(opened: House, sqlite_url: str, folder: Path) -> None:
    planned = opened.planned
    student_id = planned.students[0]
    teacher, _ = await opened.come(planned.teacher_id)
    student, way = await opened.come(student_id)
    await muted(student)
    for page in (teacher, student):
        await steps.moving(page)

    worker = opened.kabinet.media_worker
    begun = monotonic()
    os.kill(worker, signal.SIGKILL)
    took = max(await asyncio.gather(*(back(page, begun) for page in (teacher, student))))
    steps.measured("worker killed", took)
    assert took < AFTER_A_WORKER
    await expect(teacher.locator(microphone(student_id))).to_have_attribute("data-on", "false")
    assert len(await opened.stays(student_id)) == 1

    await student.reload()
    await student.get_by_role("button", name="Войти", exact=True).click()
    await back(student, monotonic())
    await expect(student.get_by_role("button", name="Включить микрофон")).to_be_visible()

    phone = await opened.window(way, width=360, height=640)
    await steps.enter(phone, opened.link(student_id, way))
    await expect(student.get_by_role("heading", name="на другом устройстве")).to_be_visible()
    await expect(teacher.locator(".tile")).to_have_count(2)
    await back(phone, monotonic())

    port = int(opened.kabinet.base_url.rpartition(":")[2])
    await opened.kabinet.stop()
    await expect(phone.get_by_text("Связь прервалась")).to_be_visible()
    async with serving(sqlite_url, folder, port, house.media(opened.media_port)):
        begun = monotonic()
        took = max(await asyncio.gather(*(back(page, begun) for page in (teacher, phone))))
        steps.measured("server restarted, from its being back", took)
        assert took < AFTER_A_RESTART
        await expect(student.get_by_role("heading", name="на другом устройстве")).to_be_visible()
        await expect(teacher.locator(".tile")).to_have_count(2)
    await opened.nothing_is_doubled()
