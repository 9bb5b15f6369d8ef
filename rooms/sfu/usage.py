"""What this process uses of its machine."""

import os
import time
from pathlib import Path
from typing import Any, Final

_OURS: Final = Path("/proc/self")


def usage() -> dict[str, Any]:
    """`cpu` in seconds since the start (all threads), `resident` memory in bytes, open `descriptors`.

    The last two are None where there is no /proc (proc(5)).
    """
    return {"cpu": time.process_time(), "resident": _resident(), "descriptors": _descriptors()}


def _resident() -> int | None:
    try:
        return int((_OURS / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def _descriptors() -> int | None:
    try:
        return sum(1 for _ in (_OURS / "fd").iterdir())
    except OSError:
        return None
