"""Socket.IO: how a browser in a room reaches us. `docs/protocol.md` describes the events."""

from web.sockets.events import EVENTS, Event
from web.sockets.server import attach

__all__ = ["EVENTS", "Event", "attach"]
