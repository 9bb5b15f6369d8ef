"""What a seat remembers of the door and the floor; letting in one by one; how many a room holds.

Columns are added in place: rebuilding the tables would lose their triggers.
"""

import sqlalchemy as sa
from alembic import op

from school.db import INT64, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SINCE = ("waiting_since", "let_in_at", "hand_since")
_FLAGS = ("floor", "muted", "microphone_stopped", "camera_stopped", "co_host")
_PLACES = {"webinar_places": "100", "videoconference_places": "15", "chat_places": "200"}


def upgrade() -> None:
    """Go to this revision."""
    for column in _SINCE:
        op.add_column("seat", sa.Column(column, UtcDateTime(), nullable=True))
    for column in _FLAGS:
        op.add_column("seat", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("session", sa.Column("one_by_one", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column, places in _PLACES.items():
        op.add_column("organisation", sa.Column(column, INT64, nullable=False, server_default=places))


def downgrade() -> None:
    """Go back to the revision before."""
    for column in _PLACES:
        op.drop_column("organisation", column)
    op.drop_column("session", "one_by_one")
    for column in (*_FLAGS, *_SINCE):
        op.drop_column("seat", column)
