"""Cost against viewers and latency against load, drawn into bench/charts/: `python -m bench.charts`.

Ours, and Janus in turn where it can be measured. About two minutes.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from bench import machine, videoroom
from bench.crowd import Crowd, Result
from bench.forwarder import Forwarder, Ours
from bench.svg import Chart

FOLDER = Path(__file__).parent / "charts"
SIZES = (10, 50, 100, 200)
LOADED = 100
SCALES = (1.0, 2.0, 4.0, 6.0, 8.0)


async def lecture(
    start: Callable[[], Forwarder], viewers: int, scales: list[float], seconds: float
) -> list[Result]:
    """One publisher and so many viewers at each rate, until one is too high."""
    crowd = Crowd(start())
    await crowd.open()
    found: list[Result] = []
    try:
        await crowd.lecture(viewers)
        for scale in scales:
            found.append(crowd.measure(seconds, scale))
            if not found[-1].kept_up:
                break
    finally:
        await crowd.close()
    return found


async def measure(sides: dict[str, Callable[[], Forwarder]], seconds: float) -> list[tuple[str, Chart]]:
    """Both charts, by the names of their files."""
    when = f"{time.strftime('%Y-%m-%d')}, load average {os.getloadavg()[0]:.1f}"
    cost = Chart(f"CPU of one forwarded packet, {when}", "viewers, 192 packets/s each", "µs")
    latency = Chart(f"From arrival to departure, {LOADED} viewers, {when}", "thousand packets/s out", "ms")
    for viewers in SIZES:
        for name, start in sides.items():
            scales = list(SCALES) if viewers == LOADED else [1.0]
            for result in await lecture(start, viewers, scales, seconds):
                print(f"{name}, {viewers} viewers, × {result.scale:g}: {result.row()}", flush=True)
                if result.scale == 1.0:
                    cost.add(name, viewers, result.cost)
                if viewers == LOADED and result.kept_up:
                    latency.add(f"{name}, p50", result.rate / 1000, result.delay(0.5))
                    latency.add(f"{name}, p99", result.rate / 1000, result.delay(0.99))
    return [("cost.svg", cost), ("latency.svg", latency)]


async def main() -> None:
    """Measure and draw."""
    options = argparse.ArgumentParser(
        prog="python -m bench.charts", description="Cost and latency as pictures."
    )
    options.add_argument("--seconds", type=float, default=3.0, help="length of one measurement")
    options.add_argument("--libsrtp", type=Path, help="a folder with another libsrtp2.so.1 for Janus")
    options.add_argument("--into", type=Path, default=FOLDER, help="where the pictures go")
    chosen = options.parse_args()
    machine.allow_descriptors()
    sides: dict[str, Callable[[], Forwarder]] = {"ours": Ours}
    if reason := videoroom.missing():
        print(f"Without Janus: {reason}")
    else:
        videoroom.move_into_namespace()
        sides["Janus"] = lambda: videoroom.Janus(chosen.libsrtp, set())
    chosen.into.mkdir(exist_ok=True)
    for name, chart in await measure(sides, chosen.seconds):
        (chosen.into / name).write_text(chart.svg())


if __name__ == "__main__":
    asyncio.run(main())
