"""The base: audit, organisation, people, study, calendar."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE_TRIGGERS = [
    f"""
    CREATE TRIGGER audit_record_no_{change} BEFORE {change} ON audit_record
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
    """
    for change in ("UPDATE", "DELETE")
]
_POSTGRESQL_TRIGGERS = [
    """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$
    """,
    """
    CREATE TRIGGER audit_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
]


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "audit_record",
        sa.Column("id", INT64, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", INT64, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", INT64, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_record_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_audit_record_previous_hash")),
    )
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_record_actor_id"), ["actor_id"], unique=False)

    op.create_table(
        "group",
        sa.Column("id", INT64, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("grade", INT64, nullable=True),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group")),
        sa.UniqueConstraint("name", name=op.f("uq_group_name")),
    )
    with op.batch_alter_table("group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "holiday",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_holiday")),
    )
    op.create_table(
        "local_act",
        sa.Column("id", INT64, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("in_force_since", sa.Date(), nullable=False),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_act")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column(
            "student_term",
            sa.Enum(
                "обучающийся",
                "слушатель",
                name="student_term",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lobby_minutes", INT64, nullable=False),
        sa.Column("grace_minutes", INT64, nullable=False),
        sa.Column("warning_minutes", INT64, nullable=False),
        sa.Column("require_sign_in", sa.Boolean(), nullable=False),
        sa.Column("parity_anchor", sa.Date(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_organisation_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "person",
        sa.Column("id", INT64, nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("patronymic", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("login", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("identifier", name=op.f("uq_person_identifier")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "programme",
        sa.Column("id", INT64, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("name", name=op.f("uq_programme_name")),
    )
    op.create_table(
        "school_break",
        sa.Column("id", INT64, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.CheckConstraint("until >= since", name=op.f("ck_school_break_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_break")),
        sa.UniqueConstraint("since", name=op.f("uq_school_break_since")),
    )
    op.create_table(
        "term",
        sa.Column("id", INT64, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.CheckConstraint("until >= since", name=op.f("ck_term_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("since", name=op.f("uq_term_since")),
    )
    op.create_table(
        "transfer",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_transfer_weekday")),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_transfer")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "pedagogical", "other", name="category", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_appointment_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("group_id", INT64, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_membership_period")),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_membership_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "person_id", "group_id", "since", name=op.f("uq_membership_person_id_group_id_since")
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            "uq_membership_open",
            ["person_id", "group_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )

    op.create_table(
        "parent_link",
        sa.Column("id", INT64, nullable=False),
        sa.Column("parent_id", INT64, nullable=False),
        sa.Column("child_id", INT64, nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "mother",
                "father",
                "guardian",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("suspended_at", UtcDateTime(), nullable=True),
        sa.Column("adult_consent_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("parent_id <> child_id", name=op.f("ck_parent_link_two_people")),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_parent_link_child_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["person.id"], name=op.f("fk_parent_link_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parent_link")),
        sa.UniqueConstraint("parent_id", "child_id", name=op.f("uq_parent_link_parent_id_child_id")),
    )
    with op.batch_alter_table("parent_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parent_link_child_id"), ["child_id"], unique=False)

    op.create_table(
        "person_role",
        sa.Column("person_id", INT64, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "student",
                "legal_representative",
                "pedagogical_worker",
                "other_worker",
                "methodist",
                "head",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    with op.batch_alter_table("person_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_role_role"), ["role"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("slides_by_seconds", INT64, nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)

    op.create_table(
        "subject",
        sa.Column("id", INT64, nullable=False),
        sa.Column("programme_id", INT64, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column(
            "subject_type",
            sa.Enum(
                "subject",
                "course",
                "discipline",
                "module",
                name="subject_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.CheckConstraint("until >= since", name=op.f("ck_subject_period")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_subject_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint("programme_id", "name", "since", name=op.f("uq_subject_programme_id_name_since")),
    )
    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subject_sort_key"), ["sort_key"], unique=False)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_TRIGGERS if sqlite else _POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subject_sort_key"))

    op.drop_table("subject")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_expires_at"))

    op.drop_table("sign_in")
    with op.batch_alter_table("person_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_role_role"))

    op.drop_table("person_role")
    with op.batch_alter_table("parent_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_parent_link_child_id"))

    op.drop_table("parent_link")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_membership_open",
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_membership_group_id"))

    op.drop_table("membership")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_person_id"))

    op.drop_table("appointment")
    op.drop_table("transfer")
    op.drop_table("term")
    op.drop_table("school_break")
    op.drop_table("programme")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_sort_key"))

    op.drop_table("person")
    op.drop_table("organisation")
    op.drop_table("local_act")
    op.drop_table("holiday")
    with op.batch_alter_table("group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_sort_key"))

    op.drop_table("group")
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_record_actor_id"))

    op.drop_table("audit_record")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
