"""The port through which an endpoint reaches the wire."""

from typing import Protocol

from rooms.sfu.burst import Burst
from rooms.sfu.outgoing import Lane


class Sender(Protocol):
    """Protects plain packets and sends them. Never raises for a peer that is gone or slow: it drops and
    counts.
    """

    @property
    def lane(self) -> Lane | None:
        """The way of its packets, when that is one of UDP, for those who serve many viewers at once."""
        ...

    def send_burst(self, burst: Burst) -> None:
        """Send some plain RTP packets, in order.

        They are lent until this returns: the caller patches the same bytes for the next viewer at once, so an
        implementation that queues copies (or protects into a buffer of its own) first. Dropped when not
        connected.
        """
        ...

    def send_rtp(self, packet: bytearray) -> None:
        """Send one plain RTP packet, lent likewise."""
        ...

    def send_rtcp(self, packet: bytes) -> None:
        """Send one plain RTCP compound (RFC 3550 §6.1). Dropped when not connected."""
        ...
