"""How often one address or one login may try; token buckets in memory, bounded in number."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Limit:
    """`burst` tries at once, then one per `seconds`. At most `size` keys are kept, the oldest go first."""

    def __init__(self, *, burst: int, seconds: float, size: int = 20_000) -> None:
        self._burst = burst
        self._seconds = seconds
        self._size = size
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, key: str, now: float) -> float:
        """Take one try at `now` (seconds). 0 when it is allowed, else the seconds until the next one."""
        bucket = self._refilled(key, now)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) * self._seconds
        bucket.tokens -= 1
        return 0.0

    def give_back(self, key: str) -> None:
        """The try was a success: only failures count. A class of thirty behind one address all come in."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.tokens = min(float(self._burst), bucket.tokens + 1)

    def _refilled(self, key: str, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._size:
                self._buckets.popitem(last=False)
            bucket = self._buckets[key] = _Bucket(float(self._burst), now)
        self._buckets.move_to_end(key)
        bucket.tokens = min(float(self._burst), bucket.tokens + max(0.0, now - bucket.at) / self._seconds)
        bucket.at = now
        return bucket


class Limits:
    """The limits of this process: sign-in by address and by login, wrong personal links by
    address, network checks and records of refusals by person."""

    def __init__(self) -> None:
        self.sign_in_address = Limit(burst=60, seconds=5)
        self.sign_in_login = Limit(burst=6, seconds=30)
        self.link_address = Limit(burst=60, seconds=2)
        self.probe_person = Limit(burst=6, seconds=10)
        self.refusals_kept = Limit(burst=30, seconds=10)
