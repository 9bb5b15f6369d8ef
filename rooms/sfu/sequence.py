"""Numbers that wrap, unwrapped."""


class Unwrapper:
    """Turns a wrapping counter into one that only grows: the nearest number to the highest so far.

    RFC 3550 appendix A.1 in spirit; `bits` is 16 for sequence numbers. Starts one cycle up, so that packets
    older than the first one stay positive.
    """

    __slots__ = ("_half", "_mask", "highest")

    def __init__(self, bits: int = 16) -> None:
        self._mask = (1 << bits) - 1
        self._half = 1 << (bits - 1)
        self.highest = -1

    def unwrap(self, value: int) -> int:
        """The number that `value` stands for; remembers it when it is the highest."""
        highest = self.highest
        if highest < 0:
            self.highest = value + self._mask + 1
            return self.highest
        delta = (value - highest) & self._mask
        if delta >= self._half:
            return highest + delta - self._mask - 1
        self.highest = highest + delta
        return self.highest
