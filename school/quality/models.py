"""The tables of minutes."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice
from school.quality.rules import Family, Grade, Way


class QualityMinute(Base):
    """One person's minute of one session: `rules.Seen` and how good it was."""

    __tablename__ = "quality_minute"

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    grade: Mapped[Grade] = mapped_column(choice(Grade, "grade"))
    seconds: Mapped[int]
    up_packets: Mapped[int]
    up_lost: Mapped[int]
    down_packets: Mapped[int]
    down_lost: Mapped[int]
    round_trip_ms: Mapped[int | None]
    freezes: Mapped[int]
    frozen_ms: Mapped[int]
    sound_ms: Mapped[int]
    concealed_ms: Mapped[int]
    height: Mapped[int]
    layer: Mapped[int | None]
    starved: Mapped[int]
    outgoing_kbit: Mapped[int | None]
    cpu_ms: Mapped[int]
    frames: Mapped[int]
    frames_dropped: Mapped[int]
    way: Mapped[Way | None] = mapped_column(choice(Way, "way"))
    browser: Mapped[Family] = mapped_column(choice(Family, "browser"))
    screen: Mapped[bool]


class ServedMinute(Base):
    """What the server carried for one person in a minute of one session: `served.Served`."""

    __tablename__ = "served_minute"

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    packets: Mapped[int]
    resent: Mapped[int]
    lost_per_mille: Mapped[int | None]
    round_trip_ms: Mapped[int | None]
    limit_kbit: Mapped[int | None]
    pictures: Mapped[int]
    smaller: Mapped[int]
    held: Mapped[int]
    came: Mapped[int] = mapped_column(server_default="0")
    missing: Mapped[int] = mapped_column(server_default="0")
    late_ms: Mapped[int] = mapped_column(server_default="0")
    restarts: Mapped[int] = mapped_column(server_default="0")
