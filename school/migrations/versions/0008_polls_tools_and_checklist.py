"""Polls, what is put up in a room, the attestation checklist."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "checklist_omission",
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("omitted_at", UtcDateTime(), nullable=False),
        sa.Column("omitted_by", INT64, nullable=False),
        sa.ForeignKeyConstraint(["omitted_by"], ["person.id"], name=op.f("fk_checklist_omission_omitted_by")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_checklist_omission_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_checklist_omission")),
    )
    op.create_index(op.f("ix_checklist_omission_omitted_by"), "checklist_omission", ["omitted_by"])

    op.create_table(
        "checklist_tick",
        sa.Column("session_id", INT64, nullable=False),
        sa.Column(
            "item",
            sa.Enum(
                "briefing",
                "hardest_tasks",
                "grading_criteria",
                name="item",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ticked_at", UtcDateTime(), nullable=False),
        sa.Column("ticked_by", INT64, nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_checklist_tick_session_id")),
        sa.ForeignKeyConstraint(["ticked_by"], ["person.id"], name=op.f("fk_checklist_tick_ticked_by")),
        sa.PrimaryKeyConstraint("session_id", "item", name=op.f("pk_checklist_tick")),
    )
    op.create_index(op.f("ix_checklist_tick_ticked_by"), "checklist_tick", ["ticked_by"])

    op.create_table(
        "poll",
        sa.Column("id", INT64, nullable=False),
        sa.Column("session_id", INT64, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "open",
                "single",
                "multiple",
                "yes_no",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("opened_by", INT64, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_poll_opened_by")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_poll_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    op.create_index(op.f("ix_poll_opened_by"), "poll", ["opened_by"])
    op.create_index(op.f("ix_poll_session_id_id"), "poll", ["session_id", "id"])

    op.create_table(
        "session_tools",
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("timer_started_at", UtcDateTime(), nullable=True),
        sa.Column("timer_ends_at", UtcDateTime(), nullable=True),
        sa.Column("break_ends_at", UtcDateTime(), nullable=True),
        sa.Column("slides_file_id", INT64, nullable=True),
        sa.Column("slides_page", INT64, nullable=False),
        sa.CheckConstraint("slides_page > 0", name=op.f("ck_session_tools_page")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_tools_session_id")),
        sa.ForeignKeyConstraint(
            ["slides_file_id"], ["stored_file.id"], name=op.f("fk_session_tools_slides_file_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_tools")),
    )
    op.create_index(op.f("ix_session_tools_slides_file_id"), "session_tools", ["slides_file_id"])

    op.create_table(
        "poll_answer",
        sa.Column("poll_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_poll_answer_person_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_answer_poll_id")),
        sa.PrimaryKeyConstraint("poll_id", "person_id", name=op.f("pk_poll_answer")),
    )
    op.create_index(op.f("ix_poll_answer_person_id"), "poll_answer", ["person_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("poll_answer")
    op.drop_table("session_tools")
    op.drop_table("poll")
    op.drop_table("checklist_tick")
    op.drop_table("checklist_omission")
