"""What `docs/protocol.md` says is so: every event, its fields and its right; every push, code and right."""

import re
from pathlib import Path

import msgspec
import pytest

from rooms import errors, views
from rooms.rights import Rights
from school.errors import SchoolError
from web.sockets import EVENTS
from web.sockets.events import Event

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/protocol.md").read_text()
BROWSER = (ROOT / "static/room/protocol.ts").read_text()


def section(name: str) -> str:
    return PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def rows(name: str) -> list[list[str]]:
    """The cells of a section's table; a bar within a cell is written `\\|`."""
    lines = [line for line in section(name).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([a-z_.]+)`", cell)


REQUESTS = {name: (number, row) for row in rows("Requests") for number, name in enumerate(named(row[0]))}


def test_every_event_has_its_row_and_every_row_its_event() -> None:
    assert set(REQUESTS) == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_an_events_row_names_its_fields(event: Event) -> None:
    number, row = REQUESTS[event.name]
    payloads = re.findall(r"\{[^}]*\}|`[A-Z]\w+`", row[1])
    payload = payloads[min(number, len(payloads) - 1)]
    if payload.startswith("`"):
        payload = re.search(rf"^{payload.strip('`')} +\{{([^}}]*)\}}", section("Objects"), re.MULTILINE)[1]  # type: ignore[index]  # else the test fails
    told = set(re.findall(r"(?:[{,]\s*|^)([a-zA-Z_]+)\??(?=[:,}\s]|$)", payload))
    assert told == set(event.payload.__struct_encode_fields__), payload


@pytest.mark.parametrize(
    "event", [event for event in EVENTS.values() if event.needs], ids=lambda one: one.name
)
def test_an_events_row_names_the_right_that_it_needs(event: Event) -> None:
    assert f"right `{event.needs}`" in REQUESTS[event.name][1][2]


def test_every_push_that_the_browser_knows_has_its_row() -> None:
    table = BROWSER.partition("export type Pushes = {")[2].partition("\n};")[0]
    known = set(re.findall(r'^  "?([a-z_.]+)"?:', table, re.MULTILINE))
    assert {name for row in rows("Pushes") for name in named(row[0])} == known


@pytest.mark.parametrize(
    "view",
    [
        views.Session,
        views.Peer,
        views.Producer,
        views.Message,
        views.Quote,
        views.File,
        views.Poll,
        views.Timer,
        views.Slides,
        views.Stroke,
        views.Tools,
        views.Door,
        views.Lobby,
        views.Snapshot,
        Rights,
    ],
    ids=lambda view: str(view.__name__),
)
def test_an_object_has_the_fields_that_are_told(view: type[msgspec.Struct]) -> None:
    """The edge makes words of a peer's parts and a title of the session's subject."""
    shown = set(view.__struct_encode_fields__)
    if view is views.Peer:
        shown = shown - {"relation", "child_name", "group_name"} | {"about"}
    if view is views.Session:
        shown |= {"title"}
    found = re.search(
        rf"^{view.__name__} +\{{(.*?)\}}(?:  |\n|$)", section("Objects"), re.MULTILINE | re.DOTALL
    )
    assert found, view
    # What stands within braces or after a colon describes a field, and is none.
    flat = re.sub(r"   +[^\n]*?:[^\n]*|\{[^{}]*\}|\[[^\[\]]*\]", " ", found[1])
    told = {re.match(r"\s*(\w+)", part)[1] for part in flat.split(",") if part.strip()}  # type: ignore[index]  # as above
    assert told == shown


def test_every_refusal_of_a_room_has_its_row() -> None:
    told = {code for row in rows("Codes") for code in named(row[0])}
    own = {
        error.code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, SchoolError) and error.__module__ == errors.__name__
    }
    assert own - {"refused"} - told == set()  # «refused» is told by its outcome
    for code in ("malformed", "unknown_event", "timeout", "internal", "not_connected", "invalid"):
        assert code in told
