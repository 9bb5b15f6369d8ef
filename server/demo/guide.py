"""Who can be tried and where: accounts and personal links of the demo school, for scripts and for people."""

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from school.db import Db
from school.links import queries as links
from school.links.rules import token
from school.organisation import queries as organisation
from school.people import queries as people
from school.people.models import Role
from school.sessions import queries as sessions
from school.sessions.models import RoomRole
from school.sessions.queries import ExpectedRow, SessionRow
from server.demo import open_now
from server.demo.school import PASSWORD
from web import labels
from web.when import Times, zone_or
from web.words import Words

#: one student and one parent of each room are enough for a person to read; these families come first
_SHOWN_FIRST: Final = ("Петров", "Соколов")
_ROLES: Final = (
    Role.ADMINISTRATOR,
    Role.HEAD,
    Role.METHODIST,
    Role.PEDAGOGICAL_WORKER,
    Role.OTHER_WORKER,
    Role.LEGAL_REPRESENTATIVE,
    Role.STUDENT,
)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in with the demo's password."""

    name: str
    login: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class PersonalLink:
    """One person's way into one open room."""

    session: SessionRow
    who: ExpectedRow
    url: str


@dataclass(frozen=True)
class Guide:
    """Everything there is to try at one moment."""

    base_url: str
    accounts: tuple[Account, ...]
    links: tuple[PersonalLink, ...]


async def read(db: Db, now: datetime, *, base_url: str, secret: bytes) -> Guide:
    settings = await organisation.settings(db)
    found = []
    for row in await open_now.showing(db, now):
        made = {
            link.person_id: link for link in await links.of_session(db, row.id) if link.revoked_at is None
        }
        for who in await sessions.expected(db, row.id, settings.today(now), now):
            link = made.get(who.person_id)
            if link is not None:
                url = f"{base_url}/r/{token(secret, link.id, link.generation)}"
                found.append(PersonalLink(row, who, url))
    return Guide(base_url, await _accounts(db), tuple(found))


async def _accounts(db: Db) -> tuple[Account, ...]:
    by_login: dict[str, Account] = {}
    for role in _ROLES:
        for person in await people.with_role(db, role):
            if person.login and person.ended_at is None:
                known = by_login.get(person.login, Account(person.name, person.login, ()))
                by_login[person.login] = Account(known.name, known.login, (*known.roles, role))
    return tuple(by_login.values())


def plain(guide: Guide) -> dict[str, Any]:
    """The documented shape of `demo --json`; `kind` is the session's, `as` is host, student or parent."""
    return {
        "base_url": guide.base_url,
        "people": [
            {
                "name": one.name,
                "login": one.login,
                "password": PASSWORD,
                "roles": [role.value for role in one.roles],
            }
            for one in guide.accounts
        ],
        "links": [
            {
                "session": link.session.id,
                "form": link.session.form.value,
                "kind": link.session.kind.value,
                "person": link.who.name,
                "as": link.who.role.value,
                "url": link.url,
            }
            for link in guide.links
        ],
    }


def text(guide: Guide, words: Words, now: datetime, zone: str) -> str:
    """What to try, for a person at a terminal."""
    here = zone_or(zone)
    when = Times(words, here, here, now)
    lines = [words.gettext("The demo school: %(address)s", address=guide.base_url), ""]
    lines.append(words.gettext("Open now. Open two links in different browser windows and let both in:"))
    for row in {link.session.id: link.session for link in guide.links}.values():
        lines += ["", f"  {_title(row, words)}, {when.hours(row.starts_at, row.ends_at)}"]
        lines += [part for link in _few(guide, row) for part in _link_lines(link, words)]
    lines += ["", words.gettext("Sign in (the password is %(password)s for everybody):", password=PASSWORD)]
    lines += [
        f"  {one.login:<20} {', '.join(words.gettext(labels.ROLE[role]) for role in one.roles)}"
        for one in _one_of_each(guide)
    ]
    lines += ["", words.gettext("Everybody else: %(command)s demo --json", command=_command())]
    return "\n".join(lines)


def _command() -> str:
    """`.venv/bin/python -m server`, as this process was started, from the folder that it was started in."""
    python, here = Path(sys.executable), Path.cwd()
    return f"{python.relative_to(here) if python.is_relative_to(here) else python} -m server"


def _title(row: SessionRow, words: Words) -> str:
    return ", ".join(part for part in (labels.means(words, row.kind, row.form), row.subject) if part)


def _few(guide: Guide, row: SessionRow) -> list[PersonalLink]:
    """The host, one student, one parent."""
    here = [link for link in guide.links if link.session.id == row.id]
    here.sort(key=lambda link: not link.who.name.startswith(_SHOWN_FIRST))
    first = {role: next((link for link in here if link.who.role is role), None) for role in RoomRole}
    return [link for link in first.values() if link is not None]


def _link_lines(link: PersonalLink, words: Words) -> list[str]:
    who = link.who
    about = labels.as_whom(words, who.role, relation=who.relation, child=who.child_name, group=who.group_name)
    return [f"    {who.name} ({about})", f"      {link.url}"]


def _one_of_each(guide: Guide) -> list[Account]:
    """For every role one account; those of the example families first, then whoever has two roles."""
    chosen: dict[Role, Account] = {}
    ordered = sorted(guide.accounts, key=lambda one: (not one.name.startswith(_SHOWN_FIRST), -len(one.roles)))
    for one in ordered:
        for role in one.roles:
            chosen.setdefault(role, one)
    return list(dict.fromkeys(chosen[role] for role in _ROLES if role in chosen))
