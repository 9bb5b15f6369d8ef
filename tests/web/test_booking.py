"""Families of an individual consultation through the browser (R15, R43)."""

from tests import builders
from tests.web.site import Browser, Site
from tests.web.test_deviations import administrator, wished


async def individual(site: Site, browser: Browser) -> str:
    await administrator(browser)
    chosen = {"kind": "individual", "groups": "", "addressees": f"s:{site.cast.student}"}
    sent = {name: value for name, value in wished(site, **chosen).items() if value}
    page = await browser.post("/sessions/new", **sent)
    assert page.status == 200, page.words
    return str(page.path)


async def test_a_second_family_is_found_by_name_and_stands_in_the_list(site: Site, browser: Browser) -> None:
    path = f"{await individual(site, browser)}/families"
    page = await browser.get(f"{path}?search=иванов")
    assert "Добавить семью" in page.words
    again = await browser.post(path, search="иванов", addressees=f"s:{site.cast.student}")
    assert (again.status, "уже в списке" in again.words) == (422, True)
    nobody = await browser.post(path, search="иванов", addressees="x")
    assert (nobody.status, "Выберите одного обучающегося" in nobody.words) == (422, True)
    async with site.database.begin() as db:
        other = await builders.add_student(db, family_name="Яковлев", given_name="Яков", patronymic="")
    assert "Яковлев Яков" in (await browser.get(f"{path}?search=яковл")).words
    added = await browser.post(path, search="яковл", addressees=f"s:{other}")
    assert (added.status, "Яковлев Яков" in added.words) == (200, True)


async def test_a_group_consultation_has_no_families(site: Site, browser: Browser) -> None:
    await administrator(browser)
    assert (await browser.get(f"/sessions/{site.cast.session}/families")).status == 404
