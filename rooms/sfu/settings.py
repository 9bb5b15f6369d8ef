"""What a worker is started with."""

import msgspec

MICROPHONES = 6


class WorkerSettings(msgspec.Struct, frozen=True):
    """Where a worker listens (UDP and TCP; port 0 is any) and which addresses it tells browsers.

    Host `::` is IPv6 and IPv4. With nothing `announced`, every address of the machine is told, loopback last.
    Of a room's open microphones at most `microphones` are forwarded.
    """

    host: str = "::"
    port: int = 0
    announced: list[str] = []
    microphones: int = MICROPHONES
