"""The network check before the room: three requests of the page's script, each a step of one short probe."""

import time
from typing import Annotated, Any

import msgspec
from aiohttp import web

from rooms import admission
from rooms.registry import Registry
from rooms.sfu.channel import SfuError
from rooms.views import MediaKind
from school.errors import Invalid
from web import entitlement
from web.access import Route, link
from web.errors import SignInNeeded, TooOften
from web.keys import DATABASE, LIMITS, REGISTRY

_BODY = 64 * 1024

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Dictionary = Annotated[dict[str, Any], msgspec.Meta(max_length=32)]


class _Step(msgspec.Struct, forbid_unknown_fields=True, rename="camel", tag_field="step"):
    """One of the three; W3C's own objects keep their names."""


class Open(_Step, tag="open"):
    """Answered with the transport's parameters and the router's capabilities."""


class Connect(_Step, tag="connect"):
    id: Name
    dtls_parameters: Dictionary


class Produce(_Step, tag="produce"):
    id: Name
    kind: MediaKind
    rtp_parameters: Dictionary


async def probe(request: web.Request) -> web.Response:
    """Do one step of the caller's probe."""
    async with request.app[DATABASE].read() as db:
        found = await entitlement.find(request, db, int(request.match_info["session"]))
    if found is None:
        raise SignInNeeded
    if found.outcome not in admission.ENTERING:
        raise found.refusal()
    step = _read(await request.read())
    person = found.claim.person_id
    if isinstance(step, Open):
        wait = request.app[LIMITS].probe_person.wait(str(person), time.monotonic())
        if wait:
            raise TooOften(seconds=max(1, round(wait)))
    return web.json_response(await _do(request.app[REGISTRY], person, step))


def _read(body: bytes) -> Open | Connect | Produce:
    try:
        return msgspec.json.decode(body, type=Open | Connect | Produce)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Invalid(field="", reason="malformed") from error


async def _do(registry: Registry, person: int, step: Open | Connect | Produce) -> dict[str, Any]:
    try:
        match step:
            case Open():
                return {**await registry.probes.open(person), "iceServers": registry.ice_servers(person)}
            case Connect():
                await registry.probes.connect(person, step.id, step.dtls_parameters)
                return {}
            case Produce():
                return await registry.probes.produce(person, step.id, step.kind, step.rtp_parameters)
    except SfuError as error:
        raise Invalid(field="", reason=error.code) from error


_ENTITLED = "admission lets the signed-in person, or the pass's person, into this session"

ROUTES = (
    Route("room_probe", "POST", r"/room/{session:\d{1,9}}/probe", probe, link(_ENTITLED), max_body=_BODY),
)
