"""What `check` looks at: each point is one function that gives one finding."""

import ssl
import stat
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rooms.registry import Registry
from rooms.sfu.params import SfuError
from rooms.sfu.sockets import try_port
from school.audit import queries as audit
from school.db import Database
from server import secret, store
from server.config import Settings
from server.ways import ways
from web.assets import Assets
from web.findings import Finding, Verdict
from web.words import LANGUAGES, LOCALE_FOLDER, N_

# A clock before this release was written is certainly wrong.
_EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)


async def inspect(settings: Settings, registry: Registry | None = None) -> list[Finding]:
    """Every finding, in the order in which to mend them; with the registry, from inside a running server."""
    return [
        *await database(settings),
        secret_kept(settings),
        media_port(settings) if registry is None else await media_worker(registry),
        *await ways(settings, settings.turn, datetime.now(UTC), ssl.create_default_context()),
        https(settings),
        bundle(Assets.read()),
        catalogues(),
        clock(datetime.now(UTC)),
    ]


async def database(settings: Settings) -> list[Finding]:
    """Reachable, migrated, its audit unbroken."""
    store.prepare_folder(settings)
    opened = Database.open(settings.database_url)
    try:
        async with opened.read() as db:
            await db.execute(text("SELECT 1"))
        if not await store.is_current(opened):
            return [Finding(Verdict.BAD, N_("The database is not up to date: run python -m server migrate"))]
        async with opened.read() as db:
            broken = await audit.first_broken(db)
    except (OSError, DBAPIError) as error:
        reason = store.first_line(error)
        return [
            Finding(
                Verdict.BAD,
                N_("The database cannot be reached: %(reason)s. Check KABINET_DATABASE."),
                {"reason": reason},
            )
        ]
    finally:
        await opened.close()
    found = [Finding(Verdict.GOOD, N_("The database is reachable and up to date"))]
    if broken is not None:
        found.append(
            Finding(
                Verdict.BAD,
                N_("The audit was changed by hand: the chain breaks at record %(id)s. Restore a backup."),
                {"id": broken},
            )
        )
    return found


def secret_kept(settings: Settings) -> Finding:
    """There is a secret, and only the server's user reads it."""
    if settings.secret is not None:
        return Finding(Verdict.GOOD, N_("The secret comes from KABINET_SECRET"))
    path = secret.path_of(settings)
    if not path.exists():
        return Finding(
            Verdict.DOUBTFUL,
            N_("There is no secret yet; the first start makes it in %(path)s"),
            {"path": path},
        )
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(Verdict.BAD, N_("Others can read %(path)s: run chmod 600 %(path)s"), {"path": path})
    return Finding(Verdict.GOOD, N_("The secret is kept in %(path)s"), {"path": path})


def media_port(settings: Settings) -> Finding:
    """Sound and picture need a port for UDP and TCP, one for each worker."""
    first = settings.media_port
    for port in range(first, first + settings.workers) if first else (0,):
        try:
            try_port(settings.media_host, port)
        except OSError as error:
            return Finding(
                Verdict.BAD,
                N_(
                    "Port %(port)s on %(host)s cannot be used for UDP and TCP: %(reason)s. "
                    "Is the server running already?"
                ),
                {"host": settings.media_host, "port": port, "reason": error.strerror},
            )
    if first == 0:
        return Finding(
            Verdict.DOUBTFUL,
            N_(
                "The port for sound and picture changes at each start; with a firewall set KABINET_MEDIA_PORT"
            ),
        )
    return Finding(
        Verdict.GOOD, N_("Port %(port)s is free for sound and picture, UDP and TCP"), {"port": first}
    )


async def media_worker(registry: Registry) -> Finding:
    """The processes that carry sound and picture answer."""
    workers = [keeper.current for keeper in registry.keepers]
    ports = ", ".join(str(worker.port) for worker in workers if worker is not None)
    try:
        silent = None in await registry.statistics()
    except SfuError:
        silent = True
    if not silent:
        return Finding(
            Verdict.GOOD, N_("Sound and picture go over port %(port)s, UDP and TCP"), {"port": ports}
        )
    return Finding(
        Verdict.BAD,
        N_("The process for sound and picture does not answer; it starts anew by itself, look again soon"),
    )


def https(settings: Settings) -> Finding:
    """Browsers give camera and microphone to https pages and to localhost only."""
    address = urlsplit(settings.base_url)
    if address.scheme == "https" or address.hostname in ("localhost", "127.0.0.1", "::1"):
        return Finding(Verdict.GOOD, N_("The address is %(address)s"), {"address": settings.base_url})
    return Finding(
        Verdict.BAD,
        N_("Browsers give no camera or microphone to %(address)s: it must begin with https"),
        {"address": settings.base_url},
    )


def bundle(assets: Assets) -> Finding:
    """The browser's code has been built."""
    if assets.bundle("room/main.tsx").scripts and assets.bundle("pages/main.ts").styles:
        return Finding(Verdict.GOOD, N_("The browser's code is built"))
    return Finding(Verdict.BAD, N_("The browser's code is not built: run make browser, or install the wheel"))


def catalogues() -> Finding:
    """Every language has its words."""
    missing = [
        language
        for language in LANGUAGES
        if not (LOCALE_FOLDER / language / "LC_MESSAGES" / "messages.mo").is_file()
    ]
    if missing:
        return Finding(
            Verdict.BAD,
            N_("Words are missing in: %(languages)s. Run make messages, or install the wheel"),
            {"languages": ", ".join(missing)},
        )
    return Finding(Verdict.GOOD, N_("The words of every language are there"))


def clock(now: datetime) -> Finding:
    """Rooms open and close by this machine's clock."""
    data: dict[str, object] = {"time": f"{now:%Y-%m-%d %H:%M} UTC"}
    if now < _EARLIEST:
        return Finding(Verdict.BAD, N_("The clock is wrong: it shows %(time)s. Set the time."), data)
    return Finding(Verdict.GOOD, N_("The clock shows %(time)s"), data)
