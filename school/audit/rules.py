"""How a record is hashed; pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from school.text import storable

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

FIRST_HASH = "0" * 64


@dataclass(frozen=True)
class Entry:
    """What one record says, before it is chained."""

    at: datetime
    actor_id: int | None
    action: str
    subject: str
    subject_id: int | None
    detail: str


def canonical(value: Json) -> str:
    """Write JSON in its one canonical form: sorted keys, no spaces, no NaN."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return storable(written)


def chained_hash(previous_hash: str, entry: Entry) -> str:
    """Hash an entry together with the hash before it (SHA-256, hexadecimal)."""
    content = [
        previous_hash,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.detail,
    ]
    return hashlib.sha256(canonical(content).encode()).hexdigest()
