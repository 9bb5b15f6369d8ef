"""Every page there is. A page that is not in this table does not exist, and each names who may open it."""

from aiohttp import web

from web import expectation
from web.access import Route
from web.keys import ROUTE_TABLE
from web.pages import (
    account,
    act,
    acts,
    attendance,
    audit,
    booking,
    calendar,
    credentials,
    deviations,
    families,
    groups,
    health,
    home,
    language,
    leaving,
    links,
    live,
    metrics,
    my,
    omission,
    organisation,
    overview,
    people,
    person,
    quality,
    recalculation,
    room,
    room_files,
    room_probe,
    schedule,
    schedule_files,
    second_factor,
    session_chat,
    sessions,
    setup,
    sign_in,
    study,
    system,
    today,
    version_lines,
    version_steps,
    versions,
    week,
)

ROUTES: tuple[Route, ...] = (
    *home.ROUTES,
    *today.ROUTES,
    *schedule.ROUTES,
    *schedule_files.ROUTES,
    *week.ROUTES,
    *sessions.ROUTES,
    *omission.ROUTES,
    *session_chat.ROUTES,
    *booking.ROUTES,
    *deviations.ROUTES,
    *links.ROUTES,
    *versions.ROUTES,
    *version_lines.ROUTES,
    *version_steps.ROUTES,
    *attendance.ROUTES,
    *quality.ROUTES,
    *live.ROUTES,
    *audit.ROUTES,
    *system.ROUTES,
    *overview.ROUTES,
    *my.ROUTES,
    *act.ROUTES,
    *setup.ROUTES,
    *organisation.ROUTES,
    *acts.ROUTES,
    *calendar.ROUTES,
    *recalculation.ROUTES,
    *study.ROUTES,
    *people.ROUTES,
    *person.ROUTES,
    *families.ROUTES,
    *credentials.ROUTES,
    *leaving.ROUTES,
    *groups.ROUTES,
    *account.ROUTES,
    *second_factor.ROUTES,
    *sign_in.ROUTES,
    *language.ROUTES,
    *room.ROUTES,
    *room_files.ROUTES,
    *room_probe.ROUTES,
    *health.ROUTES,
    *metrics.ROUTES,
)


def register(app: web.Application) -> None:
    """Put the table into the application; `web.middleware.door` refuses whatever is not in it."""
    resources: dict[str, web.Resource] = {}
    table: dict[web.AbstractRoute, Route] = {}
    for route in ROUTES:
        resource = resources.get(route.path)
        if resource is None:
            resource = resources[route.path] = app.router.add_resource(route.path, name=route.name)
        for method in (route.method, "HEAD") if route.method == "GET" else (route.method,):
            added = resource.add_route(method, route.handler, expect_handler=expectation.answer)
            table[added] = route
    app[ROUTE_TABLE] = table
