"""A router: one room's media. Its endpoints produce and consume; it owns the time and the names."""

import secrets
from collections.abc import Callable
from typing import Any

from rooms.sfu import codecs
from rooms.sfu.consumer import Consumer
from rooms.sfu.departures import Departures
from rooms.sfu.endpoint import Endpoint
from rooms.sfu.levels import Levels
from rooms.sfu.loudest import Loudest
from rooms.sfu.messages import ActiveSpeaker, Notification
from rooms.sfu.params import SfuError, write
from rooms.sfu.producer import Producer
from rooms.sfu.sender import Sender
from rooms.sfu.settings import MICROPHONES
from rooms.sfu.timers import Timers

__all__ = ["Endpoint", "Router", "Sender"]


class Router:
    """One room's media. `notify` is called synchronously and must not raise. `now` is monotonic seconds.

    Of many open microphones only so many as `microphones` are forwarded, those that are spoken into.
    """

    def __init__(
        self,
        router_id: str,
        notify: Callable[[Notification], None],
        departures: Departures,
        microphones: int = MICROPHONES,
    ) -> None:
        self.id = router_id
        self.notify = notify
        self.capabilities = codecs.router_capabilities()
        self.timers = Timers()
        self.departures = departures
        self.levels = Levels(self.timers, self._speaker_changed)
        self.loudest = Loudest(microphones, self._crowd_out)
        self.endpoints: dict[str, Endpoint] = {}
        self.producers: dict[str, tuple[Endpoint, Producer]] = {}
        self.consumers: dict[str, tuple[Endpoint, Consumer]] = {}
        self._ssrcs: set[int] = set()

    @property
    def rtp_capabilities(self) -> dict[str, Any]:
        """The router's RtpCapabilities as plain JSON types, for mediasoup-client's `Device.load`."""
        return write(self.capabilities)

    def tick(self, now: float) -> None:
        """Do the work whose time has come. Called each 20 ms; costs nothing when nothing is due."""
        self.timers.tick(now)

    def add_transport(self, transport_id: str, sender: Sender, now: float) -> Endpoint:
        """Make the endpoint that stands behind one transport. Raises `SfuError("already_exists")`."""
        if transport_id in self.endpoints:
            raise SfuError("already_exists", id=transport_id)
        endpoint = Endpoint(transport_id, self, sender, now)
        self.endpoints[transport_id] = endpoint
        return endpoint

    def remove_transport(self, transport_id: str, now: float) -> None:
        """Close a transport's endpoint and forget it; raises `SfuError("not_found")`."""
        if transport_id not in self.endpoints:
            raise SfuError("not_found", id=transport_id)
        self.endpoints[transport_id].close(now)

    def close(self, now: float) -> None:
        """Close every endpoint."""
        for transport_id in list(self.endpoints):
            self.remove_transport(transport_id, now)

    def pause_producer(self, producer_id: str, now: float) -> None:
        """Forward nothing of it; raises `SfuError("not_found")`, as all that follow."""
        self._producer(producer_id)[1].pause(now)

    def resume_producer(self, producer_id: str, now: float) -> None:
        """Forward it again."""
        self._producer(producer_id)[1].resume(now)

    def close_producer(self, producer_id: str, now: float) -> None:
        """End it; its consumers' owners hear `ConsumerClosed`."""
        self._producer(producer_id)[0].close_producer(producer_id, now)

    def pause_consumer(self, consumer_id: str, now: float) -> None:
        """Send nothing of it."""
        self._consumer(consumer_id)[1].pause(now)

    def resume_consumer(self, consumer_id: str, now: float) -> None:
        """Send it, from a key frame on."""
        self._consumer(consumer_id)[1].resume(now)

    def close_consumer(self, consumer_id: str, now: float) -> None:
        """End it."""
        self._consumer(consumer_id)[0].close_consumer(consumer_id, now)

    def set_consumer_size(self, consumer_id: str, width: int, height: int, now: float) -> None:
        """The picture's size on the viewer's screen, device pixels; 0 × 0 is not visible."""
        self._consumer(consumer_id)[1].set_size(width, height, now)

    def stats(self, now: float) -> dict[str, Any]:
        """Counters of all endpoints, in plain types."""
        return {name: endpoint.stats(now) for name, endpoint in self.endpoints.items()}

    def free_ssrc(self) -> int:
        """A new random SSRC, unlike all others of this router (RFC 3550 §8)."""
        while True:
            ssrc = secrets.randbits(32)
            if ssrc and ssrc not in self._ssrcs:
                self._ssrcs.add(ssrc)
                return ssrc

    def forget_ssrc(self, ssrc: int) -> None:
        """Let an SSRC that is used no more be given again."""
        self._ssrcs.discard(ssrc)

    def speaker_cname(self) -> str | None:
        """The cname of who speaks: what that person's sound and picture share."""
        speaker = self.levels.speaker
        found = self.producers.get(speaker) if speaker is not None else None
        return found[1].cname if found is not None else None

    def _producer(self, producer_id: str) -> tuple[Endpoint, Producer]:
        if producer_id not in self.producers:
            raise SfuError("not_found", id=producer_id)
        return self.producers[producer_id]

    def _consumer(self, consumer_id: str) -> tuple[Endpoint, Consumer]:
        if consumer_id not in self.consumers:
            raise SfuError("not_found", id=consumer_id)
        return self.consumers[consumer_id]

    def _crowd_out(self, producer: str, now: float) -> None:
        self.producers[producer][1].crowd_out(now)

    def _speaker_changed(self, producer: str | None) -> None:
        self.notify(ActiveSpeaker(self.id, producer))
