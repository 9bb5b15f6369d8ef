"""Many who do the same, each once in an interval and each at another moment."""

from typing import TypeVar

T = TypeVar("T")


class Turns:
    """Whose turn it is."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._next = 0.0
        self._at = 0

    def due(self, now: float, everybody: list[T]) -> list[T]:
        """Those who are to act since the last call; after a pause, nobody twice."""
        found: list[T] = []
        self._next = max(self._next, now - self._interval)
        while self._next <= now and len(found) < len(everybody):
            found.append(everybody[self._at % len(everybody)])
            self._at += 1
            self._next += self._interval / len(everybody)
        return found
