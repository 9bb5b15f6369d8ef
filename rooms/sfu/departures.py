"""What waits for the rest of its burst before it departs.

The packets of a video frame arrive within a fraction of a millisecond. They are collected until the frame is
whole, or what waited at the socket has been read, so that each viewer gets all of them at once (`burst`).
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from rooms.sfu.burst import MAX_BURST

if TYPE_CHECKING:
    from rooms.sfu.layer import Layer
    from rooms.sfu.rtp import MediaPacket

HOLD_SECONDS: Final = 0.0008  # a frame that is not whole by then departs as it is: its publisher spreads it


class Forwarder(Protocol):
    """What sends the packets of a layer that wait."""

    def forward(self, layer: "Layer", now: float) -> None: ...


class Departures:
    """The layers in which packets wait. `wake` is told when the first one does: call `depart` soon.

    A frame that is not whole waits for `hold` seconds.
    """

    __slots__ = (
        "_hold",
        "_waiting",
        "_wake",
    )

    def __init__(self, wake: Callable[[], None], hold: float = HOLD_SECONDS) -> None:
        self._wake = wake
        self._hold = hold
        self._waiting: deque[tuple[Forwarder, Layer, float]] = deque()

    def add(self, forwarder: Forwarder, layer: "Layer", packet: "MediaPacket", now: float) -> None:
        """Let a packet depart, behind those of its layer that wait already."""
        waiting = layer.waiting
        waiting.append(packet)
        if len(waiting) == 1:
            if not self._waiting:
                self._wake()
            self._waiting.append((forwarder, layer, now))
        elif len(waiting) >= MAX_BURST:
            forwarder.forward(layer, now)

    def depart(self, now: float) -> bool:
        """Forward what is whole or has waited for long enough; True when something is left."""
        queue = self._waiting
        for _ in range(len(queue)):
            one = queue.popleft()
            forwarder, layer, since = one
            if layer.waiting and not layer.waiting[-1].ends_frame and now - since < self._hold:
                queue.append(one)
            else:
                forwarder.forward(layer, now)
        return bool(queue)
