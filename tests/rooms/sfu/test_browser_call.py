"""Two Chromium pages in one call: sound, three layers of picture, the layer that fits the tile."""

from pathlib import Path

from rooms.sfu.channel import ConsumerLayer
from tests.rooms.sfu.browser_call import meeting
from tests.rooms.sfu.relay import relay

LAYERS = [
    {"scaleResolutionDownBy": 4, "maxBitrate": 150_000},
    {"scaleResolutionDownBy": 2, "maxBitrate": 500_000},
    {"scaleResolutionDownBy": 1, "maxBitrate": 1_700_000},
]


async def test_a_lossy_network_is_mended_by_retransmissions(tmp_path: Path) -> None:
    async with meeting(tmp_path) as call, relay(call.worker.port, seed=7) as network:
        teacher, student = await call.person(), await call.person()
        teacher.port = student.port = network.port
        camera = await teacher.publish("video", LAYERS)
        shown = await student.watch(camera["id"], 640, 360)
        before = await student.until(shown, frames=20)
        network.up.loss = network.down.loss = 0.05
        after = await student.until(shown, frames=before["frames"] + 150)
        assert network.lost > 50
        assert after["mended"] - before["mended"] >= 5
        stats = await call.worker.stats()
        assert stats["internalErrors"] == 0


async def test_sound_and_picture_reach_the_other_page_and_follow_the_size_of_its_tile(tmp_path: Path) -> None:
    async with meeting(tmp_path) as call:
        teacher, student = await call.person(), await call.person()
        voice = await teacher.publish("audio")
        camera = await teacher.publish("video", LAYERS)
        heard = await student.watch(voice["id"])
        shown = await student.watch(camera["id"], 1280, 720)
        await student.until(heard, packets=20)
        await student.until(shown, frames=10, width=1280)
        for layer, width, height in ((0, 320, 180), (1, 640, 360), (2, 1280, 720)):
            await student.ask("size", shown, width, height)
            await call.until_told(ConsumerLayer(shown, layer))
            await student.page.wait_for_function(
                "(width) => document.querySelector('video').videoWidth === width", arg=width
            )
        assert (await student.seen(shown))["lost"] == 0
        stats = await call.worker.stats()
        assert stats["internalErrors"] == 0


async def test_a_narrow_link_gets_a_smaller_layer_and_keeps_its_sound(tmp_path: Path) -> None:
    async with meeting(tmp_path) as call, relay(call.worker.port, seed=3) as network:
        teacher, student = await call.person(), await call.person()
        student.port = network.port
        voice = await teacher.publish("audio")
        camera = await teacher.publish("video", LAYERS)
        heard = await student.watch(voice["id"])
        shown = await student.watch(camera["id"], 1280, 720)
        await call.until_told(ConsumerLayer(shown, 2))
        await student.until(shown, frames=60)
        sounded = await student.seen(heard)
        network.down.rate = 400_000
        await call.until_told(ConsumerLayer(shown, 0))
        before = await student.seen(shown)
        await student.until(shown, frames=before["frames"] + 40)
        after = await student.seen(heard)
        concealed = sum(after[name] - sounded[name] for name in ("concealed", "silent")) / 48_000
        assert after["packets"] - sounded["packets"] > 50
        # The queue of 0.3 s once; the rest is for a test machine that is busy.
        assert concealed < 1.0
