"""What people must not see: tried by address and by id, refused, and the try is kept (R7, R9, R34)."""

import json

import pytest

from school.audit import queries as audit
from school.audit.queries import Wanted
from school.people import actions as people
from school.schedule.models import Audience, Form, Kind
from school.sessions import actions as sessions
from tests import builders
from tests.web.site import _HASH, Browser, Site

STAFF_PAGES = ("/people", "/groups", "/settings", "/audit", "/audit.csv", "/system", "/overview", "/live")
SECRETS = ("Чужов", "Сидорова", "Геометрия чужая")


@pytest.fixture
async def others_session(site: Site) -> int:
    """A consultation of another class with another worker, in the same school."""
    async with site.database.begin() as db:
        worker, _ = await builders.add_worker(
            db, family_name="Громов", given_name="Олег", patronymic="Ильич", login="gromov"
        )
        await people.set_password(db, site.clock(), by=None, person_id=worker, password_hash=_HASH)
        group = await builders.add_group(db, name="9В")
        student = await builders.add_student(db, group_id=group, family_name="Сидорова", login="sidorova")
        await builders.add_parent(db, student, family_name="Сидорова", given_name="Ольга", login="sidorova2")
        return await sessions.add_one_off(
            db,
            builders.NOW,
            by=site.cast.administrator,
            reason="Проверка",
            form=Form.WEBINAR,
            kind=Kind.GROUP,
            host_id=worker,
            starts_at=builders.NOW.replace(hour=7),
            ends_at=builders.NOW.replace(hour=8),
            audience=Audience.BOTH,
            subject_id=await builders.add_subject(db, name="Геометрия чужая"),
            group_ids=[group],
        )


async def kept(site: Site, actor: int) -> set[tuple[str, str]]:
    async with site.database.read() as db:
        rows = await audit.found(db, Wanted(actor_id=actor, action="access_refused"), 200)
    return {(json.loads(row.detail)["path"], json.loads(row.detail)["code"]) for row in rows}


@pytest.mark.parametrize("login", ["ivanov", "ivanova", "sokolova"])
async def test_anothers_consultation_does_not_exist_and_the_try_is_kept(
    site: Site, browser: Browser, others_session: int, login: str
) -> None:
    await browser.become(login)
    paths = [
        f"/sessions/{others_session}",
        f"/sessions/{others_session}/attendance",
        f"/sessions/{others_session}/links",
        f"/sessions/{others_session + 1000}",
    ]
    for path in paths:
        page = await browser.get(path)
        assert page.status == 404, path
        assert not any(secret in page.text for secret in SECRETS)
    actor = {
        "ivanov": site.cast.student, "ivanova": site.cast.parent, "sokolova": site.cast.worker
    }[login]  # fmt: skip
    assert {path for path, _ in await kept(site, actor)} == set(paths)
    refused = await browser.get(f"/room/{others_session}", follow=False)
    assert refused.status == 403
    await browser.get("/today")
    assert (await browser.script_post(f"/room/{others_session}/ticket")).status == 403


@pytest.mark.parametrize("login", ["ivanov", "ivanova", "sokolova", "chuzhov"])
async def test_pages_of_the_staff_are_refused_and_the_try_is_kept(
    site: Site, browser: Browser, login: str
) -> None:
    await browser.become(login)
    for path in STAFF_PAGES:
        assert (await browser.get(path)).status == 403, path
    actor = {
        "ivanov": site.cast.student,
        "ivanova": site.cast.parent,
        "sokolova": site.cast.worker,
        "chuzhov": site.cast.stranger,
    }[login]
    assert await kept(site, actor) == {(path, "forbidden") for path in STAFF_PAGES}


@pytest.mark.parametrize("login", ["ivanov", "ivanova", "sokolova"])
async def test_people_are_not_looked_up_by_their_ids(site: Site, browser: Browser, login: str) -> None:
    await browser.become(login)
    for person in (site.cast.stranger, site.cast.administrator, site.cast.student):
        page = await browser.get(f"/people/{person}")
        assert page.status == 403
        assert "Чужов" not in page.text


@pytest.mark.parametrize("login", ["ivanov", "sokolova", "chuzhov", "orlova"])
async def test_a_childs_page_is_its_own_parents_alone(site: Site, browser: Browser, login: str) -> None:
    await browser.become(login)
    page = await browser.get(f"/my/children/{site.cast.student}")
    assert page.status == 404
    assert "12.04.2013" not in page.text


async def test_a_parent_cannot_switch_to_anothers_child(site: Site, browser: Browser) -> None:
    await browser.become("ivanova")
    for child in (site.cast.stranger, site.cast.worker, "0", "abc", "-1"):
        page = await browser.get(f"/today?child={child}")
        assert page.status == 404
        assert "Чужов" not in page.text


@pytest.mark.parametrize("login", ["ivanov", "ivanova"])
async def test_attendance_and_links_of_ones_own_consultation_are_the_staffs(
    site: Site, browser: Browser, login: str
) -> None:
    link = await site.link(site.cast.worker)
    await browser.become(login)
    page = await browser.get(f"/sessions/{site.cast.session}")
    assert page.status == 200
    assert "/r/" not in page.text
    assert (await browser.get(f"/sessions/{site.cast.session}/attendance")).status == 404
    refused = await browser.post(
        f"/sessions/{site.cast.session}/links", action="renew", link="1", generation="1"
    )
    assert refused.status == 403
    assert "Вы входите как Соколова" in (await browser.get(link)).words


async def test_the_key_of_a_link_never_gets_into_the_audit(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    await browser.get("/r/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert {path for path, _ in await kept(site, site.cast.student)} == {"/r/…"}


async def test_a_flood_of_tries_does_not_fill_the_audit(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    for number in range(50):
        assert (await browser.get(f"/sessions/{1000 + number}")).status == 404
    assert len(await kept(site, site.cast.student)) <= 31


async def test_a_visitors_tries_are_not_kept(site: Site, browser: Browser) -> None:
    await browser.get("/r/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    async with site.database.read() as db:
        assert await audit.found(db, Wanted(action="access_refused"), 10) == []
