"""One direction of a network as it is outside: what becomes of each datagram, drawn from a seed."""

import random
from dataclasses import dataclass

IP_UDP = 28  # bytes of headers that share the link
LATE = 0.03  # seconds by which a datagram that is overtaken comes later
ORDER = 1e-6  # two that came at once would else be taken in any order
CALM = (0.02, 0.2)  # seconds for which one delay of the jitter lasts


@dataclass
class Line:
    """Bits per second behind a queue of `depth` seconds; all times are seconds, all shares 0–1.

    `loss` strikes `burst` datagrams in a row on the average; `jitter` is the most that comes on top of
    `delay`, in order; `reordered` are overtaken, `doubled` come twice. While it is `cut` nothing passes.
    """

    rate: float = float("inf")
    depth: float = 0.3
    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    burst: float = 1.0
    reordered: float = 0.0
    doubled: float = 0.0
    cut: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        self.lost = 0
        self._chance = random.Random(self.seed)
        self._free_at = float("-inf")
        self._newest = float("-inf")
        self._bad = False
        self._wait = 0.0
        self._wait_until = float("-inf")

    def carry(self, size: int, now: float) -> tuple[float, ...]:
        """When a datagram of `size` bytes that enters now comes out: not at all, once or twice."""
        full = self._free_at - now > self.depth
        if self.cut or self._strikes() or full:
            self.lost += 1
            return ()
        self._free_at = max(now, self._free_at) + 8 * (size + IP_UDP) / self.rate
        at = max(self._newest + ORDER, self._free_at + self.delay + self._jitter(now))
        if self._chance.random() < self.reordered:
            at += self._chance.uniform(0.005, LATE)
        else:
            self._newest = at
        return (at, at + 0.001) if self._chance.random() < self.doubled else (at,)

    def _strikes(self) -> bool:
        """Two states (Gilbert): all are lost in the bad one, none in the good one."""
        leave = 1 / max(1.0, self.burst)
        enter = self.loss * leave / (1 - self.loss) if self.loss < 1 else 1.0
        if self.burst <= 1:
            return self._chance.random() < self.loss
        self._bad = self._chance.random() < (1 - leave if self._bad else enter)
        return self._bad

    def _jitter(self, now: float) -> float:
        if self.jitter and now >= self._wait_until:
            self._wait = self._chance.uniform(0.0, self.jitter)
            self._wait_until = now + self._chance.uniform(*CALM)
        return self._wait if self.jitter else 0.0
