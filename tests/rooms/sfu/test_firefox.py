"""Firefox and Chromium in one call: each shows and hears the other."""

from ipaddress import ip_address
from pathlib import Path

import ifaddr
import pytest

from tests.rooms.sfu.browser_call import Person, meeting

LAYERS = [
    {"scaleResolutionDownBy": 4, "maxBitrate": 150_000},
    {"scaleResolutionDownBy": 2, "maxBitrate": 500_000},
    {"scaleResolutionDownBy": 1, "maxBitrate": 1_700_000},
]


def own_address() -> str:
    """An address of this machine that is not loopback: Firefox never tries those."""
    every = (str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4)
    return next(address for address in every if not ip_address(address).is_loopback)


@pytest.mark.timeout(240)
async def test_firefox_and_chromium_show_and_hear_each_other(tmp_path: Path) -> None:
    async with meeting(tmp_path, address=own_address()) as call, call.in_firefox(tmp_path) as fox:
        chromium = await call.person()
        await shows_and_hears(fox, chromium)
        await shows_and_hears(chromium, fox)
        stats = await call.worker.stats()
        assert stats["internalErrors"] == 0


async def shows_and_hears(sender: Person, viewer: Person) -> None:
    voice = await sender.publish("audio")
    camera = await sender.publish("video", LAYERS)
    heard = await viewer.watch(voice["id"])
    shown = await viewer.watch(camera["id"], 640, 360)
    await viewer.until(shown, frames=20, width=320)
    sound = await viewer.until(heard, packets=60, sounded=48_000)
    assert sound["concealed"] < sound["sounded"] / 2
