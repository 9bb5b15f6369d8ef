"""Every form of the site filled in wrongly, in a browser, at 360 and at 1280 pixels (R65).

The forms are those that the site itself shows (`tests.web.forms`): one without a case here fails. What is
said of each mistake, word by word, is in `tests/web`. Here a refused page must name the field where it is
seen, put the focus there, keep what was typed, have nothing that axe would mind, and fit the screen.
"""

import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page

from school.db import Database
from tests.journeys.test_accessibility import DESKTOP, PHONE, address, opened, troubles
from tests.web.forms import NO_FORM, Place, Reading, all_forms, furnish, name_of, token_of
from tests.web.site import PASSWORD, Site, running
from tests.web.test_access import LOGINS
from web.cookies import SIGN_IN
from web.routes import ROUTES

PATIENCE = 400  # seconds: a guard against hanging
EMPTY = "Заполните это поле."
RUSSIAN = re.compile(r"[А-ЯЁ][а-яё]+ .*[.?]|Введите целое число.", re.DOTALL)


@dataclass(frozen=True)
class Wrong:
    """What is typed, and the names of the fields that the answer has to name; "" is the form as a whole."""

    typed: Mapping[str, str | list[str]]
    named: set[str]
    status: int = 422


NO_DAY = Wrong({"until": "летом"}, {"until"})
PERIOD = Wrong({"name": "", "since": "1 сентября", "until": "2026-13-45"}, {"name", "since", "until"})
LINE = Wrong(
    {"starts": "утром", "ends": "", "groups": [], "valid_from": "осенью", "weekday": "9"},
    {"starts", "ends", "valid_from", "weekday"},
)
CASES: Mapping[str, Wrong] = {
    "sign_in": Wrong({"login": "ivanov", "password": "не тот"}, {""}),
    "sign_in_code": Wrong({"code": "000000"}, {"code"}),
    "account_habits": Wrong({"locale": "xx", "zone": "Mars/Base"}, {"locale"}),
    "account_password": Wrong(
        {"old_password": PASSWORD, "password": "кот", "password_again": "кот"}, {"password"}
    ),
    "second_factor action=enable": Wrong({"code": "нет кода"}, {"code"}),
    "second_factor action=disable": Wrong({"code": "123"}, {"code"}),
    "attendance": Wrong({"minutes": "полчаса", "reason": "р" * 501}, {"minutes", "reason"}),
    "topic": Wrong({"topic": "т" * 301, "basis": "погода"}, {"topic", "basis"}),
    "version_new": Wrong(
        {"title": "ю" * 201, "valid_from": "осенью", "valid_until": "32.05.2027"},
        {"title", "valid_from", "valid_until"},
    ),
    "version_edit": Wrong({"title": "Другой", "valid_until": "2020-01-01"}, {"valid_until"}),
    "line_new": LINE,
    "line_edit": LINE,
    "version_approve": Wrong(
        {"order_number": "9" * 65, "order_date": "позавчера"}, {"order_number", "order_date"}
    ),
    "version_return": Wrong({"remark": "ы" * 2001}, {"remark"}),
    "version_publish": Wrong({"where": "забор", "on": "в понедельник"}, {"where", "on"}),
    "subject_add": Wrong({"name": "Физика", "since": "2026-09-01", "until": "2026-08-01"}, {"until"}),
    "subject": Wrong({"name": "г" * 201, "since": "осень", "until": ""}, {"name", "since", "until"}),
    "programme_add": Wrong({"name": "г" * 201}, {"name"}),
    "programme": Wrong({"name": "г" * 201}, {"name"}),
    "session_new action=add": Wrong(
        {"reason": "р" * 501, "date": "завтра", "starts": "25:00", "ends": "9-30", "kind": "group"},
        {"reason", "date", "starts", "ends"},
    ),
    "session_move": Wrong(
        {"date": "2026-09-08", "starts": "12:00", "ends": "11:00", "reason": "Болезнь"}, {"ends"}
    ),
    "session_cancel": Wrong({"reason": "р" * 501}, {"reason"}),
    "session_families": Wrong({"addressees": ""}, {"addressees"}),
    "organisation": Wrong(
        {"name": "", "zone": "Mars/Base", "lobby_minutes": "-1", "chat_places": "сто"},
        {"name", "lobby_minutes", "chat_places"},
    ),
    "acts": Wrong(
        {"number": "115-о", "date": "летом", "title": "", "text": ""}, {"date", "title", "in_force_since"}
    ),
    "act_end": Wrong({"until": "2020-01-01"}, {"until"}),
    "calendar change=add_term": PERIOD,
    "calendar change=add_break": PERIOD,
    "calendar change=change_term": PERIOD,
    "calendar change=change_break": PERIOD,
    "calendar change=change_holiday": Wrong({"date": "весной", "name": ""}, {"date", "name"}),
    "calendar change=change_transfer": Wrong({"date": "суббота"}, {"date"}),
    "calendar change=add_holiday": Wrong({"date": "весной", "name": "День школы"}, {"date"}),
    "calendar change=add_transfer": Wrong({"date": "суббота", "weekday": "9"}, {"date", "weekday"}),
    "calendar change=set_anchor": Wrong({"anchor": "нечётная"}, {"anchor"}),
    "recalculation": Wrong({"reason": "р" * 501}, {"reason"}),
    "person_new": Wrong(
        {"family_name": "", "given_name": "Пётр", "birth_date": "давно", "login": "л" * 101},
        {"family_name", "birth_date", "login"},
    ),
    "person_edit": Wrong({"family_name": "Чужов", "login": "два слова"}, {"login"}),
    "person_roles": Wrong({"roles": []}, {""}),
    "person_appoint": Wrong({"position": "", "since": "вчера", "until": "?"}, {"position", "since", "until"}),
    "person_end": Wrong({"last_day": "никогда"}, {"last_day"}),
    "person_link": Wrong({"other_is": "parent"}, {""}),
    "link_state action=suspend": Wrong({"reason": "р" * 501}, {"reason"}),
    "appointment_end": NO_DAY,
    "groups": Wrong({"name": "", "grade": "сто"}, {"name", "grade"}),
    "group": Wrong({"name": "ю" * 61, "grade": "13"}, {"name", "grade"}),
    "member_add": Wrong({"since": "завтра"}, {"since"}),
    "member_end": NO_DAY,
}
NEVER_WRONG = {"calendar change=take_offer"}  # marks beside the days that the page itself offers

SEND = """
([number, typed, empty]) => {
  const form = document.querySelectorAll('form[method="post"]')[number];
  form.noValidate = true;
  for (const control of form.elements) {
    if (control.type === "hidden" || control.tagName === "BUTTON" || control.tagName === "FIELDSET") continue;
    if (["date", "time"].includes(control.type)) control.type = "text";  // as an older browser has it
    const value = empty ? (control.required ? "" : undefined) : typed[control.name];
    if (value === undefined) continue;
    if (["checkbox", "radio"].includes(control.type)) {
      control.checked = value.includes(control.value) || (value.length > 0 && Array.isArray(value));
      if (control.checked) control.value = value[0];
    } else if (control.tagName === "SELECT") {
      if (empty) continue;
      if (![...control.options].some(option => option.value === value)) control.add(new Option(value, value));
      control.value = value;
    } else {
      control.value = value;
    }
  }
  const buttons = [...form.querySelectorAll("button")].filter(button => !button.formNoValidate);
  form.requestSubmit(buttons.at(-1));
}
"""
SHOWN = """
([number, names]) => {
  const form = document.querySelectorAll('form[method="post"]')[number];
  const inside = element => !!element && form.contains(element);
  const seen = element => element.checkVisibility() && element.textContent.trim() !== "";
  const said = {}, kept = {};
  for (const error of document.querySelectorAll("main .error")) {
    const control = document.querySelector(`[aria-describedby~="${error.id}"]`);
    const invalid = control?.tagName === "FIELDSET" || control?.getAttribute("aria-invalid") === "true";
    const name = control?.name || error.id.replace("e-", "");
    const heard = inside(control) && invalid && seen(error);
    said[name] = heard ? error.textContent.trim() : `lost: ${error.outerHTML}`;
  }
  for (const alert of document.querySelectorAll("main [role=alert]"))
    if (seen(alert)) said[""] = alert.textContent.trim();
  for (const name of names) {
    const control = form.elements.namedItem(name);
    // As it stands in the page: a date field shows nothing of what is no date.
    if (control?.tagName === "TEXTAREA") kept[name] = control.value;
    else if (control?.tagName === "INPUT" && control.type !== "checkbox" && control.type !== "radio")
      kept[name] = control.getAttribute("value") ?? "";
  }
  const focused = document.activeElement;
  return {said, kept, focused: inside(focused) || focused.matches("[role=alert]")};
}
"""


class Visitor:
    """One window that becomes each reader in turn."""

    def __init__(self, site: Site, page: Page, *, phone: bool) -> None:
        self._site = site
        self._page = page
        self._phone = phone
        self._tokens: dict[str, str] = {}
        self._reader = "nobody"

    async def refused(self, name: str, place: Place, wrong: Wrong) -> list[str]:
        """Fill the form in wrongly, then not at all; give what is not as it should be."""
        await self._open(place)
        told = await self._send(name, dict(wrong.typed), wrong.status)
        if await self._number(name) is None:
            return [*told, "the form is gone"]
        shown = await self._shown(name, wrong.typed)
        said = shown["said"]
        if set(said) != wrong.named or not all(RUSSIAN.match(words) for words in said.values()):
            told.append(f"said {said} about {wrong.named}")
        told += [
            f"{field} was {wrong.typed[field]!r} and is {kept!r}"
            for field, kept in shown["kept"].items()
            if kept != ("" if "password" in field or field == "code" else wrong.typed[field])
        ]
        if not shown["focused"]:
            told.append("the focus is not in the form")
        told += await troubles(self._page, phone=self._phone, part="main")
        return told + await self._left_empty(name, place)

    async def _left_empty(self, name: str, place: Place) -> list[str]:
        needed = {field for field, must in place.form.fields.items() if must}
        if not needed:
            return []
        told = await self._send(name, None, 422)
        said = (await self._shown(name, {}))["said"]
        return told + [f"{field} may be empty: {said}" for field in needed if said.get(field) != EMPTY]

    async def _open(self, place: Place) -> None:
        if place.reader != self._reader:
            self._reader = place.reader
            await self._page.context.clear_cookies()
            if place.reader != "nobody":
                token = self._tokens.setdefault(place.reader, await token_of(self._site, place.reader))
                url = address(self._site, "/")
                await self._page.context.add_cookies([{"name": SIGN_IN, "value": token, "url": url}])
        if place.path != "/sign-in/code":
            await self._page.goto(address(self._site, place.path))
            return
        await self._page.goto(address(self._site, "/sign-in"))
        await self._page.get_by_label("Логин").fill(LOGINS["host"])
        await self._page.get_by_label("Пароль").fill(PASSWORD)
        async with self._page.expect_navigation():
            await self._page.get_by_role("button", name="Войти").click()

    async def _send(self, name: str, typed: dict[str, str | list[str]] | None, status: int) -> list[str]:
        """Send it with what is typed, or with nothing in the fields that need something."""
        number = await self._number(name)
        async with self._page.expect_navigation() as answered:
            await self._page.evaluate(SEND, [number, typed or {}, typed is None])
        answer = await answered.value
        assert answer is not None
        return [] if answer.status == status else [f"answered {answer.status}, not {status}"]

    async def _shown(self, name: str, typed: Mapping[str, object]) -> Any:
        return await self._page.evaluate(SHOWN, [await self._number(name), list(typed)])

    async def _number(self, name: str) -> int | None:
        """The form's place among the page's, None when the page has it no more."""
        reading = Reading(urlsplit(self._page.url).path)
        reading.feed(await self._page.content())
        places = [number for number, form in enumerate(reading.forms) if name_of(form) == name]
        return places[0] if places else None


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
async def test_every_form_says_what_is_wrong_with_it(
    sqlite_database: Database, browser: Browser, size: tuple[int, int], scheme: str
) -> None:
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(running(sqlite_database))
        found = await all_forms(site, await furnish(site), stack)
        assert {route.name for route in ROUTES if route.method == "POST"} - NO_FORM == {
            name.split()[0] for name in found
        }
        assert {name for name, place in found.items() if place.form.fields} - NEVER_WRONG == set(CASES)
        page = await opened(browser, site, "nobody", size, scheme)
        visitor = Visitor(site, page, phone=size == PHONE)
        told = {name: await visitor.refused(name, found[name], wrong) for name, wrong in CASES.items()}
        await page.context.close()
        assert {name: words for name, words in told.items() if words} == {}
