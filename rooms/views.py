"""What the people in a room are shown. The names are those of the protocol (`docs/protocol.md`).

Words are not made here: a peer carries the parts of «мама, Петров Иван, 7А», and the edge joins them in the
reader's language.
"""

from datetime import datetime
from typing import Any, Literal

import msgspec

from rooms.rights import Rights, Source

MediaKind = Literal["audio", "video"]
DoorReason = Literal[
    "not_open_yet",
    "waiting_for_topic",
    "waiting_for_host",
    "waiting_for_turn",
    "waiting_for_admission",
    "full",
]
# What a host has done to the person who reads it.
Deed = Literal[
    "muted",
    "microphone_stopped",
    "microphone_allowed",
    "camera_stopped",
    "camera_allowed",
    "floor_given",
    "floor_taken",
    "hand_lowered",
    "co_host_made",
    "co_host_withdrawn",
]


class Session(msgspec.Struct, frozen=True):
    """The session as the room shows it. Instants are UTC; `zone` is the organisation's."""

    id: int
    subject: str | None
    form: str
    kind: str
    purpose: str
    topic: str | None
    scope: str | None
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    warning_minutes: int
    zone: str
    server_now: datetime


class Peer(msgspec.Struct, frozen=True):
    """A person in the room; `id` is the person's, `publishing` names the sources that they send.

    The rest is what their seat says: the hand that is up, the floor, what a host has switched off.
    """

    id: int
    name: str
    role: str
    relation: str | None
    child_name: str | None
    group_name: str | None
    publishing: tuple[Source, ...]
    hand_since: datetime | None = None
    floor: bool = False
    muted: bool = False
    microphone_stopped: bool = False
    camera_stopped: bool = False


class Producer(msgspec.Struct, frozen=True):
    """Something that a person sends."""

    id: str
    peer: int
    kind: MediaKind
    source: Source
    paused: bool


class Quote(msgspec.Struct, frozen=True):
    """The beginning of the message that another replies to; `text` is empty when that one is hidden."""

    id: int
    author_name: str
    text: str


class File(msgspec.Struct, frozen=True):
    """A file in the chat; `size` is in bytes. Its bytes are fetched from the room's own address for files."""

    id: int
    name: str
    media_type: str
    size: int


class Message(msgspec.Struct, frozen=True):
    """A chat message; a hidden one has neither body nor file."""

    id: int
    client_id: str
    author: int
    author_name: str
    body: str
    sent_at: datetime
    hidden: bool
    quote: Quote | None
    file: File | None


class PollAnswer(msgspec.Struct, frozen=True):
    """One's own answer: numbers of options, or words."""

    choices: tuple[int, ...]
    text: str


class PollResults(msgspec.Struct, frozen=True):
    """How many answered, how often each option was chosen (yes, then no), and the last answers in words."""

    answered: int
    counts: tuple[int, ...]
    texts: tuple[str, ...]


class Poll(msgspec.Struct, frozen=True):
    """The last question; `results` are None for those whom they are hidden from."""

    id: int
    kind: Literal["open", "single", "multiple", "yes_no"]
    question: str
    options: tuple[str, ...]
    shown: bool
    closed: bool
    mine: PollAnswer | None
    results: PollResults | None


class Timer(msgspec.Struct, frozen=True):
    """Work until `ends_at`, then a break until `break_ends_at`; what has run out is told by the clock."""

    started_at: datetime
    ends_at: datetime
    break_ends_at: datetime | None


class Slides(msgspec.Struct, frozen=True):
    """The document that everybody sees, and its page, from 1."""

    file: File
    page: int


class ChecklistItem(msgspec.Struct, frozen=True):
    """One of the three items; `ticked_at` is None while it is left out."""

    item: Literal["briefing", "hardest_tasks", "grading_criteria"]
    ticked_at: datetime | None


class Board(msgspec.Struct, frozen=True):
    """The whiteboard is up, and these may draw on it."""

    drawn_by: Literal["hosts", "everybody"]


class Stroke(msgspec.Struct, frozen=True):
    """A line on the whiteboard: x and y in turn, in ten-thousandths of its width."""

    id: int
    author: int
    client_id: str
    colour: str
    width: int
    points: tuple[int, ...]


class Tools(msgspec.Struct, frozen=True):
    """The teacher's tools; the checklist is for those who lead a consultation before an attestation."""

    poll: Poll | None
    timer: Timer | None
    slides: Slides | None
    board: Board | None
    checklist: tuple[ChecklistItem, ...] | None


class PollNow(msgspec.Struct, frozen=True):
    poll: Poll | None


class TimerNow(msgspec.Struct, frozen=True):
    timer: Timer | None


class SlidesNow(msgspec.Struct, frozen=True):
    slides: Slides | None


class BoardNow(msgspec.Struct, frozen=True):
    board: Board | None


class StrokeErased(msgspec.Struct, frozen=True):
    id: int


class ChecklistNow(msgspec.Struct, frozen=True):
    checklist: tuple[ChecklistItem, ...] | None


class Door(msgspec.Struct, frozen=True):
    """Why somebody waits, and the times that the waiting page counts with.

    `ahead` is how many people stand before them, where there is a line.
    """

    why: DoorReason
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    server_now: datetime
    ahead: int | None = None


class Waiting(msgspec.Struct, frozen=True):
    """Somebody at the door: as whom, since when, why."""

    peer: Peer
    since: datetime
    why: DoorReason


class Lobby(msgspec.Struct, frozen=True):
    """Who waits, in the order in which they came; `line`: families come in one after another.

    `one_by_one` is the host's wish; in a line it is so anyway. `removed` are those who may not return.
    """

    waiting: tuple[Waiting, ...]
    one_by_one: bool
    line: bool
    removed: tuple[Peer, ...] = ()


class Snapshot(msgspec.Struct, frozen=True):
    """Everything that a person who has just come in needs. `capabilities` is None where there is no media."""

    session: Session
    me: Peer
    rights: Rights
    peers: tuple[Peer, ...]
    producers: tuple[Producer, ...]
    capabilities: dict[str, Any] | None
    messages: tuple[Message, ...]
    speaker: int | None
    lobby: Lobby | None
    tools: Tools


class Over(msgspec.Struct, frozen=True, omit_defaults=True):
    """The room is over for the one who reads this."""

    reason: Literal["time", "closed", "cancelled", "moved", "removed", "refused", "finished"]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    cause: str | None = None


class PeerLeft(msgspec.Struct, frozen=True):
    id: int


class ProducerRemoved(msgspec.Struct, frozen=True):
    id: str


class ProducerPaused(msgspec.Struct, frozen=True):
    id: str
    paused: bool


class ConsumerLayer(msgspec.Struct, frozen=True):
    id: str
    layer: int | None


class ConsumerClosed(msgspec.Struct, frozen=True):
    id: str


class Speaker(msgspec.Struct, frozen=True):
    peer: int | None


class Told(msgspec.Struct, frozen=True):
    what: Deed


class Nothing(msgspec.Struct, frozen=True):
    """A push that says all with its name."""
