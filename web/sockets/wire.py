"""From what rooms show to what travels: plain JSON, with the words that only this storey knows."""

from typing import Any

import msgspec

from rooms import views
from school.schedule.models import Kind
from school.sessions.models import RoomRole
from web import labels
from web.words import Words

Json = dict[str, Any]


def encode(data: object, words: Words) -> Any:
    """Make plain JSON types of an answer or a push, in the reader's language; instants as ISO 8601 in UTC."""
    match data:
        case views.Peer():
            return peer(data, words)
        case views.Session():
            return session(data, words)
        case views.Lobby():
            return lobby(data, words)
        case views.Snapshot():
            return snapshot(data, words)
        case _:
            return msgspec.to_builtins(data, enc_hook=str)


def peer(view: views.Peer, words: Words) -> Json:
    """A person; `about` says as whom they are here: «мама, Петров Иван, 7А»."""
    return {
        "id": view.id,
        "name": view.name,
        "role": view.role,
        "about": labels.as_whom(
            words,
            RoomRole(view.role),
            relation=view.relation,
            child=view.child_name,
            group=view.group_name,
        ),
        "publishing": list(view.publishing),
        "hand_since": msgspec.to_builtins(view.hand_since),
        "floor": view.floor,
        "muted": view.muted,
        "microphone_stopped": view.microphone_stopped,
        "camera_stopped": view.camera_stopped,
    }


def lobby(view: views.Lobby, words: Words) -> Json:
    """Who waits and who may not return, as the host sees them."""
    waiting = [
        {**peer(one.peer, words), "since": msgspec.to_builtins(one.since), "why": one.why}
        for one in view.waiting
    ]
    removed = [peer(one, words) for one in view.removed]
    return {"waiting": waiting, "one_by_one": view.one_by_one, "line": view.line, "removed": removed}


def session(view: views.Session, words: Words) -> Json:
    """The session; `title` is its subject, or the kind of consultation when it belongs to none."""
    title = view.subject or words.gettext(labels.KIND[Kind(view.kind)])
    return {"title": title, **msgspec.to_builtins(view)}


def snapshot(view: views.Snapshot, words: Words) -> Json:
    """The whole picture."""
    return {
        "session": session(view.session, words),
        "me": peer(view.me, words),
        "rights": msgspec.to_builtins(view.rights),
        "peers": [peer(other, words) for other in view.peers],
        "producers": msgspec.to_builtins(view.producers),
        "capabilities": view.capabilities,
        "messages": msgspec.to_builtins(view.messages),
        "speaker": view.speaker,
        "lobby": None if view.lobby is None else lobby(view.lobby, words),
        "tools": msgspec.to_builtins(view.tools),
    }
