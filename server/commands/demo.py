"""`demo`: write the demo school if it is not there, and say what can be tried."""

import argparse
import asyncio
import json

from school.clock import utc_now
from school.db import Database
from server import store
from server.commands.serve import configured
from server.config import Settings
from server.demo import guide, life, timetable
from server.demo.guide import Guide
from server.secret import secret
from web.words import Words


def add_to(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]", words: Words) -> None:
    parser = parsers.add_parser("demo", help=words.gettext("write the demo school and say what can be tried"))
    parser.add_argument(
        "--json", action="store_true", help=words.gettext("accounts and personal links, for a script")
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace, words: Words) -> int:
    settings = configured(lan=False)
    found = asyncio.run(_prepared(settings))
    if given.json:
        print(json.dumps(guide.plain(found), ensure_ascii=False, indent=2))
    else:
        print(guide.text(found, words, utc_now(), timetable.ZONE))
    return 0


async def _prepared(settings: Settings) -> Guide:
    await store.migrate(settings)
    database = Database.open(settings.database_url)
    try:
        await life.prepare(database, utc_now())
        async with database.read() as db:
            return await guide.read(db, utc_now(), base_url=settings.base_url, secret=secret(settings))
    finally:
        await database.close()
