"""The configuration: environment variables `KABINET_*`, read once at start. See docs/configuration.md."""

import difflib
import os
import re
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from rooms.turn import Turn
from server.allocation import Relay
from server.errors import BadConfiguration
from web.words import N_

PREFIX = "KABINET_"
_SHORTEST_SECRET = 32
# A password may stand in each of them.
_CONFIDENTIAL = frozenset(
    {"KABINET_SECRET", "KABINET_DATABASE", "KABINET_METRICS_TOKEN", "KABINET_TURN_SECRET"}
)

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """One installation's settings; frozen, passed down from `server.app`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    folder: Path = Path("var")
    database: str = ""
    host: str = ""
    port: Port = 8080
    public_url: str = ""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    embed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    secret: SecretStr | None = None
    metrics_token: SecretStr | None = None

    media_host: str = "::"
    media_port: Annotated[int, Field(ge=0, le=65535)] = 0
    announced: Annotated[tuple[str, ...], NoDecode] = ()
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    microphones: Annotated[int, Field(ge=1, le=100)] = 6
    turn_urls: Annotated[tuple[str, ...], NoDecode] = ()
    turn_secret: SecretStr | None = None

    sign_in_days: Annotated[int, Field(ge=1, le=365)] = 30
    chat_file_mb: Annotated[int, Field(ge=1, le=10)] = 10
    log: Literal["console", "json"] = "console"
    lan: bool = False
    demo: bool = False

    @field_validator("trusted_proxies", "embed_origins", "announced", "turn_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            _parsed(ip_network, part)
        return value

    @field_validator("embed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", part):
                raise PydanticCustomError(
                    "embed_origins", N_("write sites without a path, with commas, such as https://school.ru")
                )
        return value

    @field_validator("announced")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            _parsed(ip_address, part)
        return value

    @field_validator("turn_urls")
    @classmethod
    def _relays(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            try:
                Relay.read(part)
            except ValueError:
                raise PydanticCustomError(
                    "turn_url",
                    N_(
                        "write addresses with commas, such as turn:turn.school.ru:3478?transport=udp "
                        "or turns:turn.school.ru:443?transport=tcp"
                    ),
                ) from None
        return value

    @field_validator("media_host")
    @classmethod
    def _media_address(cls, value: str) -> str:
        _parsed(ip_address, value)
        return value

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://")):
            raise PydanticCustomError(
                "database_kind", N_("write sqlite:///path or postgresql://user@host/name")
            )
        return value

    @field_validator("public_url")
    @classmethod
    def _public_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
            raise PydanticCustomError(
                "public_url", N_("write the whole address without a path, such as https://kabinet.school.ru")
            )
        return value.rstrip("/")

    @field_validator("secret", "metrics_token")
    @classmethod
    def _long_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_SECRET:
            raise PydanticCustomError("secret_short", N_("a secret has 32 characters or more"))
        return value

    @field_validator("tls_certificate", "tls_key")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None and not os.access(value, os.R_OK):
            raise PydanticCustomError("unreadable", N_("there is no such file, or it cannot be read"))
        return value

    @model_validator(mode="after")
    def _both_of_tls(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise PydanticCustomError(
                "tls_pair", N_("KABINET_TLS_CERTIFICATE and KABINET_TLS_KEY are set together or not at all")
            )
        return self

    @model_validator(mode="after")
    def _both_of_turn(self) -> Self:
        if bool(self.turn_urls) != (self.turn_secret is not None):
            raise PydanticCustomError(
                "turn_pair", N_("KABINET_TURN_URLS and KABINET_TURN_SECRET are set together or not at all")
            )
        return self

    @model_validator(mode="after")
    def _ports_apart(self) -> Self:
        taken = self.media_port and self.media_port <= self.port < self.media_port + self.workers
        if taken and (self.media_host in ("::", "0.0.0.0", self.bind_host) or self.bind_host == "0.0.0.0"):
            raise PydanticCustomError(
                "same_port",
                N_("KABINET_PORT and KABINET_MEDIA_PORT must differ: both are used for TCP"),
            )
        return self

    @property
    def turn(self) -> Turn:
        """The TURN servers, if there are any."""
        return Turn(self.turn_urls, self.turn_secret.get_secret_value()) if self.turn_secret else Turn()

    @property
    def https(self) -> bool:
        """Whether this process itself speaks https."""
        return self.lan or self.tls_certificate is not None

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'kabinet.db'}"

    @property
    def bind_host(self) -> str:
        """Only this machine, unless told otherwise: plain http has no business on a network."""
        return self.host or ("0.0.0.0" if self.https else "127.0.0.1")

    @property
    def base_url(self) -> str:
        """What people type; without a setting, this machine."""
        return self.public_url or f"{'https' if self.https else 'http'}://localhost:{self.port}"

    @property
    def sign_in_lifetime(self) -> timedelta:
        return timedelta(days=self.sign_in_days)


def load(**changes: object) -> Settings:
    """Read the environment; `changes` come from the command line. Raises BadConfiguration, for one fault."""
    _refuse_unknown(os.environ)
    try:
        return Settings(**changes)  # type: ignore[arg-type]  # checked by pydantic, that is its purpose
    except ValidationError as error:
        raise _fault(error) from None


def _fault(error: ValidationError) -> BadConfiguration:
    first = error.errors()[0]
    name = f"{PREFIX}{first['loc'][0]}".upper() if first["loc"] else ""
    return BadConfiguration(
        name=name,
        given="" if name in _CONFIDENTIAL or not name else str(first["input"]),
        reason=_REASONS.get(first["type"], first["msg"]),
        **{key: str(value).replace(" or ", ", ") for key, value in first.get("ctx", {}).items()},
    )


_REASONS = {
    "int_parsing": N_("write a whole number"),
    "bool_parsing": N_("write 1 or 0"),
    "greater_than_equal": N_("it must be %(ge)s or more"),
    "less_than_equal": N_("it must be %(le)s or less"),
    "literal_error": N_("write one of: %(expected)s"),
}


def _refuse_unknown(environment: Iterable[str]) -> None:
    known = [name.upper() for name in Settings.model_fields]
    for variable in environment:
        name = variable.removeprefix(PREFIX)
        if not variable.startswith(PREFIX) or name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        if near:
            reason = N_("there is no such setting; did you mean %(near)s?")
            raise BadConfiguration(name=variable, given="", reason=reason, near=PREFIX + near[0])
        raise BadConfiguration(name=variable, given="", reason=N_("there is no such setting"))


def _parsed(parse: object, text: str) -> None:
    try:
        parse(text)  # type: ignore[operator]  # ip_address or ip_network
    except ValueError:
        raise PydanticCustomError("address", N_("write IP addresses with commas between them")) from None
