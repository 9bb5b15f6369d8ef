"""Every page there is. A page that is not in this table does not exist, and each names who may open it."""

from aiohttp import web

from web.access import Route
from web.keys import ROUTE_TABLE
from web.pages import (
    act,
    attendance,
    health,
    home,
    language,
    links,
    live,
    room,
    room_files,
    schedule,
    schedule_files,
    sessions,
    sign_in,
    today,
)

ROUTES: tuple[Route, ...] = (
    *home.ROUTES,
    *today.ROUTES,
    *schedule.ROUTES,
    *schedule_files.ROUTES,
    *sessions.ROUTES,
    *links.ROUTES,
    *attendance.ROUTES,
    *live.ROUTES,
    *act.ROUTES,
    *sign_in.ROUTES,
    *language.ROUTES,
    *room.ROUTES,
    *room_files.ROUTES,
    *health.ROUTES,
)


def register(app: web.Application) -> None:
    """Put the table into the application; `web.middleware.door` refuses whatever is not in it."""
    resources: dict[str, web.Resource] = {}
    table: dict[web.AbstractRoute, Route] = {}
    for route in ROUTES:
        resource = resources.get(route.path)
        if resource is None:
            resource = resources[route.path] = app.router.add_resource(route.path, name=route.name)
        table[resource.add_route(route.method, route.handler)] = route
        if route.method == "GET":
            table[resource.add_route("HEAD", route.handler)] = route
    app[ROUTE_TABLE] = table
