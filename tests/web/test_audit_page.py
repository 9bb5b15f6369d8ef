"""«Журнал»: every action in Russian, filters, pages, the check of the chain, the file."""

import ast
import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import text

from school.audit import actions as audit_actions
from school.audit import queries as audit
from school.people import actions as people
from school.people.models import Role
from tests.web.site import Browser, Site
from tests.web.tables import rows
from web.audit_words import ACTION, DETAIL, SUBJECT

ROOT = Path(__file__).parents[2]
# What a call has besides its details; `version_id` is of an action that is called `record` where it is used.
NO_DETAIL = {"actor_id", "action", "subject", "subject_id", "by", "version_id"}
# Built from names of tables: what they can be is here, the words are in the table of words.
BUILT = {f"{table}_{done}" for table in ("term", "school_break") for done in ("added", "removed")}
# What records by the action that it is given.
RECORDING = ("record", "_record", "_record_day", "_record_refusal", "_set_link")


@pytest.fixture
async def administrator(site: Site, browser: Browser) -> Browser:
    await browser.become("orlova")
    return browser


def records() -> Iterator[ast.Call]:
    """The calls of `record` and its like in the code."""
    for folder in ("school", "rooms", "web", "server"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) in RECORDING:
                    yield node


def codes(wanted: str) -> set[str]:
    """The constants that they name as their action or subject."""
    found: set[object] = set()
    for call in records():
        named = [word.value for word in call.keywords if word.arg == wanted]
        found |= {one.value for one in named if isinstance(one, ast.Constant)}
        if wanted == "action":
            found |= {one.value for one in call.args if isinstance(one, ast.Constant)}
    return {code for code in found if isinstance(code, str)}


def details() -> set[object]:
    """The names of the details that they give."""
    found: set[object] = set()
    for call in records():
        given = {word.arg: word.value for word in call.keywords}
        detail = given.pop("detail", None)
        if isinstance(detail, ast.Dict):
            found |= {key.value for key in detail.keys if isinstance(key, ast.Constant)}
        found |= {name for name in given if name and name not in NO_DETAIL}
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_action_subject_and_detail_of_the_code_has_its_words() -> None:
    assert (codes("action") | BUILT) - set(ACTION) == set()
    assert codes("subject") - set(SUBJECT) == set()
    assert details() - set(DETAIL) == set()


async def test_the_newest_records_come_first_in_words(site: Site, administrator: Browser) -> None:
    page = await administrator.get("/audit")
    head, newest, *_ = rows(page.text)
    assert head == ["№", "Когда", "Кто сделал", "Что сделано", "О чём", "Подробности"]
    assert newest[1:5] == ["07.09.2026 09:00", "Орлова В.", "вошёл", "Орлова В."]
    assert not re.search(r">\w+_\w+<", page.text)


async def test_details_are_said_in_words(site: Site, administrator: Browser) -> None:
    subject = {"actor_id": site.cast.administrator, "subject": "session", "subject_id": 1}
    async with site.database.begin() as db:
        for action, detail in (
            ("family_booked", {"person_ids": [site.cast.worker, site.cast.administrator]}),
            ("session_ended", {"reason": "time"}),
            ("entry_refused", {"outcome": "not_expected"}),
            ("access_refused", {"code": "forbidden"}),
            ("checklist_ticked", {"item": "briefing"}),
            ("door_changed", {"one_by_one": True}),
            ("day_transferred", {"weekday": 6}),
        ):
            await audit_actions.record(db, site.clock(), action=action, detail=detail, **subject)
    told = [row[5] for row in rows((await administrator.get("/audit")).text)[7:0:-1]]
    assert told == [
        "кого: Соколова А. П., Орлова В.",
        "причина: время вышло",
        "почему: Вас нет в списке приглашённых",
        "почему: Эта страница не для вас",
        "пункт: Порядок проведения аттестации и правила оформления работ",
        "впускает по одному: да",
        "День недели: суббота",
    ]


async def test_filters_choose_by_period_person_action_and_subject(site: Site, administrator: Browser) -> None:
    async with site.database.begin() as db:
        await people.grant_role(
            db, site.clock(), by=site.cast.administrator, person_id=site.cast.worker, role=Role.METHODIST
        )
    for query in (
        f"person={site.cast.administrator}&action=role_granted",
        "since=2026-09-07&until=2026-09-07&action=role_granted&subject=person",
    ):
        found = rows((await administrator.get(f"/audit?{query}")).text)[1:]
        assert found[0][2:5] == ["Орлова В.", "дана роль", "Соколова А. П."]
        assert all(row[3] == "дана роль" for row in found)
    empty = await administrator.get("/audit?until=2026-09-06")
    assert "Подходящих записей нет." in empty.words


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "person=abc",
        "before=-1",
        "until=9999-12-31",
        "since=0001-01-01",
        "person=99999999999999999999",
    ],
)
async def test_a_filter_that_makes_no_sense_filters_nothing(administrator: Browser, query: str) -> None:
    page = await administrator.get(f"/audit?{query}")
    assert page.status == 200
    assert len(rows(page.text)) > 1


async def test_pages_lead_to_the_very_first_record(site: Site, administrator: Browser) -> None:
    async with site.database.begin() as db:
        for number in range(120):
            await audit_actions.record(
                db, site.clock(), actor_id=None, action="settings_changed", subject="organisation",
                subject_id=number,
            )  # fmt: skip
    path, seen = "/audit?subject=organisation", []
    while path:
        page = await administrator.get(path)
        seen += [int(row[0]) for row in rows(page.text)[1:]]
        onward = re.search(r'href="(/audit\?before=[^"]+)"', page.text)
        path = onward[1].replace("&amp;", "&") if onward else ""
    assert len(seen) == len(set(seen)) == 121
    assert seen == sorted(seen, reverse=True)


async def test_the_chain_is_checked_and_a_broken_one_is_named(site: Site, administrator: Browser) -> None:
    good = await administrator.get("/audit?check=1")
    assert "Цепочка записей не нарушена" in good.words
    async with site.database.begin() as db:
        for row in (await db.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))).all():
            if row.name.startswith(("audit", "no_")) or "audit" in row.name:
                await db.execute(text(f'DROP TRIGGER "{row.name}"'))
        await db.execute(text("UPDATE audit_record SET detail = '{}' , action = 'signed_out' WHERE id = 3"))
    bad = await administrator.get("/audit?check=1")
    assert "Цепочка записей нарушена с записи № 3" in bad.words


async def test_the_file_has_what_the_filters_choose_runs_nothing_and_is_recorded(
    site: Site, administrator: Browser
) -> None:
    async with site.database.begin() as db:
        await audit_actions.record(
            db, site.clock(), actor_id=None, action="=cmd|calc", subject="organisation", subject_id=1
        )
    page = await administrator.get("/audit.csv?subject=organisation")
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.reader(StringIO(page.text.lstrip("\ufeff")), delimiter=";"))
    assert table[0][:4] == ["№", "Когда (UTC)", "Кто сделал", "Что сделано"]
    assert {row[4] for row in table[1:]} == {"организация"}
    assert table[-1][3] == "'=cmd|calc"
    async with site.database.read() as db:
        (newest,) = await audit.latest(db, 1)
    assert (newest.action, newest.actor_id) == ("audit_exported", site.cast.administrator)


async def test_the_state_of_the_installation_stands_worst_first(administrator: Browser) -> None:
    page = await administrator.get("/system")
    assert "Что-то не работает" in page.words
    assert page.words.index("не работает Часы идут неверно: на них 2001-01-01") < page.words.index(
        "в порядке"
    )
