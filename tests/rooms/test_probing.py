"""The network check: one short probe for each person, heard of by nobody."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms import probing
from rooms.errors import MediaUnavailable, TooMany, Unknown
from rooms.keeper import Keeper
from rooms.probing import Probes
from rooms.sfu.channel import WorkerSettings

IVAN, YANA = 1, 2
FINGERPRINT = {"algorithm": "sha-256", "value": ":".join(["AB"] * 32)}
DTLS = {"role": "client", "fingerprints": [FINGERPRINT]}


def keeper(settings: WorkerSettings | None) -> Keeper:
    return Keeper(settings, notify=lambda _: None, lost=lambda _: None, back=lambda _: None)


@pytest.fixture
async def probes() -> AsyncIterator[Probes]:
    running = keeper(WorkerSettings(host="127.0.0.1", announced=["127.0.0.1"]))
    await running.start()
    made = Probes(running)
    yield made
    await made.close_all()
    await running.close()


async def test_a_probe_is_a_transport_that_a_browser_can_connect(probes: Probes) -> None:
    opened = await probes.open(IVAN)
    assert opened["iceCandidates"][0]["ip"] == "127.0.0.1"
    assert {codec["kind"] for codec in opened["routerRtpCapabilities"]["codecs"]} == {"audio", "video"}
    await probes.connect(IVAN, opened["id"], DTLS)


async def test_a_person_has_one_probe_at_a_time_and_cannot_touch_anothers(probes: Probes) -> None:
    first = await probes.open(IVAN)
    hers = await probes.open(YANA)
    second = await probes.open(IVAN)
    for person, transport in ((IVAN, first), (IVAN, hers), (YANA, second)):
        with pytest.raises(Unknown):
            await probes.connect(person, transport["id"], DTLS)
    assert len(probes) == 2
    await probes.close(IVAN)
    assert len(probes) == 1


async def test_a_probe_ends_by_itself(probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "PROBE_SECONDS", 0.5)
    opened = await probes.open(IVAN)
    while len(probes):  # noqa: ASYNC110 -- what ends it tells nobody
        await asyncio.sleep(0.05)
    with pytest.raises(Unknown):
        await probes.connect(IVAN, opened["id"], DTLS)


async def test_more_probes_than_the_house_allows_are_refused(
    probes: Probes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "MAX_PROBES", 1)
    await probes.open(IVAN)
    with pytest.raises(TooMany):
        await probes.open(YANA)
    await probes.open(IVAN)


async def test_those_who_waited_for_the_worker_are_no_more_than_the_house_allows(
    probes: Probes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "MAX_PROBES", 1)
    probes._keeper._started.clear()
    waiting = [asyncio.create_task(probes.open(person)) for person in (IVAN, YANA)]
    await asyncio.sleep(0)
    probes._keeper._started.set()
    opened = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(one, TooMany) for one in opened] == [False, True]


async def test_without_a_media_worker_there_is_nothing_to_try() -> None:
    with pytest.raises(MediaUnavailable):
        await Probes(keeper(None)).open(IVAN)
