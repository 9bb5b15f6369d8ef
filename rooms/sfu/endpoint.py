"""An endpoint: what stands behind one transport, from the plain RTP and RTCP packet on."""

from typing import Any


class Endpoint:
    """One transport's producers and consumers (made by `Router.add_transport`).

    `now` is monotonic seconds, the same clock for every call. `arrival` is the kernel's receive time in seconds; only
    differences count, so its epoch is free (but one for the process).
    """

    id: str

    def receive_rtp(self, data: bytes | bytearray, arrival: float, now: float) -> None:
        """Take one decrypted RTP packet. Never raises: what is malformed or unknown is counted and dropped."""

    def receive_rtcp(self, data: bytes, now: float) -> None:
        """Take one decrypted RTCP compound. Never raises."""

    def connected(self, now: float) -> None:
        """The transport can send now (call again after each ICE restart or reconnection): key frames are asked for."""

    def produce(self, producer_id: str, kind: str, rtp_parameters: object, paused: bool, now: float) -> None:
        """Begin to receive a track; `rtp_parameters` are decoded JSON. Raises `SfuError`."""

    def consume(self, consumer_id: str, producer_id: str, rtp_capabilities: object, now: float) -> dict[str, Any]:
        """Begin, paused, to send a producer of this router to this transport. Raises `SfuError`.

        Returns `{"kind", "rtpParameters", "producerPaused"}` in plain JSON types.
        """

    def close(self, now: float) -> None:
        """Close consumers, then producers (their consumers elsewhere are closed and announced). Idempotent."""
