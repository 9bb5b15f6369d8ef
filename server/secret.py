"""The installation's secret: from the configuration, or made at the first start and kept in its folder."""

import os
import secrets
from pathlib import Path

from server.config import Settings
from server.errors import CannotStart
from web.words import N_

_BYTES = 32


class SecretUnreadable(CannotStart):
    """`path` cannot be read or written, `reason` is the system's."""

    message = N_("%(path)s: %(reason)s. The server keeps its secret there; give its user that folder.")


def path_of(settings: Settings) -> Path:
    return settings.folder / "secret"


def secret(settings: Settings) -> bytes:
    """32 bytes or more. Links and passes hold as long as it stays the same. Raises SecretUnreadable."""
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    path = path_of(settings)
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write(path)
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SecretUnreadable(path=path, reason=reason) from None


def _write(path: Path) -> None:
    # A whole file or none: two processes that start at once agree on the first one's.
    draft = path.with_name(f"secret.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_BYTES) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
