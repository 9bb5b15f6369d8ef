"""The parent's handle of a worker process: answers, errors, deaths."""

import asyncio
import os
import signal
import socket
from typing import Any

import pytest

from rooms.sfu import channel
from rooms.sfu.candidates import announced
from rooms.sfu.channel import Notification, SfuError, Worker, WorkerSettings
from tests.rooms.sfu.calls import Caller, running_worker
from tests.rooms.sfu.peer import dtls_parameters


def exists(pid: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def refusal(asked: object) -> SfuError:
    """The error with which a request is refused."""
    with pytest.raises(SfuError) as caught:
        await asked  # type: ignore[misc]  # any awaitable request
    return caught.value


async def test_a_worker_opens_its_port_and_describes_routers_and_transports() -> None:
    async with running_worker() as caller:
        worker = caller.worker
        assert worker.port > 0
        capabilities = await worker.create_router("room")
        assert {codec["mimeType"].lower() for codec in capabilities["codecs"]} >= {"audio/opus", "video/vp8"}
        transport = await worker.create_transport("room", "a")
        assert set(transport) == {"id", "iceParameters", "iceCandidates", "dtlsParameters"}
        assert transport["id"] == "a"
        assert transport["iceParameters"]["iceLite"] is True
        told = [(one["protocol"], one["ip"], one["port"]) for one in transport["iceCandidates"]]
        assert told == [("udp", "127.0.0.1", worker.port), ("tcp", "127.0.0.1", worker.port)]
        assert [one["algorithm"] for one in transport["dtlsParameters"]["fingerprints"]] == ["sha-256"]
        restarted = await worker.restart_ice("a")
        assert set(restarted) == {"iceParameters"}
        assert restarted["iceParameters"] != transport["iceParameters"]


async def test_refusals_come_back_typed() -> None:
    async with running_worker() as caller:
        worker = caller.worker
        await worker.create_router("room")
        await worker.create_transport("room", "a")
        error = await refusal(worker.create_transport("nowhere", "b"))
        assert (error.code, error.data) == ("not_found", {"id": "nowhere"})
        assert (await refusal(worker.create_router("room"))).code == "already_exists"
        assert (await refusal(worker.create_transport("room", "a"))).code == "already_exists"
        assert (await refusal(worker.connect_transport("a", {"fingerprints": []}))).code == "bad_parameters"
        assert (await refusal(worker.connect_transport("b", dtls_parameters()))).code == "not_found"
        assert (await refusal(worker.produce("a", "p", "video", {}, False))).code == "bad_parameters"
        assert (await refusal(worker.consume("a", "c", "nothing", {}))).code in (
            "not_found",
            "bad_parameters",
        )
        for request in (worker.pause_producer, worker.resume_producer, worker.resume_consumer):
            assert (await refusal(request("nothing"))).code == "not_found"
        assert (await refusal(worker.set_consumer_size("nothing", 1, 1))).code == "not_found"


async def test_closing_what_is_gone_already_is_no_error() -> None:
    async with running_worker() as caller:
        worker = caller.worker
        await worker.close_router("room")
        await worker.close_transport("a")
        await worker.close_producer("p")
        await worker.close_consumer("c")


async def test_many_requests_at_once_get_their_own_answers() -> None:
    async with running_worker() as caller:
        await caller.worker.create_router("room")
        names = [f"t{number}" for number in range(100)]
        answers = await asyncio.gather(*(caller.worker.create_transport("room", name) for name in names))
        assert [answer["id"] for answer in answers] == names
        assert (await caller.worker.stats())["transports"] == {"new": 100}


async def test_a_worker_that_dies_is_reported_once_and_pending_requests_fail() -> None:
    async with running_worker() as caller:
        os.kill(caller.worker.pid, signal.SIGSTOP)
        pending = asyncio.create_task(caller.worker.create_router("room"))
        await asyncio.sleep(0)
        os.kill(caller.worker.pid, signal.SIGKILL)
        assert (await refusal(pending)).code == "worker_died"
        await caller.until(lambda: caller.deaths == 1)
        assert (await refusal(caller.worker.create_router("other"))).code == "worker_died"
        await caller.worker.close()
        assert caller.deaths == 1
        assert not exists(caller.worker.pid)


async def test_a_listener_that_fails_does_not_cut_others_off() -> None:
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))
    async with running_worker() as caller:
        await caller.worker.create_router("room")
        await caller.worker.create_transport("room", "a")
        caller.worker._notify = raise_for
        await caller.worker.connect_transport("a", dtls_parameters())
        assert (await caller.worker.stats())["transports"] == {"connecting": 1}
        assert [str(fault["exception"]) for fault in faults] == [
            "TransportState(transport='a', state='connecting')"
        ]


def raise_for(notification: Notification) -> None:
    """A listener with a bug."""
    raise RuntimeError(notification)


async def test_a_worker_that_does_not_answer_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "ANSWER_SECONDS", 0.2)
    async with running_worker() as caller:
        os.kill(caller.worker.pid, signal.SIGSTOP)
        assert (await refusal(caller.worker.create_router("room"))).code == "worker_died"
        await caller.until(lambda: caller.deaths == 1)


async def test_the_process_ends_when_it_is_asked_to_and_nobody_hears_of_a_death() -> None:
    caller = Caller()
    settings = WorkerSettings(host="127.0.0.1")
    worker = await Worker.start(settings, notify=caller.notify, died=caller.died)
    await worker.close()
    assert not exists(worker.pid)
    assert caller.deaths == 0


async def test_the_process_ends_by_itself_when_its_parent_goes_away() -> None:
    async with running_worker() as caller:
        # A parent that is killed says nothing: the kernel closes its end of the socket pair.
        caller.worker._writer.close()
        async with asyncio.timeout(5):
            await caller.worker._process.wait()
        assert caller.worker._process.returncode == 0


async def test_ctrl_c_is_left_to_the_parent_and_sigterm_ends_the_worker() -> None:
    async with running_worker() as caller:
        os.kill(caller.worker.pid, signal.SIGINT)
        await caller.worker.create_router("room")
        os.kill(caller.worker.pid, signal.SIGTERM)
        await caller.until(lambda: caller.deaths == 1)


async def test_a_worker_without_a_port_does_not_start() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        settings = WorkerSettings(host="127.0.0.1", port=other.getsockname()[1])
        caller = Caller()
        error = await refusal(Worker.start(settings, notify=caller.notify, died=caller.died))
        assert error.code == "worker_not_started"
        assert caller.deaths == 0


def test_every_address_of_the_machine_is_announced_and_loopback_last() -> None:
    told = announced(WorkerSettings())
    assert told[-1] == "127.0.0.1"
    assert told.count("127.0.0.1") == 1


def test_a_setting_overrides_what_is_announced() -> None:
    assert announced(WorkerSettings(announced=["203.0.113.5"])) == ["203.0.113.5"]
    assert announced(WorkerSettings(host="192.0.2.4")) == ["192.0.2.4"]
