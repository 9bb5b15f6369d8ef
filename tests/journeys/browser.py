"""Real Chromium windows with a fake camera (640 × 360, 15 fps unless told) and a babbling microphone."""

import random
import shutil
import struct
from array import array
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

FRAMES = 30


@dataclass(frozen=True)
class Camera:
    """A fake camera's picture in pixels and its frames a second."""

    width: int = 640
    height: int = 360
    rate: int = 15


ARGUMENTS = (
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream=display-media-type=monitor",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=document-user-activation-required",  # what Chrome asks of people
)

# Nobody but a test needs to look into the page's connections: they are kept as they are made.
KEEP_CONNECTIONS = """
(() => {
  const Native = window.RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...args) { super(...args); window.connections.push(this); }
  };
})();
"""

INBOUND = """
async () => {
  const found = [];
  for (const connection of window.connections) {
    if (connection.connectionState === "closed") continue;
    for (const report of (await connection.getStats()).values()) {
      if (report.type === "inbound-rtp") found.push({
        kind: report.kind, track: report.trackIdentifier, frames: report.framesDecoded ?? 0,
        width: report.frameWidth ?? 0, height: report.frameHeight ?? 0,
        freezes: report.totalFreezesDuration ?? 0, energy: report.totalAudioEnergy ?? 0,
        samples: report.totalSamplesReceived ?? 0, concealed: report.concealedSamples ?? 0,
      });
    }
  }
  return found;
}
"""


def write_camera(path: Path, camera: Camera) -> Path:
    """A film in Y4M whose grey bars walk to the right, so that every frame differs from the one before."""
    width, height = camera.width, camera.height
    chroma = bytes([128]) * (width * height // 4)
    ramp = bytes(40 + (x // 40 % 2) * 160 for x in range(width * 2))
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F{camera.rate}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in range(FRAMES):
            shift = frame * 80 // FRAMES
            film.write(b"FRAME\n" + ramp[80 - shift : 80 - shift + width] * height + chroma + chroma)
    return path


def write_voice(path: Path) -> Path:
    """Four seconds of syllables of changing pitch, 16-bit mono at 48 kHz.

    A steady tone would not do: one microphone's echo canceller takes the others' tones for its own echo.
    """
    chance, rate = random.Random(1), 48_000
    samples = array("h")
    while len(samples) < 4 * rate:
        half = rate // chance.randint(300, 1400)
        samples.extend(([9000] * half + [-9000] * half) * (chance.randint(4_000, 9_000) // (2 * half)))
        samples.extend([0] * chance.randint(1_000, 6_000))
    body = samples.tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(body), b"WAVE", b"fmt ", 16, 1, 1,
                       rate, 2 * rate, 2, 16, b"data", len(body))  # fmt: skip
    path.write_bytes(head + body)
    return path


@asynccontextmanager
async def chromium(
    folder: Path, *, camera: Camera | None = Camera(), more: Sequence[str] = ()
) -> AsyncIterator[Browser]:
    """The system's Chromium, without a window on a screen; `more` are further arguments."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    films = []
    if camera:
        films = [
            f"--use-file-for-fake-video-capture={write_camera(folder / 'camera.y4m', camera)}",
            f"--use-file-for-fake-audio-capture={write_voice(folder / 'voice.wav')}",
        ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *films, *more])
        yield browser
        await browser.close()


async def window(browser: Browser, *, width: int = 1280, height: int = 720, **options: Any) -> Page:
    """A person's own browser window: Russian, with a camera and a microphone that it may use."""
    context: BrowserContext = await browser.new_context(
        viewport={"width": width, "height": height},
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        permissions=["camera", "microphone"],
        **options,
    )
    await context.add_init_script(KEEP_CONNECTIONS)
    page = await context.new_page()
    page.set_default_timeout(60_000)
    return page


async def inbound(page: Page, kind: str) -> list[dict[str, Any]]:
    """What arrives in this window, one entry for each received track of the kind."""
    return [report for report in await page.evaluate(INBOUND) if report["kind"] == kind]
