"""A sign-in ends when it was said to: nothing has ever prolonged one."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.drop_column("sign_in", "slides_by_seconds")


def downgrade() -> None:
    """Go back to the revision before."""
    op.add_column("sign_in", sa.Column("slides_by_seconds", INT64, nullable=True))
