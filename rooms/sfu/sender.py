"""The port through which an endpoint reaches the wire."""

from typing import Protocol


class Sender(Protocol):
    """Protects plain packets and sends them. Never raises for a peer that is gone or slow: it drops and
    counts.
    """

    def send_rtp(self, packet: bytearray) -> None:
        """Send one plain RTP packet.

        The bytes are lent until this returns: the caller patches the same buffer for the next viewer at once,
        so an implementation that queues copies (or protects into a buffer of its own) first. Dropped when not
        connected.
        """
        ...

    def send_rtcp(self, packet: bytes) -> None:
        """Send one plain RTCP compound (RFC 3550 §6.1). Dropped when not connected."""
        ...
