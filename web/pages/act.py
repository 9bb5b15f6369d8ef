"""The local act under which help at a distance is given, readable by every role (R1)."""

from aiohttp import web

from school.organisation import queries as organisation
from school.people.rules import Capability
from web.access import Route, capability
from web.keys import DATABASE, READER
from web.reply import page


async def act(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        found = await organisation.act_in_force(db, settings.today(request[READER].when.now))
    paragraphs = [part.strip() for part in found.text.split("\n\n")] if found else []
    return page(request, "act/page.html", act=found, paragraphs=[part for part in paragraphs if part])


ROUTES = (Route("act", "GET", "/act", act, capability(Capability.READ_LOCAL_ACT)),)
