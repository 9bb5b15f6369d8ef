"""A router: one room's media. Its endpoints produce and consume; it owns the time and the names."""

from collections.abc import Callable
from typing import Any

from rooms.sfu.endpoint import Endpoint
from rooms.sfu.messages import Notification
from rooms.sfu.sender import Sender


class Router:
    """One room's media. `notify` is called synchronously and must not raise."""

    def __init__(self, router_id: str, notify: Callable[[Notification], None]) -> None: ...

    @property
    def rtp_capabilities(self) -> dict[str, Any]:
        """The router's RtpCapabilities as plain JSON types, for `Device.load`."""

    def tick(self, now: float) -> None:
        """Do the work whose time has come. Called each 20 ms; costs nothing when nothing is due."""

    def add_transport(self, transport_id: str, sender: Sender, now: float) -> Endpoint:
        """Make the endpoint that stands behind one transport. Raises `SfuError("already_exists")`."""

    def close(self, now: float) -> None:
        """Close every endpoint."""

    # By id; each raises SfuError("not_found"):
    def pause_producer(self, producer_id: str, now: float) -> None: ...
    def resume_producer(self, producer_id: str, now: float) -> None: ...
    def close_producer(self, producer_id: str, now: float) -> None: ...
    def pause_consumer(self, consumer_id: str, now: float) -> None: ...
    def resume_consumer(self, consumer_id: str, now: float) -> None: ...
    def close_consumer(self, consumer_id: str, now: float) -> None: ...
    def set_consumer_size(self, consumer_id: str, width: int, height: int, now: float) -> None: ...
    def stats(self, now: float) -> dict[str, Any]: ...
