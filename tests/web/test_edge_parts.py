"""Small parts of the edge: addresses, the bundle's manifest, proxies, ways back."""

import json
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from web import remote
from web.access import Route, public
from web.addresses import Addresses
from web.assets import Assets, Bundle
from web.back import own_path
from web.keys import OPTIONS
from web.options import Options
from web.routes import ROUTES


async def _nothing(_: web.Request) -> web.Response:
    return web.Response()


def test_an_address_is_built_from_its_name() -> None:
    addresses = Addresses([Route("room", "GET", r"/room/{session:\d+}", _nothing, public())])
    assert addresses.path("room", session=7) == "/room/7"
    assert addresses.path("room", session=7, by="link") == "/room/7?by=link"
    assert addresses.path("room", session="../a b") == "/room/..%2Fa%20b"


def test_an_unknown_name_and_a_missing_part_are_refused() -> None:
    addresses = Addresses([Route("room", "GET", r"/room/{session:\d+}", _nothing, public())])
    with pytest.raises(KeyError, match="lobby"):
        addresses.path("lobby")
    with pytest.raises(KeyError, match="session"):
        addresses.path("room")


def test_one_name_stands_for_one_path() -> None:
    with pytest.raises(ValueError, match="names both /a and /b"):
        Addresses([Route("a", "GET", "/a", _nothing, public()), Route("a", "POST", "/b", _nothing, public())])


def test_every_route_of_the_table_is_there_once() -> None:
    places = [(route.method, route.path) for route in ROUTES]
    assert len(places) == len(set(places))
    Addresses(ROUTES)


def test_a_bundle_names_its_styles_scripts_and_what_they_import(tmp_path: Path) -> None:
    manifest = {
        "room/main.tsx": {
            "file": "assets/room-1.js",
            "isEntry": True,
            "imports": ["_shared.js"],
            "css": ["assets/room-1.css"],
        },
        "_shared.js": {"file": "assets/shared-1.js", "css": ["assets/shared-1.css"], "imports": ["_deep.js"]},
        "_deep.js": {"file": "assets/deep-1.js"},
    }
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    assets = Assets.read(tmp_path)
    assert assets.bundle("room/main.tsx") == Bundle(
        styles=("/static/assets/room-1.css", "/static/assets/shared-1.css"),
        scripts=("/static/assets/room-1.js",),
        preloads=("/static/assets/shared-1.js", "/static/assets/deep-1.js"),
    )
    assert assets.bundle("_shared.js") == Bundle()


def test_without_a_built_bundle_pages_name_no_files(tmp_path: Path) -> None:
    assert Assets.read(tmp_path) == Assets()
    assert Assets().bundle("pages/main.ts") == Bundle()


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "nonsense"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_is_believed_about_the_address(peer: str, forwarded: str, seen: str) -> None:
    app = web.Application()
    app[OPTIONS] = Options(public_url="https://k.example", secret=b"", trusted_proxies=("10.0.0.0/8",))
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/", headers=headers, app=app).clone(remote=peer)
    assert remote.address(request) == seen


@pytest.mark.parametrize(
    ("text", "led"),
    [
        ("/today?day=1", "/today?day=1"),
        ("", "/"),
        ("today", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
    ],
)
def test_a_way_back_is_a_path_of_our_own(text: str, led: str) -> None:
    assert own_path(text) == led
