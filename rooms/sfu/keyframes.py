"""When to ask a publisher's layer for a key frame (PLI, RFC 4585 §6.3.1)."""

COALESCE = 0.3  # every viewer asks at once; a publisher that obeyed each request would send nothing else
SLOW = 3.0  # ... and one that has not obeyed for long is asked less often
MAX_QUICK = 20


class KeyFrameRequests:
    """One layer's requests: many wishes make one request each 300 ms, repeated until a key frame comes."""

    __slots__ = (
        "_asked",
        "_came",
        "_repeats",
        "_waiting",
    )

    def __init__(self) -> None:
        self._asked = float("-inf")
        self._came = float("-inf")
        self._waiting = False
        self._repeats = 0

    @property
    def waiting(self) -> bool:
        """Whether a request is still unanswered."""
        return self._waiting

    def wish(self, now: float) -> bool:
        """Somebody needs a key frame; True when a request is to be sent at once, else `due` tells when."""
        if not self._waiting:
            self._repeats = 0
        self._waiting = True
        return self.due(now)

    def due(self, now: float) -> bool:
        """Whether to send a (repeated) request now; remembers that it is sent."""
        interval = COALESCE if self._repeats < MAX_QUICK else SLOW
        if not self._waiting or now - max(self._asked, self._came) < interval:
            return False
        self._asked = now
        self._repeats += 1
        return True

    def arrived(self, now: float) -> None:
        """A key frame has come: nobody waits any more."""
        self._came = now
        self._waiting = False

    def cancel(self) -> None:
        """Nobody looks at the layer any more."""
        self._waiting = False
