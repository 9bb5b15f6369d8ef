"""For the balancer: does this process answer and reach its database."""

from aiohttp import web
from sqlalchemy import text

from web.access import Route, public
from web.keys import DATABASE


async def healthz(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        await db.execute(text("SELECT 1"))
    return web.json_response({"status": "ok"})


ROUTES = (Route("healthz", "GET", "/healthz", healthz, public()),)
