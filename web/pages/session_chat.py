"""The chat of a consultation and its files, when the room is closed too (R46)."""

from aiohttp import web

from rooms import admission
from school.conversation import queries as conversation
from school.db import Db
from school.errors import NotFound
from school.files import queries as files
from web import downloads, history
from web.access import Route, own
from web.consultation import describe
from web.fields import number
from web.keys import DATABASE, READER
from web.reply import now, page, viewer


async def chat(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        found, reads = await _reader(db, request)
        shown = await reads.page(db, _after(request))
    return page(
        request,
        "sessions/chat.html",
        it=describe(found.session, request[READER], found.facts.settings),
        history=shown,
        first=_after(request) == 0,
    )


async def file(request: web.Request) -> web.Response:
    """A file that a message in sight carries."""
    async with request.app[DATABASE].read() as db:
        _, reads = await _reader(db, request)
        message = await conversation.with_file(db, reads.session_id, int(request.match_info["file"]))
        if message is None or message.file is None or not reads.hears(message.sent_at):
            raise NotFound(subject="stored_file")
        _, content = await files.read(db, message.file.id)
    return downloads.file(message.file, content)


async def _reader(db: Db, request: web.Request) -> tuple[admission.Admission, history.Reader]:
    """Raises NotFound for whom the consultation was not, unless they were inside."""
    session_id, at = int(request.match_info["session"]), now(request)
    found = await admission.of_person(db, at, session_id=session_id, person_id=viewer(request).person_id)
    reads = await history.reader(db, found, at)
    if reads is None:
        raise NotFound(subject="session", id=session_id)
    return found, reads


def _after(request: web.Request) -> int:
    return number(request.query.get("after", "")) or 0


_FOR = own(
    "those whom the consultation is for; when it is over who was inside, too, up to their leaving; nobody "
    "who was removed for good; in a line of families one's own family's"
)
ROUTES = (
    Route("session_chat", "GET", r"/sessions/{session:\d{1,9}}/chat", chat, _FOR),
    Route("session_file", "GET", r"/sessions/{session:\d{1,9}}/files/{file:\d{1,9}}", file, _FOR),
)
