"""Stored files, a local act's own file, passwords that are due to be changed."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "stored_file",
        sa.Column("id", INT64, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", INT64, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_by", INT64, nullable=True),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_file_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("local_act") as act:
        act.add_column(sa.Column("file_id", INT64, nullable=True))
        act.create_foreign_key(op.f("fk_local_act_file_id"), "stored_file", ["file_id"], ["id"])
    with op.batch_alter_table("person") as person:
        person.add_column(
            sa.Column("password_change_due", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("person") as person:
        person.alter_column("password_change_due", server_default=None)


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("person") as person:
        person.drop_column("password_change_due")
    with op.batch_alter_table("local_act") as act:
        act.drop_constraint(op.f("fk_local_act_file_id"), type_="foreignkey")
        act.drop_column("file_id")
    op.drop_table("stored_file")
