"""Files in a room's chat (R46): sent by those inside who may write, fetched by those who may come in."""

from datetime import datetime
from typing import Annotated

import msgspec
from aiohttp import web
from pydantic import BaseModel, Field

from rooms import admission
from rooms.admission import Admission, Outcome
from rooms.chat import Attachment
from rooms.errors import NotJoined, Refused
from rooms.peer import Peer
from rooms.room import Room
from school.conversation import queries as conversation
from school.conversation.rules import BODY_LIMIT, CLIENT_ID_LIMIT
from school.errors import Invalid, NotFound
from school.files import queries as files
from school.files.rules import LARGEST
from web import downloads, entitlement, forms
from web.access import Route, link
from web.errors import ChatClosed, SignInNeeded
from web.keys import DATABASE, OPTIONS, READER, REGISTRY
from web.reply import now, see_other

_CLOSED = (Outcome.OVER, Outcome.CANCELLED)
_BODY = LARGEST + 64 * 1024
# A file never changes under its address, but the next person at a shared computer must not find it for long.
_CACHED = "private, max-age=3600"


class Sent(BaseModel):
    """What comes with a file: the browser's own id of the message, words, the message that it answers."""

    client_id: Annotated[str, Field(max_length=CLIENT_ID_LIMIT)]
    body: Annotated[str, Field(max_length=BODY_LIMIT)] = ""
    reply_to: Annotated[int, Field(ge=1, lt=2**31)] | None = None


async def send(request: web.Request) -> web.Response:
    """`{"id": …, "sent_at": …, "file": {…}}`; the message itself comes to everybody over the socket.

    Sent again with the same `client_id`, it is the same message.
    """
    found = await _entitled(request)
    room, peer = _inside(request, found)
    peer.require("write")
    room.limits(peer).files.take(now(request))
    given = await forms.read(request, Sent)
    sent = await forms.file(request)
    # A large file takes its time: who was put out meanwhile says nothing more.
    room, peer = _inside(request, found)
    if given.given is None or sent is None:
        raise Invalid(field=next(iter(given.errors), "file"), reason="malformed")
    message = await room.chat.say(
        request.app[DATABASE],
        now(request),
        peer,
        client_id=given.given.client_id,
        body=given.given.body,
        reply_to=given.given.reply_to,
        attachment=Attachment(sent.name, sent.content, request.app[OPTIONS].chat_file_limit),
    )
    return web.json_response(
        {
            "id": message.id,
            "sent_at": message.sent_at.isoformat(),
            "file": msgspec.to_builtins(message.file),
        }
    )


async def fetch(request: web.Request) -> web.Response:
    """A file that a message in sight carries. When the room is closed, the consultation's page has it."""
    try:
        found = await _entitled(request)
    except Refused as refusal:
        if refusal.outcome in _CLOSED:
            return await _kept(request)
        raise
    async with request.app[DATABASE].read() as db:
        message = await conversation.with_file(db, found.session.id, int(request.match_info["file"]))
        if message is None or message.file is None or not _hears(found, message.sent_at):
            raise NotFound(subject="stored_file")
        _, content = await files.read(db, message.file.id)
    response = downloads.file(message.file, content)
    response.headers["Cache-Control"] = _CACHED
    return response


async def _kept(request: web.Request) -> web.Response:
    """The way to the file for who signed in; raises ChatClosed for who came by a link, which is over too."""
    if request[READER].viewer is None:
        raise ChatClosed
    return see_other(request, "session_file", **request.match_info)


def _hears(found: Admission, said_at: datetime) -> bool:
    return admission.hears(found.session, found.facts.seat, found.rights, said_at)


async def _entitled(request: web.Request) -> Admission:
    """Raises SignInNeeded, Refused."""
    async with request.app[DATABASE].read() as db:
        found = await entitlement.find(request, db, int(request.match_info["session"]))
    if found is None:
        raise SignInNeeded
    if found.outcome not in admission.ENTERING:
        raise found.refusal()
    return found


def _inside(request: web.Request, found: Admission) -> tuple[Room, Peer]:
    """Raises NotJoined."""
    room = request.app[REGISTRY].rooms.get(found.session.id)
    peer = None if room is None else room.peers.get(found.claim.person_id)
    if room is None or peer is None:
        raise NotJoined
    return room, peer


_INSIDE = "admission lets the person into this session, and they are inside with the right to write"
_ENTITLED = "admission lets the person into this session; the file is in a message of it that is in sight"

ROUTES = (
    Route("room_files", "POST", r"/room/{session:\d{1,9}}/files", send, link(_INSIDE), max_body=_BODY),
    Route("room_file", "GET", r"/room/{session:\d{1,9}}/files/{file:\d{1,9}}", fetch, link(_ENTITLED)),
)
