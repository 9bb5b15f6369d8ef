"""The edge as one aiohttp application. `server.app` adds what lives longer than a request."""

from concurrent.futures import Executor

from aiohttp import web

from school.clock import Clock
from school.db import Database
from web import expectation, headers, keys, words
from web.addresses import Addresses
from web.assets import PREFIX, Assets
from web.csrf import Csrf
from web.limits import Limits
from web.metrics import Metrics
from web.middleware import MIDDLEWARES
from web.options import Options
from web.render import Renderer
from web.routes import ROUTES, register
from web.shelf import Shelf


def create(
    options: Options, *, database: Database, clock: Clock, hasher: Executor, assets: Assets | None = None
) -> web.Application:
    """Pages, static files and everything in front of them. `hasher` runs password hashes off the loop."""
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=options.max_body)
    app[keys.OPTIONS] = options
    app[keys.DATABASE] = database
    app[keys.CLOCK] = clock
    app[keys.HASHER] = hasher
    app[keys.ASSETS] = assets if assets is not None else Assets.read()
    app[keys.WORDS] = words.load()
    app[keys.ADDRESSES] = Addresses(ROUTES)
    app[keys.RENDERER] = Renderer(app[keys.WORDS], app[keys.ADDRESSES], app[keys.ASSETS])
    app[keys.CSRF] = Csrf(options.secret)
    app[keys.LIMITS] = Limits()
    app[keys.SHELF] = Shelf()
    app[keys.METRICS] = Metrics()
    register(app)
    folder = app[keys.ASSETS].folder
    if folder is not None:
        app.router.add_static(PREFIX, folder, expect_handler=expectation.answer)
    app.on_response_prepare.append(headers.add)
    return app
