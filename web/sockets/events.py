"""Every event that a browser may send: its payload, its handler, and who may send it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from rooms.rights import Right
from web.sockets import board, chat, floor, media, payloads, quality, session, tools
from web.sockets.payloads import Payload
from web.sockets.place import Place


@dataclass(frozen=True, slots=True)
class Event:
    """`inside` events are for those who are in the room.

    `needs` names the right that one of them must have; where the right depends on the payload (`produce`),
    the handler asks for it and `needs` is None.
    """

    name: str
    payload: type[Payload]
    handler: Callable[[Place, Any], Awaitable[Any]]
    inside: bool = True
    needs: Right | None = None


_TABLE: Final = (
    Event("join", payloads.Nothing, session.join, inside=False),
    Event("leave", payloads.Nothing, session.leave),
    Event("topic.set", payloads.SetTopic, session.set_topic, needs="set_topic"),
    Event("room.close", payloads.Close, session.close, needs="lead"),
    Event("room.extend", payloads.Extend, floor.extend, needs="lead"),
    Event("hand.raise", payloads.Nothing, floor.raise_hand, needs="raise_hand"),
    Event("hand.lower", payloads.Person, floor.lower_hand),
    Event("floor.give", payloads.Person, floor.give, needs="moderate"),
    Event("floor.take", payloads.Person, floor.take, needs="moderate"),
    Event("floor.mute", payloads.Person, floor.mute, needs="moderate"),
    Event("floor.mute_all", payloads.Nothing, floor.mute_all, needs="moderate"),
    Event("floor.stop", payloads.Stop, floor.stop, needs="moderate"),
    Event("floor.remove", payloads.Remove, floor.remove, needs="moderate"),
    Event("floor.readmit", payloads.Person, floor.readmit, needs="moderate"),
    Event("floor.co_host", payloads.CoHost, floor.co_host, needs="lead"),
    Event("lobby.admit", payloads.Person, floor.admit, needs="moderate"),
    Event("lobby.admit_all", payloads.Nothing, floor.admit_all, needs="moderate"),
    Event("lobby.refuse", payloads.Refuse, floor.refuse, needs="moderate"),
    Event("lobby.next", payloads.Next, floor.next_family, needs="moderate"),
    Event("lobby.one_by_one", payloads.OneByOne, floor.one_by_one, needs="moderate"),
    Event("chat.send", payloads.Say, chat.send, needs="write"),
    Event("chat.after", payloads.After, chat.after),
    Event("chat.hide", payloads.ByNumber, chat.hide, needs="moderate"),
    Event("poll.open", payloads.Ask, tools.ask, needs="moderate"),
    Event("poll.choose", payloads.Choose, tools.choose, needs="write"),
    Event("poll.write", payloads.WriteAnswer, tools.write, needs="write"),
    Event("poll.show", payloads.ShowResults, tools.show_results, needs="moderate"),
    Event("poll.close", payloads.ByNumber, tools.close_poll, needs="moderate"),
    Event("timer.start", payloads.StartTimer, tools.start_timer, needs="moderate"),
    Event("timer.stop", payloads.Nothing, tools.stop_timer, needs="moderate"),
    Event("slides.show", payloads.ShowSlides, tools.show_slides, needs="moderate"),
    Event("slides.turn", payloads.Turn, tools.turn, needs="moderate"),
    Event("slides.hide", payloads.Nothing, tools.hide_slides, needs="moderate"),
    Event("board.show", payloads.ShowBoard, board.show, needs="moderate"),
    Event("board.hide", payloads.Nothing, board.hide, needs="moderate"),
    Event("board.draw", payloads.Draw, board.draw, needs="write"),
    Event("board.erase", payloads.ByNumber, board.erase, needs="write"),
    Event("board.undo", payloads.Nothing, board.undo, needs="write"),
    Event("board.clear", payloads.Nothing, board.clear, needs="moderate"),
    Event("board.after", payloads.After, board.after),
    Event("checklist.tick", payloads.Tick, tools.tick, needs="lead"),
    Event("transport.create", payloads.CreateTransport, media.create_transport),
    Event("transport.connect", payloads.ConnectTransport, media.connect_transport),
    Event("transport.restart_ice", payloads.ById, media.restart_ice),
    Event("produce", payloads.Produce, media.produce),
    Event("producer.pause", payloads.ById, media.pause_producer),
    Event("producer.resume", payloads.ById, media.resume_producer),
    Event("producer.close", payloads.ById, media.close_producer),
    Event("consume", payloads.Consume, media.consume),
    Event("consumer.pause", payloads.ById, media.pause_consumer),
    Event("consumer.resume", payloads.ById, media.resume_consumer),
    Event("consumer.close", payloads.ById, media.close_consumer),
    Event("consumer.size", payloads.Size, media.size_consumer),
    Event("quality.report", payloads.Report, quality.report),
)

EVENTS: Final[Mapping[str, Event]] = MappingProxyType({event.name: event for event in _TABLE})
