"""`serve`: the web server, until it is told to stop."""

import argparse
import asyncio
import os
import signal
import ssl
from datetime import UTC, datetime

import uvloop
from aiohttp import web

from rooms.sfu.channel import SfuError
from server import app, certificate, config, inspection, logs, machine, store
from server.config import Settings
from server.demo import guide, timetable
from server.errors import CannotStart
from server.secret import secret
from web.findings import Finding, Verdict
from web.keys import CLOCK, DATABASE
from web.words import N_, Words

# What a closing server gives to requests that are under way.
_LAST_SECONDS = 5.0


class PortTaken(CannotStart):
    message = N_("Port %(port)s on %(host)s cannot be used: %(reason)s. Set KABINET_PORT to another one.")


class NoNetwork(CannotStart):
    message = N_(
        "This machine has no address besides its own. Connect it to a network, or start without LAN."
    )


class MediaNotStarted(CannotStart):
    message = N_(
        "Sound and picture cannot be carried: %(reason)s. Check KABINET_MEDIA_HOST and KABINET_MEDIA_PORT."
    )


class MediaPortTaken(CannotStart):
    """The same words as `check` has for it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(**finding.data)
        self._finding = finding

    def line(self, words: Words) -> str:
        return self._finding.line(words)


class BadCertificate(CannotStart):
    message = N_("The TLS certificate and key do not work together: %(reason)s")


def add_to(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]", words: Words) -> None:
    parser = parsers.add_parser("serve", help=words.gettext("run the server"))
    parser.add_argument(
        "--lan",
        action="store_true",
        help=words.gettext("https on this machine's address, to try a phone in the same network"),
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace, words: Words) -> int:
    settings = configured(lan=given.lan)
    logs.set_up(settings.log)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, words))
    return 0


def configured(*, lan: bool) -> Settings:
    """The settings; for a local network with this machine's address in them. Raises CannotStart."""
    settings = config.load(**({"lan": True} if lan else {}))
    if not settings.lan or settings.public_url:
        return settings
    address = machine.main_address()
    if address is None:
        raise NoNetwork
    host = f"[{address}]" if address.version == 6 else str(address)
    return settings.model_copy(update={"public_url": f"https://{host}:{settings.port}"})


async def _serve(settings: Settings, words: Words) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await store.migrate(settings)
    if not settings.demo:
        await store.set_up(settings, datetime.now(UTC))
    runner = web.AppRunner(
        app.create(settings, secret(settings)), access_log=None, shutdown_timeout=_LAST_SECONDS
    )
    try:
        await _started(runner, settings)
        print(words.gettext("Kabinet is ready: %(address)s", address=settings.base_url), flush=True)
        if settings.demo:
            print(await _what_to_try(runner.app, settings, words), flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


async def _what_to_try(app: web.Application, settings: Settings, words: Words) -> str:
    now = app[CLOCK]()
    async with app[DATABASE].read() as db:
        found = await guide.read(db, now, base_url=settings.base_url, secret=secret(settings))
    return guide.text(found, words, now, timetable.ZONE)


async def _started(runner: web.AppRunner, settings: Settings) -> None:
    tls = _tls(settings)
    media = inspection.media_port(settings)
    if media.verdict is Verdict.BAD:
        raise MediaPortTaken(media)
    try:
        await runner.setup()
    except SfuError as error:
        raise MediaNotStarted(reason=error) from error
    try:
        await web.TCPSite(runner, settings.bind_host, settings.port, ssl_context=tls).start()
    except OSError as error:
        raise PortTaken(
            port=settings.port, host=settings.bind_host, reason=os.strerror(error.errno or 0)
        ) from error


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls_certificate and settings.tls_key:
        files = (settings.tls_certificate, settings.tls_key)
    elif settings.lan:
        files = certificate.ensure(settings.folder, machine.addresses(), datetime.now(UTC))
    else:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(*files)
    except (ssl.SSLError, OSError) as error:
        raise BadCertificate(reason=error.strerror or str(error)) from error
    return context
