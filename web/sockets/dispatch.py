"""One way for every event: limits, payload, the person's turn, the handler, the answer."""

import asyncio
from typing import Any

import structlog
from aiohttp import web
from socketio import AsyncServer  # type: ignore[import-untyped]  # it has no types
from socketio.exceptions import ConnectionRefusedError as Refusal  # type: ignore[import-untyped]  # it has no types

from rooms import entry
from rooms.hosting import need_inside
from rooms.registry import Registry
from rooms.sfu.channel import SfuError
from school.errors import Invalid, SchoolError
from web.keys import READER, WORDS
from web.sockets import answers, payloads
from web.sockets.answers import Answer
from web.sockets.events import EVENTS, Event
from web.sockets.packets import MALFORMED
from web.sockets.packing import Packing
from web.sockets.place import Place
from web.sockets.port import SocketPort
from web.sockets.strangers import line_of
from web.words import DEFAULT_LANGUAGE, Words

log = structlog.get_logger("web.sockets")

CONNECT_SECONDS = 15.0


class Dispatch:
    """The connections of this process, by socket id."""

    def __init__(self, server: AsyncServer, registry: Registry) -> None:
        self._server = server
        self._registry = registry
        self._packing = Packing()
        self._places: dict[str, Place] = {}
        self._ports: dict[str, SocketPort] = {}

    def attach(self) -> None:
        """Tell python-socketio which events there are."""
        self._server.on("connect", self.connect)
        self._server.on("disconnect", self.disconnect)
        self._server.on("*", self.unknown)
        for event in EVENTS.values():
            self._server.on(event.name, self._handler(event))

    # -- coming and going --------------------------------------------------------------------------

    async def connect(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        """Let a socket connect with a ticket; the refusal's data are `{code}`."""
        try:
            given = payloads.read(payloads.Auth, (auth,))
        except Invalid:
            self._registry.counts.refusals["bad_ticket"] += 1
            raise _refusal("bad_ticket") from None
        if given.version != payloads.PROTOCOL_VERSION:
            self._registry.counts.refusals["wrong_version"] += 1
            raise _refusal("wrong_version")
        request: web.Request = environ["aiohttp.request"]
        port = SocketPort(self._server, self._packing, sid, _words(request), request)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                room, peer = await entry.connect(self._registry, given.ticket, port)
        except SchoolError as error:
            code = answers.of_error(error)["code"]
            log.info("connection_refused", code=code)
            raise _refusal(code) from None
        except TimeoutError:  # too many at once: the browser calls again
            log.warning("connection_too_late")
            raise _refusal("timeout") from None
        except Exception:  # a fault of ours must not look like a refused ticket
            log.exception("connection_failed")
            raise _refusal("internal") from None
        if not port.is_up:
            # It was lost while the ticket was looked at, and nobody will tell again.
            await entry.gone(self._registry, room, peer)
            raise _refusal("not_connected")
        self._places[sid] = Place(self._registry, room, peer)
        self._ports[sid] = port
        line_of(port.request).known()

    async def disconnect(self, sid: str, *_: object) -> None:
        """The connection is gone, whoever ended it."""
        port = self._ports.pop(sid, None)
        place = self._places.pop(sid, None)
        if place is None or port is None:
            return
        # Who takes leave of Socket.IO may keep the line: nobody is on it any more.
        line_of(port.request).wait()
        try:
            await entry.gone(self._registry, place.room, place.peer)
        except Exception:  # the other connections go on
            # Nobody is left to be told; the doorman ends the person's stay.
            log.exception("disconnect_failed", session=place.room.id)

    async def close(self) -> None:
        """Hang up on everybody: the server stops, and the browsers come back to the next one."""
        ports = list(self._ports.values())
        for port in ports:
            port.cut()

    # -- events ------------------------------------------------------------------------------------

    async def unknown(self, event: str, sid: str, *_: object) -> Answer:
        """An event that does not exist, or a packet that was none; it counts towards the limit."""
        place = self._places.get(sid)
        if place is None:
            return answers.refused("not_connected")
        try:
            place.room.limits(place.peer).requests.take(self._registry.clock())
        except SchoolError as error:
            return answers.of_error(error)
        return answers.refused(MALFORMED if event == MALFORMED else "unknown_event")

    def _handler(self, event: Event) -> Any:
        async def handle(sid: str, *arguments: object) -> Answer:
            place, port = self._places.get(sid), self._ports.get(sid)
            if place is None or port is None:
                return answers.refused("not_connected")
            line_of(port.request).joining()
            with port.answering():
                return await self._answer(event, place, arguments, port.words)

        return handle

    async def _answer(
        self, event: Event, place: Place, arguments: tuple[object, ...], words: Words
    ) -> Answer:
        # Nothing is awaited between a handler's last step and its answer: pushes keep their order around it.
        try:
            place.room.limits(place.peer).requests.take(self._registry.clock())
            payload = payloads.read(event.payload, arguments)
            data = await place.peer.in_turn(lambda: _handle(event, place, payload))
            return answers.done(data, words)
        except (SchoolError, SfuError) as error:
            return answers.of_error(error)
        except TimeoutError:
            log.warning("answer_too_late", socket_event=event.name, session=place.room.id)
            return answers.refused("timeout")
        except Exception:  # a fault of ours is one refused request, not a broken line
            log.exception("event_failed", socket_event=event.name, session=place.room.id)
            return answers.refused("internal")


async def _handle(event: Event, place: Place, payload: payloads.Payload) -> object:
    # Without a deadline: cancelled between its commit and its push, a message is stored and told to nobody.
    # The database and the media worker have deadlines of their own; the browser gives up by itself.
    if event.inside:
        need_inside(place.room, place.peer)
    if event.needs is not None:
        place.peer.require(event.needs)
    return await event.handler(place, payload)


def _refusal(code: str) -> Exception:
    refusal: Exception = Refusal("refused", {"code": code})
    return refusal


def _words(request: web.Request) -> Words:
    """The language that the page was in; the middleware has found it out."""
    reader = request.get(READER)
    return reader.words if reader is not None else request.app[WORDS][DEFAULT_LANGUAGE]
