"""Polls can be put away: the next family of a line sees none of the family's before (R15)."""

import sqlalchemy as sa
from alembic import op

from school.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("poll") as batch_op:
        batch_op.add_column(sa.Column("put_away_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("poll") as batch_op:
        batch_op.drop_column("put_away_at")
