"""Who came in and who was refused, in numbers since the start: for those who watch the installation."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rooms.errors import Refused
from school.errors import SchoolError
from school.sessions.models import RoomRole


class Counts:
    """`joins` by role (a reload counts again); `refusals` of connections and joins by code."""

    def __init__(self) -> None:
        self.joins: Counter[RoomRole] = Counter()
        self.refusals: Counter[str] = Counter()

    @contextmanager
    def refused(self) -> Iterator[None]:
        """Count the refusal that leaves this block; an entry's is called by its outcome."""
        try:
            yield
        except SchoolError as error:
            self.refusals[error.outcome if isinstance(error, Refused) else error.code] += 1
            raise
