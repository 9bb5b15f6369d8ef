"""Settings: the path of a first set-up, and the way to each of its parts."""

from aiohttp import web

from school.organisation import queries as organisation
from school.people.rules import Capability
from web import first_steps
from web.access import Route, capability
from web.keys import DATABASE, READER
from web.reply import page


async def settings(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(request[READER].when.now)
        path = await first_steps.path(db, today)
    return page(request, "setup/page.html", path=path)


ROUTES = (Route("settings", "GET", "/settings", settings, capability(Capability.MANAGE_SETTINGS)),)
