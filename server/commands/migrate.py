"""`migrate`: bring the database to what this version needs."""

import argparse
import asyncio

from server import config, store
from web.words import Words


def add_to(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]", words: Words) -> None:
    parser = parsers.add_parser("migrate", help=words.gettext("bring the database up to date"))
    parser.set_defaults(run=run)


def run(given: argparse.Namespace, words: Words) -> int:  # noqa: ARG001 - every command has this signature
    settings = config.load()
    asyncio.run(store.migrate(settings))
    print(words.gettext("The database is up to date."))
    return 0
