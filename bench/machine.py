"""What a measurement must say about where it was made, and how it reads another process."""

import importlib.metadata
import os
import platform
import resource
import time
from contextlib import suppress
from pathlib import Path

# Asked before anything is pinned: what is started later inherits one core alone.
CORES = sorted(os.sched_getaffinity(0))


def description() -> list[str]:
    """Machine and versions, one fact a line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next(line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    packages = ("aiortc", "aioice", "pylibsrtp", "cryptography", "uvloop", "msgspec")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    return [
        f"{model}, {os.cpu_count()} cores, {int(memory) >> 20} GiB; load average {os.getloadavg()[0]:.1f}",
        f"Linux {platform.release()}, Python {platform.python_version()}",
        versions,
    ]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads, to the nanosecond."""
    # The kernel's number for another process's CPU clock: clock_getcpuclockid(3).
    return time.clock_gettime((~pid << 3) | 2)


def resident_kib(pid: int) -> int:
    """Resident memory of a process."""
    return next(int(line.split()[1]) for line in _lines(f"/proc/{pid}/status") if line.startswith("VmRSS"))


def descriptors(pid: int) -> int:
    """Open files of a process, sockets included."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def pin(pid: int, core: int) -> None:
    """Keep a process, all its threads, on one core and, where that is allowed, before all others there."""
    threads = [int(thread.name) for thread in Path(f"/proc/{pid or os.getpid()}/task").iterdir()]
    for thread in threads:
        with suppress(PermissionError):
            os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(1))
        if len(CORES) > core:
            os.sched_setaffinity(thread, {CORES[core]})


def allow_descriptors(count: int = 4096) -> None:
    """Let this process open so many files, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, count)), hard))


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()
