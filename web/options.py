"""What the edge needs to know of the configuration; `server.config` fills it in."""

from dataclasses import dataclass
from datetime import timedelta

from school.files.rules import LARGEST


@dataclass(frozen=True, slots=True)
class Options:
    """`public_url` has no slash at its end. `secret` (32 bytes or more) signs links and form tokens.

    `embed_origins` are the sites that may show the schedule inside their own pages. `chat_file_limit` is the
    largest file that the chat takes, in bytes. With `metrics_token`, /metrics answers who knows it; without,
    nobody.
    """

    public_url: str
    secret: bytes
    trusted_proxies: tuple[str, ...] = ()
    embed_origins: tuple[str, ...] = ()
    sign_in_lifetime: timedelta = timedelta(days=30)
    max_body: int = 1024 * 1024
    chat_file_limit: int = LARGEST
    metrics_token: str = ""

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")
