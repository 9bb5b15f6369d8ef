"""What browsers reported of calls, minute by minute."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "quality_minute",
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("minute", UtcDateTime(), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "good", "weak", "bad", name="grade", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("seconds", INT64, nullable=False),
        sa.Column("up_packets", INT64, nullable=False),
        sa.Column("up_lost", INT64, nullable=False),
        sa.Column("down_packets", INT64, nullable=False),
        sa.Column("down_lost", INT64, nullable=False),
        sa.Column("round_trip_ms", INT64, nullable=True),
        sa.Column("freezes", INT64, nullable=False),
        sa.Column("frozen_ms", INT64, nullable=False),
        sa.Column("sound_ms", INT64, nullable=False),
        sa.Column("concealed_ms", INT64, nullable=False),
        sa.Column("height", INT64, nullable=False),
        sa.Column("layer", INT64, nullable=True),
        sa.Column("starved", INT64, nullable=False),
        sa.Column("outgoing_kbit", INT64, nullable=True),
        sa.Column("cpu_ms", INT64, nullable=False),
        sa.Column("frames", INT64, nullable=False),
        sa.Column("frames_dropped", INT64, nullable=False),
        sa.Column(
            "way",
            sa.Enum("udp", "tcp", "relay", name="way", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "browser",
            sa.Enum(
                "chrome",
                "yandex",
                "edge",
                "opera",
                "firefox",
                "safari",
                "other",
                name="browser",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("screen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quality_minute_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_quality_minute_session_id")),
        sa.PrimaryKeyConstraint("session_id", "person_id", "minute", name=op.f("pk_quality_minute")),
    )
    op.create_index(op.f("ix_quality_minute_minute"), "quality_minute", ["minute"])
    op.create_index(op.f("ix_quality_minute_person_id"), "quality_minute", ["person_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("quality_minute")
