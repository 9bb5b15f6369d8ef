"""The schedule, sessions, links, seats, chat, attendance."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""

    op.create_table(
        "schedule_version",
        sa.Column("id", INT64, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "published",
                "superseded",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=True),
        sa.Column("order_number", sa.String(), nullable=True),
        sa.Column("order_date", sa.Date(), nullable=True),
        sa.Column("drafted_by", INT64, nullable=False),
        sa.Column("drafted_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_by", INT64, nullable=True),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("returned_by", INT64, nullable=True),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", INT64, nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("published_by", INT64, nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("superseded_by", INT64, nullable=True),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_schedule_version_validity")),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_schedule_version_approved_by")),
        sa.ForeignKeyConstraint(["drafted_by"], ["person.id"], name=op.f("fk_schedule_version_drafted_by")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["person.id"], name=op.f("fk_schedule_version_published_by")
        ),
        sa.ForeignKeyConstraint(["returned_by"], ["person.id"], name=op.f("fk_schedule_version_returned_by")),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["person.id"], name=op.f("fk_schedule_version_submitted_by")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["person.id"], name=op.f("fk_schedule_version_superseded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_version")),
    )
    with op.batch_alter_table("schedule_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_version_state"), ["state"], unique=False)

    op.create_table(
        "publication_record",
        sa.Column("id", INT64, nullable=False),
        sa.Column("version_id", INT64, nullable=False),
        sa.Column(
            "where",
            sa.Enum(
                "official_site",
                "notice_board",
                name="where",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_publication_record_person_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["schedule_version.id"], name=op.f("fk_publication_record_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_record")),
        sa.UniqueConstraint("version_id", "where", name=op.f("uq_publication_record_version_id_where")),
    )
    op.create_table(
        "schedule_line",
        sa.Column("id", INT64, nullable=False),
        sa.Column("version_id", INT64, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("appointment_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("weekday", INT64, nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column(
            "parity",
            sa.Enum(
                "every", "even", "odd", name="parity", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "form",
            sa.Enum(
                "webinar",
                "videoconference",
                "chat",
                name="form",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("group", "individual", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "purpose",
            sa.Enum(
                "current", "attestation", name="purpose", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum(
                "students",
                "parents",
                "both",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", INT64, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "purpose <> 'attestation' OR kind = 'group'", name=op.f("ck_schedule_line_attestation_is_group")
        ),
        sa.CheckConstraint("starts < ends", name=op.f("ck_schedule_line_times")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_schedule_line_weekday")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_schedule_line_appointment_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_schedule_line_person_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_schedule_line_subject_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["schedule_version.id"], name=op.f("fk_schedule_line_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_line")),
        sa.UniqueConstraint("key", name=op.f("uq_schedule_line_key")),
    )
    with op.batch_alter_table("schedule_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_line_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedule_line_version_id"), ["version_id"], unique=False)

    op.create_table(
        "schedule_line_group",
        sa.Column("line_id", INT64, nullable=False),
        sa.Column("group_id", INT64, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_schedule_line_group_group_id")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["schedule_line.id"], name=op.f("fk_schedule_line_group_line_id")
        ),
        sa.PrimaryKeyConstraint("line_id", "group_id", name=op.f("pk_schedule_line_group")),
    )
    with op.batch_alter_table("schedule_line_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_line_group_group_id"), ["group_id"], unique=False)

    op.create_table(
        "session",
        sa.Column("id", INT64, nullable=False),
        sa.Column("line_id", INT64, nullable=True),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.Column("one_off_by", INT64, nullable=True),
        sa.Column("one_off_reason", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("group", "individual", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "form",
            sa.Enum(
                "webinar",
                "videoconference",
                "chat",
                name="form",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "purpose",
            sa.Enum(
                "current", "attestation", name="purpose", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum(
                "students",
                "parents",
                "both",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", INT64, nullable=True),
        sa.Column("host_id", INT64, nullable=False),
        sa.Column("responsible_id", INT64, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column(
            "topic_basis",
            sa.Enum(
                "performance",
                "student_request",
                "parent_request",
                name="topic_basis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "scope",
            sa.Enum(
                "overview", "single_topic", name="scope", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("topic_set_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=True),
        sa.Column("replaced_by", INT64, nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", INT64, nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "time", "closed", name="end_reason", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "purpose <> 'attestation' OR kind = 'group'", name=op.f("ck_session_attestation_is_group")
        ),
        sa.CheckConstraint(
            "line_id IS NOT NULL OR (one_off_by IS NOT NULL AND one_off_reason IS NOT NULL)",
            name=op.f("ck_session_origin"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_session_times")),
        sa.CheckConstraint(
            "topic IS NULL OR (topic_basis IS NOT NULL AND scope IS NOT NULL AND topic_set_at IS NOT NULL)",
            name=op.f("ck_session_topic_whole"),
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_session_ended_by")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_session_host_id")),
        sa.ForeignKeyConstraint(["line_id"], ["schedule_line.id"], name=op.f("fk_session_line_id")),
        sa.ForeignKeyConstraint(["one_off_by"], ["person.id"], name=op.f("fk_session_one_off_by")),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["schedule_version.id"], name=op.f("fk_session_replaced_by")
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["person.id"], name=op.f("fk_session_responsible_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_session_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("line_id", "planned_at", name=op.f("uq_session_line_id_planned_at")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_session_host_id_starts_at"), ["host_id", "starts_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_session_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "attendance_mark",
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("minutes", INT64, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("by", INT64, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_attendance_mark_minutes")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_attendance_mark_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_mark_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_attendance_mark_session_id")),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_attendance_mark")),
    )
    with op.batch_alter_table("attendance_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_mark_person_id"), ["person_id"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", INT64, nullable=False),
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("child_id", INT64, nullable=True),
        sa.Column("generation", INT64, nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_link_child_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_link_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_link_session_id_person_id")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", INT64, nullable=False),
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("author_id", INT64, nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("hidden_at", UtcDateTime(), nullable=True),
        sa.Column("hidden_by", INT64, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["hidden_by"], ["person.id"], name=op.f("fk_message_hidden_by")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_message_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "session_id", "author_id", "client_id", name=op.f("uq_message_session_id_author_id_client_id")
        ),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_session_id_id"), ["session_id", "id"], unique=False)

    op.create_table(
        "presence",
        sa.Column("id", INT64, nullable=False),
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "host",
                "cohost",
                "student",
                "parent",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("child_id", INT64, nullable=True),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("joined_at <= seen_at", name=op.f("ck_presence_seen")),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_presence_child_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_presence_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_presence_session_id_person_id"), ["session_id", "person_id"], unique=False
        )
        batch_op.create_index(
            "ix_presence_open",
            ["seen_at"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "seat",
        sa.Column("id", INT64, nullable=False),
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "host",
                "cohost",
                "student",
                "parent",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("child_id", INT64, nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("tickets", INT64, nullable=False),
        sa.Column("ticket", INT64, nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("may_return", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_seat_child_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_seat_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_seat_session_id_person_id")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_person_id"), ["person_id"], unique=False)

    op.create_table(
        "session_addressee",
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("child_id", INT64, nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_session_addressee_child_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_addressee_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_addressee_session_id")),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_session_addressee")),
    )
    with op.batch_alter_table("session_addressee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_addressee_person_id"), ["person_id"], unique=False)

    op.create_table(
        "session_group",
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("group_id", INT64, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_session_group_group_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_group_session_id")),
        sa.PrimaryKeyConstraint("session_id", "group_id", name=op.f("pk_session_group")),
    )
    with op.batch_alter_table("session_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_group_group_id"), ["group_id"], unique=False)


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("session_group")
    op.drop_table("session_addressee")
    op.drop_table("seat")
    op.drop_table("presence")
    op.drop_table("message")
    op.drop_table("link")
    op.drop_table("attendance_mark")
    op.drop_table("session")
    op.drop_table("schedule_line_group")
    op.drop_table("schedule_line")
    op.drop_table("publication_record")
    op.drop_table("schedule_version")
