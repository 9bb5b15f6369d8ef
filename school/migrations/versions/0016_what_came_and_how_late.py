"""Keep beside what was sent what came, how late the media process was, and whether it was started again."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ADDED = ("came", "missing", "late_ms", "restarts")


def upgrade() -> None:
    """Go to this revision."""
    for name in _ADDED:
        op.add_column("served_minute", sa.Column(name, INT64, nullable=False, server_default="0"))


def downgrade() -> None:
    """Go back to the revision before."""
    for name in reversed(_ADDED):
        op.drop_column("served_minute", name)
