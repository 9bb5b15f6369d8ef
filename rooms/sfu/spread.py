"""How values spread: counts by upper bounds, as a Prometheus histogram wants them."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Final

# Seconds: from what nobody notices to what everybody hears.
DELAYS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class Spread:
    """Counts values by `bounds`, ascending; each bound belongs to its count, the last count has none."""

    __slots__ = ("_worst", "bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0
        self._worst = 0.0

    def add(self, value: float) -> None:
        """Count one value; what is less than nothing (a clock's coarseness) is nothing."""
        value = max(0.0, value)
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value
        self._worst = max(self._worst, value)

    def take_worst(self) -> float:
        """The largest value since this was last asked."""
        worst, self._worst = self._worst, 0.0
        return worst

    def stats(self) -> dict[str, Any]:
        """The counts in plain types: `bounds`, `counts` (one more than bounds), `total` of the values."""
        return {"bounds": list(self.bounds), "counts": list(self.counts), "total": self.total}
