"""Keep what the server sent to whom, minute by minute (R33)."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "served_minute",
        sa.Column("session_id", INT64, nullable=False),
        sa.Column("person_id", INT64, nullable=False),
        sa.Column("minute", UtcDateTime(), nullable=False),
        sa.Column("packets", INT64, nullable=False),
        sa.Column("resent", INT64, nullable=False),
        sa.Column("lost_per_mille", INT64, nullable=True),
        sa.Column("round_trip_ms", INT64, nullable=True),
        sa.Column("limit_kbit", INT64, nullable=True),
        sa.Column("pictures", INT64, nullable=False),
        sa.Column("smaller", INT64, nullable=False),
        sa.Column("held", INT64, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_served_minute_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_served_minute_session_id")),
        sa.PrimaryKeyConstraint("session_id", "person_id", "minute", name=op.f("pk_served_minute")),
    )
    with op.batch_alter_table("served_minute") as batch_op:
        batch_op.create_index(batch_op.f("ix_served_minute_minute"), ["minute"], unique=False)
        batch_op.create_index(batch_op.f("ix_served_minute_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("served_minute")
