"""The attestation checklist on pages: what was gone through, and the reason owed after the end (R31)."""

import pytest
from sqlalchemy import update

from school.attestation import actions
from school.attestation.models import ChecklistItem
from school.schedule.models import Purpose
from school.sessions import actions as sessions
from school.sessions.models import EndReason, Session
from tests.builders import NOW
from tests.web.site import Browser, Site


@pytest.fixture
async def session(site: Site) -> str:
    """The path of a consultation before an attestation that its time has ended with two items left out."""
    session_id = site.cast.session
    async with site.database.begin() as db:
        await db.execute(update(Session).values(purpose=Purpose.ATTESTATION))
        item = ChecklistItem.BRIEFING
        await actions.tick(db, NOW, session_id=session_id, by=site.cast.worker, item=item, done=True)
        await sessions.mark_started(db, NOW, session_id=session_id)
        await sessions.end(db, NOW, session_id=session_id, by=None, reason=EndReason.TIME)
    site.clock.pass_by(hours=1)
    return f"/sessions/{session_id}"


async def test_the_host_is_asked_on_the_start_page_until_the_reason_is_written(
    browser: Browser, session: str
) -> None:
    await browser.become("sokolova")
    today = await browser.get("/today")
    assert "Нужно написать вам" in today.words
    assert f'href="{session}#checklist"' in today.text
    page = await browser.get(session)
    assert "Порядок проведения аттестации и правила оформления работ разобрано 09:00" in page.words
    assert "Критерии оценивания пропущено" in page.words
    assert "Никто пока не написал, почему" in page.words
    done = await browser.post(f"{session}/omission", reason="Отключили свет")
    assert "Почему часть пропущена Отключили свет" in done.words
    assert "Сохранить причину" not in done.words
    assert "Нужно написать вам" not in (await browser.get("/today")).words


async def test_an_empty_or_long_reason_is_refused_by_its_field_and_kept(
    browser: Browser, session: str
) -> None:
    await browser.become("sokolova")
    await browser.get(session)
    empty = await browser.post(f"{session}/omission", reason="  ")
    assert (empty.status, "Заполните это поле." in empty.words) == (422, True)
    long = await browser.post(f"{session}/omission", reason="Ы" * 501)
    assert (long.status, "Ы" * 501 in long.words) == (422, True)


async def test_the_record_stands_with_the_attendance_for_host_and_administrator(
    site: Site, browser: Browser, session: str
) -> None:
    async with site.database.begin() as db:
        await actions.explain_omissions(
            db, NOW, session_id=site.cast.session, by=site.cast.worker, reason="Отключили свет"
        )
    for reader in ("sokolova", "orlova"):
        await browser.become(reader)
        page = await browser.get(f"{session}/attendance")
        assert "Чек-лист аттестации" in page.words
        assert "Отключили свет" in page.words


async def test_a_participant_does_not_see_it_and_nobody_else_is_asked(
    site: Site, browser: Browser, session: str
) -> None:
    await browser.become("ivanov")
    assert "Чек-лист" not in (await browser.get(session)).words
    await browser.become("orlova")
    page = await browser.get(session)
    assert "Чек-лист аттестации" in page.words
    assert "Сохранить причину" not in page.words
    assert "Нужно написать вам" not in (await browser.get("/today")).words
    assert (await browser.post(f"{session}/omission", reason="За другого")).status == 403


async def test_a_consultation_that_goes_on_has_nothing_to_explain(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        await db.execute(update(Session).values(purpose=Purpose.ATTESTATION))
    await browser.become("sokolova")
    page = await browser.get(f"/sessions/{site.cast.session}")
    assert "Чек-лист аттестации" in page.words
    assert "Сохранить причину" not in page.words
    early = await browser.post(f"/sessions/{site.cast.session}/omission", reason="Заранее")
    assert early.status == 409
