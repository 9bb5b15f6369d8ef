"""The forwarding unit's own housekeeping: limits, names, faults that stay where they are."""

from typing import Any

import pytest

from rooms.sfu import messages, unit
from rooms.sfu.messages import Answer, Notification, Request
from rooms.sfu.settings import WorkerSettings
from rooms.sfu.transport import HANDSHAKE_SECONDS
from rooms.sfu.unit import ForwardingUnit
from tests.rooms.sfu.media import audio_parameters
from tests.rooms.sfu.peer import dtls_parameters


class Desk:
    """A unit that is asked one thing after another."""

    def __init__(self) -> None:
        self.told: list[Notification] = []
        self.unit = ForwardingUnit(WorkerSettings(host="127.0.0.1"), self.told.append)

    def ask(self, command: messages.Command) -> Answer:
        return self.unit.handle(Request(1, command))

    def refusal(self, command: messages.Command) -> tuple[str | None, Any]:
        answer = self.ask(command)
        return answer.code, answer.data


@pytest.fixture
async def desk() -> Any:
    made = Desk()
    yield made
    await made.unit.close()
    made.unit.tcp.close()
    made.unit.udp.close()


async def test_there_are_only_so_many_routers_and_transports(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "MAX_ROUTERS", 1)
    monkeypatch.setattr(unit, "MAX_TRANSPORTS", 2)
    assert desk.ask(messages.CreateRouter("a")).code is None
    assert desk.refusal(messages.CreateRouter("b")) == ("too_many", {"what": "routers"})
    for name in ("t1", "t2"):
        assert desk.ask(messages.CreateTransport("a", name)).code is None
    assert desk.refusal(messages.CreateTransport("a", "t3")) == ("too_many", {"what": "transports"})
    desk.ask(messages.CloseTransport("t1"))
    assert desk.ask(messages.CreateTransport("a", "t3")).code is None


async def test_a_name_belongs_to_one_room_at_a_time(desk: Desk) -> None:
    for room in ("a", "b"):
        desk.ask(messages.CreateRouter(room))
        desk.ask(messages.CreateTransport(room, f"{room}t"))
    parameters = audio_parameters()
    assert desk.ask(messages.Produce("at", "p", "audio", parameters, False)).code is None
    assert desk.refusal(messages.Produce("bt", "p", "audio", parameters, False)) == (
        "already_exists",
        {"id": "p"},
    )
    assert desk.refusal(messages.CreateTransport("b", "at")) == ("already_exists", {"id": "at"})
    desk.ask(messages.CloseRouter("a"))
    assert desk.ask(messages.Produce("bt", "p", "audio", parameters, False)).code is None


async def test_a_transport_that_nobody_connects_ends_by_itself_and_the_parent_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ask(messages.CreateRouter("a"))
    for name in ("t1", "t2"):
        desk.ask(messages.CreateTransport("a", name))
    desk.ask(messages.ConnectTransport("t2", dtls_parameters()))
    desk.told.clear()
    start = desk.unit.udp.now()
    monkeypatch.setattr(desk.unit.udp, "now", lambda: start + HANDSHAKE_SECONDS - 1)
    desk.unit.slow_tick()
    assert desk.told == []
    assert desk.unit.udp.sizes()["ufrags"] == 2
    monkeypatch.setattr(desk.unit.udp, "now", lambda: start + HANDSHAKE_SECONDS + 1)
    desk.unit.slow_tick()
    assert desk.told == [messages.TransportState("t1", "failed"), messages.TransportState("t2", "failed")]
    await desk.unit.close()
    assert desk.unit.udp.sizes() == {"addresses": 0, "ufrags": 0}


async def test_a_producer_of_one_room_is_never_given_to_another(desk: Desk) -> None:
    for room in ("a", "b"):
        desk.ask(messages.CreateRouter(room))
        desk.ask(messages.CreateTransport(room, f"{room}t"))
    desk.ask(messages.Produce("at", "p", "audio", audio_parameters(), False))
    capabilities = desk.ask(messages.CreateRouter("c")).data
    assert desk.refusal(messages.Consume("bt", "c1", "p", capabilities))[0] == "not_found"
    assert desk.ask(messages.Consume("at", "c1", "p", capabilities)).code is None


class Broken:
    """A room whose every step fails, as a bug in one would."""

    def tick(self, now: float) -> None:
        raise ZeroDivisionError(now)

    def stats(self, now: float) -> dict[str, Any]:
        raise ZeroDivisionError(now)

    def close(self, now: float) -> None:
        """Even a broken room may go."""


class Sound(Broken):
    """A room that counts its ticks."""

    ticks = 0

    def tick(self, _now: float) -> None:
        self.ticks += 1


async def test_a_fault_in_one_room_is_counted_and_the_others_go_on(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = Sound()
    desk.unit._routers |= {"broken": Broken(), "sound": sound}  # type: ignore[dict-item]  # rooms in their ports only
    desk.unit.tick()
    assert sound.ticks == 1
    assert desk.refusal(messages.GetStats()) == ("internal", {})
    assert desk.unit.internal_errors == 2
    assert capsys.readouterr().err.count("Traceback") == 2
    for _ in range(unit.MAX_TRACES * 2):
        desk.unit.tick()
    assert capsys.readouterr().err.count("Traceback") == unit.MAX_TRACES - 2
