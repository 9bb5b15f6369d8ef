"""The composition: what a running Kabinet consists of, started in this order, stopped in the reverse."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from aiohttp import web

from rooms.doorman import Doorman
from rooms.registry import Registry
from rooms.sfu.channel import WorkerSettings
from school.clock import Clock, utc_now
from school.db import Database
from server import inspection
from server.config import Settings
from server.demo import life
from web import application, keys, sockets
from web.findings import Inspection
from web.options import Options

# Argon2 takes 64 MiB for each password that is being checked: two at a time, the others wait their turn.
_HASHERS = 2


def create(settings: Settings, secret: bytes, *, clock: Clock = utc_now) -> web.Application:
    """Everything but the listening socket; nothing is opened until the application starts."""
    database = Database.open(settings.database_url)
    hasher = ThreadPoolExecutor(_HASHERS, thread_name_prefix="passwords")
    options = Options(
        public_url=settings.base_url,
        secret=secret,
        trusted_proxies=settings.trusted_proxies,
        embed_origins=settings.embed_origins,
        sign_in_lifetime=settings.sign_in_lifetime,
        chat_file_limit=settings.chat_file_mb * 1024 * 1024,
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else "",
    )
    app = application.create(options, database=database, clock=clock, hasher=hasher)
    app[keys.REGISTRY] = Registry(
        database, clock, secret, _worker(settings), settings.workers, turn=settings.turn
    )
    inspect: Inspection = partial(inspection.inspect, settings, app[keys.REGISTRY])
    app[keys.INSPECTION] = inspect
    app.cleanup_ctx.extend((_database, _hasher))
    if settings.demo:
        app.cleanup_ctx.append(life.in_server)
    app.cleanup_ctx.extend((_rooms, _delays))
    sockets.attach(app)
    return app


def _worker(settings: Settings) -> WorkerSettings:
    return WorkerSettings(
        host=settings.media_host,
        port=settings.media_port,
        announced=list(settings.announced),
        microphones=settings.microphones,
    )


async def _database(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[keys.DATABASE].close()


async def _hasher(app: web.Application) -> AsyncIterator[None]:
    yield
    app[keys.HASHER].shutdown()


async def _delays(app: web.Application) -> AsyncIterator[None]:
    measuring = asyncio.create_task(app[keys.METRICS].measure_delays())
    yield
    measuring.cancel()
    with suppress(asyncio.CancelledError):
        await measuring


async def _rooms(app: web.Application) -> AsyncIterator[None]:
    registry = app[keys.REGISTRY]
    await registry.start()
    doorman = Doorman(registry)
    await doorman.start(registry.clock())
    rounds = asyncio.create_task(doorman.run())
    yield
    rounds.cancel()
    with suppress(asyncio.CancelledError):
        await rounds
    await registry.close()
