"""Revisions of what two people may edit at once; why a session was moved or taken out by the calendar.

Columns are added in place: rebuilding the tables would lose the triggers that keep what is approved.
"""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_EDITED = ("schedule_version", "schedule_line")


def upgrade() -> None:
    """Go to this revision."""
    for table in _EDITED:
        op.add_column(table, sa.Column("revision", INT64, nullable=False, server_default="1"))
    op.add_column("session", sa.Column("suppressed_at", UtcDateTime(), nullable=True))
    op.add_column("session", sa.Column("moved_at", UtcDateTime(), nullable=True))
    op.add_column("session", sa.Column("move_reason", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    for column in ("move_reason", "moved_at", "suppressed_at"):
        op.drop_column("session", column)
    for table in _EDITED:
        op.drop_column(table, "revision")
