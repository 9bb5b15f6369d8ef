"""What a browser may send, checked at the door: exact types, bounded sizes, no unknown fields.

Our fields are snake_case; W3C and mediasoup objects keep their own names, and their insides are checked by
the media worker.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec

from rooms.floor import Stopped
from rooms.rights import Source
from rooms.views import MediaKind
from school.attestation.models import ChecklistItem
from school.attestation.rules import REASON_LIMIT
from school.board.rules import MOST_POINTS, UNIT, WIDEST, Colour
from school.conversation.rules import BODY_LIMIT, CLIENT_ID_LIMIT
from school.errors import Invalid
from school.polls.models import PollKind
from school.polls.rules import MOST_OPTIONS, OPTION_LIMIT, QUESTION_LIMIT, TEXT_LIMIT
from school.quality.rules import LONGEST_REPORT, Family, Way
from school.sessions.actions import TOPIC_LIMIT
from school.sessions.models import Scope, TopicBasis
from school.tools.models import BoardFor
from school.tools.rules import BREAK_MINUTES, MOST_PAGES, TIMER_MINUTES

PROTOCOL_VERSION = 1
WORD_LIMIT = 300

Ticket = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
# The browser's own name of a message or a stroke: printable ASCII.
ClientId = Annotated[str, msgspec.Meta(max_length=CLIENT_ID_LIMIT, pattern=r"\A[ -~]+\Z")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
MessageId = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]  # the width of ids in PostgreSQL
RowId = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Pixels = Annotated[int, msgspec.Meta(ge=0, le=16_384)]
# What ten seconds can hold, and sixty of a browser whose timers were slowed down.
Packets = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Times = Annotated[int, msgspec.Meta(ge=0, le=1_000)]
MinuteMs = Annotated[int, msgspec.Meta(ge=0, le=60_000)]
Dictionary = Annotated[dict[str, Any], msgspec.Meta(max_length=32)]


class Payload(msgspec.Struct, forbid_unknown_fields=True):
    """A request's one argument, a JSON object."""


class Auth(Payload):
    """What a socket connects with."""

    ticket: Ticket
    version: int


class Nothing(Payload):
    """A request that says all with its name."""


class CreateTransport(Payload):
    direction: Literal["send", "recv"]


class ConnectTransport(Payload, rename={"dtls_parameters": "dtlsParameters"}):
    id: Name
    dtls_parameters: Dictionary


class ById(Payload):
    id: Name


class Produce(Payload, rename={"rtp_parameters": "rtpParameters"}):
    transport: Name
    kind: MediaKind
    rtp_parameters: Dictionary
    source: Source
    paused: bool = False


class Consume(Payload, rename={"rtp_capabilities": "rtpCapabilities"}):
    transport: Name
    producer: Name
    rtp_capabilities: Dictionary


class Size(Payload):
    id: Name
    width: Pixels
    height: Pixels


class Report(Payload):
    """`school.quality.rules.Seen`, field by field."""

    seconds: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_REPORT)]
    up_packets: Packets
    up_lost: Packets
    down_packets: Packets
    down_lost: Packets
    round_trip_ms: MinuteMs | None
    freezes: Times
    frozen_ms: MinuteMs
    sound_ms: Annotated[int, msgspec.Meta(ge=0, le=100 * 60_000)]  # of everybody heard, added up
    concealed_ms: Annotated[int, msgspec.Meta(ge=0, le=100 * 60_000)]
    height: Pixels
    layer: Annotated[int, msgspec.Meta(ge=0, le=2)] | None
    starved: Times
    outgoing_kbit: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] | None
    cpu_ms: MinuteMs
    frames: Packets
    frames_dropped: Packets
    way: Way | None
    browser: Family
    screen: bool


class Say(Payload):
    client_id: ClientId
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=BODY_LIMIT)]
    reply_to: RowId | None = None


class ByNumber(Payload):
    """Something that the database has numbered."""

    id: RowId


class Ask(Payload):
    kind: PollKind
    question: Annotated[str, msgspec.Meta(min_length=1, max_length=QUESTION_LIMIT)]
    options: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=OPTION_LIMIT)]],
        msgspec.Meta(max_length=MOST_OPTIONS),
    ]
    shown: bool


class Choose(Payload):
    id: RowId
    choices: Annotated[
        list[Annotated[int, msgspec.Meta(ge=0, lt=MOST_OPTIONS)]],
        msgspec.Meta(min_length=1, max_length=MOST_OPTIONS),
    ]


class WriteAnswer(Payload):
    id: RowId
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LIMIT)]


class ShowResults(Payload):
    id: RowId
    shown: bool


class StartTimer(Payload):
    minutes: Annotated[int, msgspec.Meta(ge=1, le=TIMER_MINUTES)]
    break_minutes: Annotated[int, msgspec.Meta(ge=0, le=BREAK_MINUTES)]


class ShowSlides(Payload):
    file: RowId


class Turn(Payload):
    page: Annotated[int, msgspec.Meta(ge=1, le=MOST_PAGES)]


class ShowBoard(Payload):
    drawn_by: BoardFor


class Draw(Payload):
    client_id: ClientId
    colour: Colour
    width: Annotated[int, msgspec.Meta(ge=1, le=WIDEST)]
    points: Annotated[
        list[Annotated[int, msgspec.Meta(ge=0, le=UNIT)]],
        msgspec.Meta(min_length=2, max_length=2 * MOST_POINTS),
    ]


class Tick(Payload):
    item: ChecklistItem
    done: bool


class Close(Payload):
    """`reason` is for a checklist with something left out."""

    reason: Annotated[str, msgspec.Meta(max_length=REASON_LIMIT)] = ""


class After(Payload):
    id: MessageId


class Person(Payload):
    """Somebody in the room or at its door, by the person's id."""

    person: RowId


class Stop(Payload):
    person: RowId
    source: Stopped
    stopped: bool


class Remove(Payload):
    person: RowId
    may_return: bool


class CoHost(Payload):
    person: RowId
    co_host: bool


class Refuse(Payload):
    person: RowId
    word: Annotated[str, msgspec.Meta(max_length=WORD_LIMIT)]


class Next(Payload):
    """`person` None: the first in the line."""

    person: RowId | None


class OneByOne(Payload):
    on: bool


class Extend(Payload):
    minutes: Annotated[int, msgspec.Meta(ge=1, le=60)]


class SetTopic(Payload):
    topic: Annotated[str, msgspec.Meta(min_length=1, max_length=TOPIC_LIMIT)]
    basis: TopicBasis
    scope: Scope


Shape = TypeVar("Shape", bound=Payload)


def read(shape: type[Shape], arguments: tuple[object, ...]) -> Shape:
    """Turn an event's arguments into its payload; none at all count as `{}`. Raises Invalid."""
    if len(arguments) > 1:
        raise Invalid(field="", reason="one_object_expected")
    try:
        return msgspec.convert(arguments[0] if arguments else {}, shape)
    except msgspec.ValidationError as error:
        field, reason = _explain(str(error))
        raise Invalid(field=field, reason=reason) from error


def _explain(message: str) -> tuple[str, str]:
    """Split msgspec's «reason - at `$.field`»."""
    reason, _, path = message.partition(" - at `")
    return path.rstrip("`").removeprefix("$").removeprefix("."), reason
