"""`create-admin`: the first person, who lets in everybody else."""

import argparse
import asyncio
import getpass
import secrets
import sys
from datetime import datetime

from school.clock import utc_now
from school.db import Database, Db
from school.errors import Invalid
from school.organisation import actions as organisation
from school.organisation.rules import Settings as OrganisationSettings
from school.people import actions as people
from school.people.errors import LoginTaken
from school.people.models import Role
from school.people.passwords import hash_password
from school.people.rules import check_password
from server import config, store
from server.config import Settings
from server.errors import CannotStart
from web.words import N_, Words


class LoginIsTaken(CannotStart):
    message = N_("There is a person with the login %(login)s already. Choose another one with --login.")


class Unfit(CannotStart):
    """An option's value is refused: `option`, `reason` and the reason's fields."""

    def line(self, words: Words) -> str:
        reason = words.gettext(_REASONS.get(str(self.data["reason"]), _OTHERWISE), **self.data)
        return f"--{str(self.data['option']).replace('_', '-')}: {reason}"


_OTHERWISE = N_("this value does not fit")
_REASONS = {
    "empty": N_("it must not be empty"),
    "too_long": N_("at most %(limit)s characters"),
    "too_short": N_("at least %(limit)s characters"),
    "malformed": N_("3 to 100 letters, digits and . _ - @ +"),
    "unknown": N_("there is no such value: %(value)s"),
}


def add_to(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]", words: Words) -> None:
    _ = words.gettext
    parser = parsers.add_parser("create-admin", help=_("make the first administrator"))
    parser.add_argument("--login", required=True, help=_("what the administrator signs in with"))
    parser.add_argument("--family-name", required=True, help=_("family name"))
    parser.add_argument("--given-name", required=True, help=_("given name"))
    parser.add_argument("--patronymic", default="", help=_("patronymic, when there is one"))
    parser.add_argument("--organisation", help=_("the organisation's full name, at the first time"))
    parser.add_argument("--short-name", help=_("its short name, for the top of every page"))
    parser.add_argument(
        "--zone", default="Europe/Moscow", help=_("its time zone, such as Asia/Yekaterinburg")
    )
    parser.add_argument(
        "--password-stdin", action="store_true", help=_("read the password from the standard input")
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace, words: Words) -> int:
    settings = config.load()
    password, made = _password(given, words)
    asyncio.run(_create(settings, given, password))
    print(words.gettext("Administrator %(login)s is ready to sign in.", login=given.login))
    if made:
        print(words.gettext("Password: %(password)s", password=password))
    return 0


def _password(given: argparse.Namespace, words: Words) -> tuple[str, bool]:
    """From the input, from the terminal, or made when there is nobody to ask (then True)."""
    if given.password_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if sys.stdin.isatty():
        return getpass.getpass(words.gettext("Password for %(login)s: ", login=given.login)), False
    return secrets.token_urlsafe(12), True


async def _create(settings: Settings, given: argparse.Namespace, password: str) -> None:
    await store.migrate(settings)
    database = Database.open(settings.database_url)
    try:
        check_password(password)
        async with database.begin() as db:
            await _write(db, utc_now(), given, hash_password(password))
    except LoginTaken:
        raise LoginIsTaken(login=given.login) from None
    except Invalid as error:
        raise Unfit(option=error.field, **{**error.data, "reason": error.reason}) from None
    finally:
        await database.close()


async def _write(db: Db, now: datetime, given: argparse.Namespace, password_hash: str) -> None:
    name = given.organisation or store.FIRST_SETTINGS.name
    short_name = given.short_name or given.organisation or store.FIRST_SETTINGS.short_name
    await organisation.set_up(
        db, now, by=None, settings=OrganisationSettings(name=name, short_name=short_name, zone=given.zone)
    )
    person_id = await people.add_person(
        db,
        now,
        by=None,
        family_name=given.family_name,
        given_name=given.given_name,
        patronymic=given.patronymic,
        login=given.login,
    )
    await people.grant_role(db, now, by=None, person_id=person_id, role=Role.ADMINISTRATOR)
    await people.set_password(db, now, by=None, person_id=person_id, password_hash=password_hash)
