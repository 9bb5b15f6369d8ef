"""How often one person may ask something: a token bucket that is given the time."""

from datetime import datetime

from rooms.errors import Flood


class Bucket:
    """`burst` requests at once, refilled at `per_second`."""

    def __init__(self, *, burst: int, per_second: float) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._tokens = self._burst
        self._at: datetime | None = None

    def take(self, now: datetime) -> None:
        """Count one request; raises Flood with the seconds to wait when there is nothing left."""
        if self._at is not None:
            passed = max(0.0, (now - self._at).total_seconds())
            self._tokens = min(self._burst, self._tokens + passed * self._per_second)
        self._at = now
        if self._tokens < 1:
            raise Flood(retry_after=round((1 - self._tokens) / self._per_second, 3))
        self._tokens -= 1
