"""What the browser tells of its call."""

import msgspec

from rooms import quality
from school.quality.rules import Seen
from web.sockets.payloads import Report
from web.sockets.place import Place


async def report(at: Place, given: Report) -> None:
    quality.report(at.registry, at.room, at.peer, Seen(**msgspec.structs.asdict(given)))
