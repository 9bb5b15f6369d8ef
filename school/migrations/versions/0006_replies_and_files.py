"""Replies in the chat, and files of its messages."""

import sqlalchemy as sa
from alembic import op

from school.db import INT64

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("reply_to", INT64, nullable=True))
        message.add_column(sa.Column("file_id", INT64, nullable=True))
        message.create_foreign_key(op.f("fk_message_reply_to"), "message", ["reply_to"], ["id"])
        message.create_foreign_key(op.f("fk_message_file_id"), "stored_file", ["file_id"], ["id"])
        message.create_index(op.f("ix_message_reply_to"), ["reply_to"])
        message.create_index(op.f("ix_message_file_id"), ["file_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("message") as message:
        message.drop_index(op.f("ix_message_file_id"))
        message.drop_index(op.f("ix_message_reply_to"))
        message.drop_constraint(op.f("fk_message_file_id"), type_="foreignkey")
        message.drop_constraint(op.f("fk_message_reply_to"), type_="foreignkey")
        message.drop_column("file_id")
        message.drop_column("reply_to")
