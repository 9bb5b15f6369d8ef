"""What the edge needs to know of the configuration; `server.config` fills it in."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Options:
    """`public_url` has no slash at its end. `secret` (32 bytes or more) signs links and form tokens."""

    public_url: str
    secret: bytes
    trusted_proxies: tuple[str, ...] = ()
    sign_in_lifetime: timedelta = timedelta(days=30)
    max_body: int = 1024 * 1024

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")
