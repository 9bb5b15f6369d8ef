"""How a call was, in words: one word for a person's minutes, one sentence for each cause of trouble."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.numbers import format_decimal

from school.quality.causes import LATE_MS, Cause, Explanation
from school.quality.rules import MINUTE, Family, Grade, Seen, Summary, Way, lost_down, lost_up, made_up
from school.quality.served import Served, missing_share, resent_share
from web.reader import Reader
from web.when import Times
from web.words import N_

GRADE: Final = {Grade.GOOD: N_("good"), Grade.WEAK: N_("with interruptions"), Grade.BAD: N_("bad")}
LOOK: Final = {Grade.GOOD: "good", Grade.WEAK: "warn", Grade.BAD: "bad"}
BROWSER: Final = {
    Family.CHROME: "Chrome",
    Family.YANDEX: N_("Yandex Browser"),
    Family.EDGE: "Edge",
    Family.OPERA: "Opera",
    Family.FIREFOX: "Firefox",
    Family.SAFARI: "Safari",
    Family.OTHER: N_("another browser"),
}
WAY: Final = {Way.UDP: "UDP", Way.TCP: "TCP", Way.RELAY: N_("relay (TURN)")}
_CAUSE: Final = {
    Cause.SERVER: N_(
        "everybody had trouble at the same time. It is the server or its line, not people's own ones."
    ),
    Cause.SERVER_LATE: N_(
        "the media process was late by up to %(seconds)s s, for the server had too much to do: sound and "
        "pictures halted."
    ),
    Cause.SERVER_RESTARTED: N_(
        "the media process ended and was started again: sound and pictures were away for some seconds."
    ),
    Cause.SERVER_GONE: N_(
        "most people lost the connection at the same time: the server was started again, or its line was cut."
    ),
    Cause.UPLINK: N_(
        "up to %(percent)s %% of the packets were lost on the way from this person to the server. "
        "It is their own connection; the others saw and heard them badly."
    ),
    Cause.DOWNLINK: N_(
        "up to %(percent)s %% of the packets were lost on the way to this person. It is their own connection."
    ),
    Cause.DELAY: N_(
        "packets took up to %(seconds)s s there and back. The line of this person is slow or overloaded."
    ),
    Cause.NARROW: N_("the line of this person was too narrow for pictures; sound came first."),
    Cause.LIMITED: N_(
        "the line to this person carried no more than %(megabits)s Mbit/s, so the server held pictures "
        "back to keep the sound."
    ),
    Cause.HELD: N_(
        "the server held pictures back: the line of this person, or of whoever sent them, was too narrow."
    ),
    Cause.COMPUTER: N_("the computer was too slow for the video."),
    Cause.SENDER: N_(
        "a picture stood still for up to %(percent)s %% of a minute although this person's line was good: "
        "it came so from whoever sent it."
    ),
    Cause.DEVICE: N_(
        "a picture stood still for up to %(percent)s %% of a minute although all of it had arrived: the "
        "computer or the browser did not keep up."
    ),
    Cause.SILENT: N_(
        "the server went on sending, but the browser told nothing: the page lay in the background, the "
        "telephone was locked or the computer asleep."
    ),
    Cause.GONE: N_("the connection with the room was lost, or the page was closed."),
    Cause.TCP: N_(
        "joined by TCP: UDP is blocked in this person's network. After losses sound and picture lag behind."
    ),
    Cause.RELAY: N_(
        "joined through a relay (TURN): this person's network lets no direct connection through."
    ),
}

_BETTER_LINE: Final = N_("A cable in place of Wi-Fi helps, a place nearer to the router, or mobile Internet.")
_WIDER_LINE: Final = N_(
    "Another network helps, a cable in place of Wi-Fi, or nobody else loading the same line."
)
_ADVICE: Final = {
    Cause.SERVER: N_("See what else the server did at that time, and whether its line is wide enough."),
    Cause.SERVER_LATE: N_(
        "See what else the server did at that time. If many rooms were open, give it more processors and "
        "media processes (KABINET_WORKERS)."
    ),
    Cause.SERVER_RESTARTED: N_("The server's log says why; most often there was too little memory."),
    Cause.SERVER_GONE: N_("If nobody had started it again, its log or its provider knows why."),
    Cause.UPLINK: _BETTER_LINE,
    Cause.DOWNLINK: _BETTER_LINE,
    Cause.DELAY: N_("It helps when nobody else loads the same line; mobile Internet may be faster."),
    Cause.NARROW: _WIDER_LINE,
    Cause.LIMITED: _WIDER_LINE,
    Cause.HELD: N_("Compare with the others: whose figures are bad, that line was narrow."),
    Cause.COMPUTER: N_("Closing other programs helps, or switching the camera off."),
    Cause.SENDER: N_("See what was with whoever was shown: it is that line or computer that needs help."),
    Cause.DEVICE: N_("Closing other programs helps, a newer browser, or fewer pictures at once."),
    Cause.SILENT: N_("It helps to keep the room's page on the screen; nothing has to be mended."),
    Cause.GONE: N_("If it happens again, another network may help."),
    Cause.TCP: N_("Whoever runs that network can let UDP out to the server's port for sound and picture."),
    Cause.RELAY: N_("It works so; another network would be faster."),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One cause: when, whom it concerns (nothing: everybody), what it was and what to do."""

    time: str
    name: str
    words: str
    advice: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """One minute, with every figure as people read it; what is not known is a dash."""

    time: str
    grade: str
    look: str
    lost_up: str
    lost_down: str
    trip: str
    still: str
    made_up: str
    picture: str
    way: str
    notes: str
    server: str
    """What the server itself saw, in a sentence; empty when it saw nothing."""


def minutes(summary: Summary, reader: Reader) -> str:
    """«42 мин. хорошо, 3 мин. с перебоями, 1 мин. плохо»; what there was none of is left out."""
    say = reader.words.gettext
    parts = [
        (summary.good, N_("%(num)s min good")),
        (summary.weak, N_("%(num)s min with interruptions")),
        (summary.bad, N_("%(num)s min bad")),
    ]
    return ", ".join(say(message, num=count) for count, message in parts if count)


def sentence(found: Explanation, names: Mapping[int, str], reader: Reader) -> Sentence:
    """Say one cause."""
    worst = found.worst or 0.0
    words = reader.words.gettext(
        _CAUSE[found.cause],
        percent=_decimal(worst * 100, reader),
        seconds=_decimal(worst, reader),
        megabits=_hundredths(worst, reader),
    )
    name = "" if found.person_id is None else names.get(found.person_id, "")
    advice = reader.words.gettext(_ADVICE[found.cause])
    return Sentence(span(found.since, found.until, reader.when), name, words, advice)


def span(since: datetime, until: datetime, when: Times) -> str:
    """«10:05», or «10:05–10:12» when it is longer than the minute that it begins in."""
    first, last = when.clock(since), when.clock(until)
    return first if until - since <= MINUTE else f"{first}–{last}"


def numbers(minute: datetime, seen: Seen, grade: Grade, served: Served | None, reader: Reader) -> Numbers:
    """Say what a browser saw in a minute, and what the server saw."""
    say = reader.words.gettext
    trip = "—" if seen.round_trip_ms is None else say(N_("%(num)s ms"), num=seen.round_trip_ms)
    notes = [
        (seen.starved > 0, N_("pictures held back")),
        (seen.cpu_ms > 0, N_("slow computer")),
        (seen.screen, N_("shared the screen")),
    ]
    return Numbers(
        time=reader.when.clock(minute),
        grade=say(GRADE[grade]),
        look=LOOK[grade],
        lost_up=_percent(lost_up(seen), reader),
        lost_down=_percent(lost_down(seen), reader),
        trip=trip,
        still=say(N_("%(num)s s"), num=_decimal(seen.frozen_ms / 1000, reader)) if seen.frozen_ms else "—",
        made_up=_percent(made_up(seen), reader),
        picture=f"{seen.height}p" if seen.height else "—",
        way=say(WAY[seen.way]) if seen.way else "—",
        notes=", ".join(say(message) for is_so, message in notes if is_so),
        server=_served(served, reader) if served else "",
    )


def unreported(minute: datetime, served: Served, reader: Reader) -> Numbers:
    """Say what the server saw in a minute of which the browser said nothing."""
    nothing = dict.fromkeys(
        ("grade", "lost_up", "lost_down", "trip", "still", "made_up", "picture", "way"), "—"
    )
    server = _served(served, reader)
    return Numbers(time=reader.when.clock(minute), look="", notes="", server=server, **nothing)


def _served(served: Served, reader: Reader) -> str:
    """«отправлено пакетов: 4 350, из них повторно 2 %; потеряно 1,2 %; линия пропускала 0,3 Мбит/с»."""
    say = reader.words.gettext
    trip, limit = served.round_trip_ms, served.limit_kbit
    again, lost = resent_share(served) * 100, (served.lost_per_mille or 0) / 10
    away = missing_share(served) * 100
    parts = [
        (served.packets > 0, say(N_("packets sent: %(num)s"), num=_whole(served.packets, reader))),
        (served.resent > 0, say(N_("sent again: %(num)s %%"), num=_decimal(again, reader))),
        (lost > 0, say(N_("lost: %(num)s %%"), num=_decimal(lost, reader))),
        (trip is not None, say(N_("there and back: %(num)s ms"), num=_whole(trip or 0, reader))),
        (
            limit is not None,
            say(N_("the line carried %(num)s Mbit/s"), num=_hundredths((limit or 0) / 1000, reader)),
        ),
        (served.smaller > 0, say(N_("pictures made smaller: %(num)s"), num=served.smaller)),
        (served.held > 0, say(N_("pictures held back: %(num)s"), num=served.held)),
        (served.came > 0, say(N_("packets received: %(num)s"), num=_whole(served.came, reader))),
        (away > 0, say(N_("lost on the way here: %(num)s %%"), num=_decimal(away, reader))),
        (served.late_ms >= LATE_MS, say(N_("the server was late: %(num)s ms"), num=served.late_ms)),
        (served.restarts > 0, say(N_("started again: %(num)s"), num=served.restarts)),
    ]
    return "; ".join(words for is_so, words in parts if is_so)


def _whole(value: int, reader: Reader) -> str:
    return str(format_decimal(value, "#,##0", locale=reader.words.language))


def _hundredths(value: float, reader: Reader) -> str:
    return str(format_decimal(value, "0.##", locale=reader.words.language))


def _percent(share: float, reader: Reader) -> str:
    return f"{_decimal(share * 100, reader)} %"


def _decimal(value: float, reader: Reader) -> str:
    return str(format_decimal(value, "0.#", locale=reader.words.language))
