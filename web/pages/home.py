"""The address without a path: everybody is led to what they most likely came for."""

from aiohttp import web

from web.access import Route, public
from web.keys import READER
from web.reply import see_other


async def home(request: web.Request) -> web.Response:
    return see_other(request, "today" if request[READER].viewer else "schedule")


ROUTES = (Route("home", "GET", "/", home, public()),)
