"""How many ICE checks of strangers are read: each costs more than any other datagram that is not authentic.

One limit for each address, port included, since a whole school may share one host behind NAT; and one for
all of them together, since senders may be forged. Addresses that a transport knows are not limited: whoever
forged a participant's address could else keep his checks, and with them his consent, away.
"""

from typing import Final

from rooms.sfu.ice_lite import Address

# A second. A browser sends 20 for each pair of candidates while it connects, then one in 2.5 s.
EACH_RATE: Final = 50.0
EACH_BURST: Final = 100.0
STRANGERS_RATE: Final = 3000.0
STRANGERS_BURST: Final = 6000.0
MAX_ADDRESSES: Final = 8192


class Allowance:
    """A bucket of tokens that fills with time."""

    __slots__ = ("_burst", "_filled", "_left", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._filled = 0.0

    def take(self, now: float) -> bool:
        """Take one; False when none is left."""
        self._left = min(self._burst, self._left + (now - self._filled) * self._rate)
        self._filled = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class CheckLimit:
    """Decides whether a check is read. Remembers at most `MAX_ADDRESSES`, then begins anew."""

    def __init__(self) -> None:
        self._strangers = Allowance(STRANGERS_RATE, STRANGERS_BURST)
        self._each: dict[tuple[str, int], Allowance] = {}

    def __len__(self) -> int:
        return len(self._each)

    def allows(self, address: Address, now: float, *, known: bool) -> bool:
        """Whether to read a check from there; `known`: a transport has learnt the address."""
        if known:
            return True
        origin = address[:2]
        allowance = self._each.get(origin)
        if allowance is None:
            if len(self._each) >= MAX_ADDRESSES:
                self._each.clear()
            allowance = self._each[origin] = Allowance(EACH_RATE, EACH_BURST)
        return allowance.take(now) and self._strangers.take(now)
