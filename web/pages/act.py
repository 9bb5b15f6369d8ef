"""The local act under which help at a distance is given, readable by every role (R1)."""

from aiohttp import web

from school.errors import NotFound
from school.files import queries as stored
from school.organisation import queries as organisation
from school.people.rules import Capability
from web import downloads
from web.access import Route, capability
from web.keys import DATABASE, READER
from web.reply import page


async def act(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        found = await organisation.act_in_force(db, settings.today(request[READER].when.now))
        files = await stored.files(db, [found.file_id] if found and found.file_id else [])
    paragraphs = [part.strip() for part in found.text.split("\n\n")] if found else []
    return page(
        request,
        "act/page.html",
        act=found,
        paragraphs=[part for part in paragraphs if part],
        file=next(iter(files.values()), None),
    )


async def file(request: web.Request) -> web.Response:
    """The file of an act, in force or not."""
    act_id = int(request.match_info["act"])
    async with request.app[DATABASE].read() as db:
        found = await organisation.act(db, act_id)
        if found.file_id is None:
            raise NotFound(subject="stored_file")
        return downloads.file(*await stored.read(db, found.file_id))


_ACCESS = capability(Capability.READ_LOCAL_ACT)
ROUTES = (
    Route("act", "GET", "/act", act, _ACCESS),
    Route("act_file", "GET", r"/act/{act:\d{1,9}}/file", file, _ACCESS),
)
