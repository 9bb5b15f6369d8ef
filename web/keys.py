"""Typed names of everything that the application and a request carry."""

from collections.abc import Mapping
from concurrent.futures import Executor

from aiohttp import web

from rooms.registry import Registry
from school.clock import Clock
from school.db import Database
from web.access import Route
from web.addresses import Addresses
from web.assets import Assets
from web.csrf import Csrf
from web.findings import Inspection
from web.limits import Limits
from web.metrics import Metrics
from web.options import Options
from web.reader import Reader
from web.render import Renderer
from web.shelf import Shelf
from web.words import Words

DATABASE = web.AppKey("database", Database)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
OPTIONS = web.AppKey("options", Options)
ASSETS = web.AppKey("assets", Assets)
WORDS: web.AppKey[Mapping[str, Words]] = web.AppKey("words")
RENDERER = web.AppKey("renderer", Renderer)
ADDRESSES = web.AppKey("addresses", Addresses)
CSRF = web.AppKey("csrf", Csrf)
LIMITS = web.AppKey("limits", Limits)
METRICS = web.AppKey("metrics", Metrics)
SHELF = web.AppKey("shelf", Shelf)
HASHER: web.AppKey[Executor] = web.AppKey("hasher")
REGISTRY = web.AppKey("registry", Registry)
INSPECTION: web.AppKey[Inspection] = web.AppKey("inspection")
ROUTE_TABLE: web.AppKey[dict[web.AbstractRoute, Route]] = web.AppKey("route_table")

READER = web.RequestKey("reader", Reader)
REQUEST_ID = web.RequestKey("request_id", str)
FRAMED = web.RequestKey("framed", bool)  # the page stands inside another site's: no cookies, no scripts
