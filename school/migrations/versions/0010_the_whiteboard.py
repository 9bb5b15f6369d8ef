"""The whiteboard: its strokes, and for whom it is up."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "board_stroke",
        sa.Column("id", INT64, nullable=False),
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("author_id", INT64, nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("width", INT64, nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_board_stroke_session_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_board_stroke_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_stroke")),
        sa.UniqueConstraint(
            "session_id",
            "author_id",
            "client_id",
            name=op.f("uq_board_stroke_session_id_author_id_client_id"),
        ),
    )
    op.create_index(op.f("ix_board_stroke_author_id"), "board_stroke", ["author_id"])
    op.create_index(op.f("ix_board_stroke_session_id_id"), "board_stroke", ["session_id", "id"])
    board_for = sa.Enum(
        "hosts", "everybody", name="board_for", native_enum=False, create_constraint=True, length=32
    )
    with op.batch_alter_table("session_tools") as tools:
        tools.add_column(sa.Column("board_for", board_for, nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("session_tools") as tools:
        tools.drop_constraint(op.f("ck_session_tools_board_for"), type_="check")
        tools.drop_column("board_for")
    op.drop_table("board_stroke")
