"""A copied line keeps its public address: it is unique within a version, not in all of them (R22)."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OLD, _NEW = "uq_schedule_line_key", "uq_schedule_line_key_version_id"


def upgrade() -> None:
    """Go to this revision."""
    with _triggers_apart(), op.batch_alter_table("schedule_line") as batch_op:
        batch_op.drop_constraint(_OLD, type_="unique")
        batch_op.create_unique_constraint(_NEW, ["key", "version_id"])


def downgrade() -> None:
    """Go back to the revision before: of lines that share an address the newest keeps it."""
    with _triggers_apart():
        op.execute(
            "UPDATE schedule_line SET key = key || '-' || id WHERE EXISTS"
            " (SELECT 1 FROM schedule_line AS later"
            " WHERE later.key = schedule_line.key AND later.id > schedule_line.id)"
        )
        with op.batch_alter_table("schedule_line") as batch_op:
            batch_op.drop_constraint(_NEW, type_="unique")
            batch_op.create_unique_constraint(_OLD, ["key"])


@contextmanager
def _triggers_apart() -> Iterator[None]:
    """Have the triggers that keep approved lines out of the way, and back as they were.

    SQLite rebuilds the table, and the triggers of the old one would go with it.
    """
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("ALTER TABLE schedule_line DISABLE TRIGGER USER")
        yield
        op.execute("ALTER TABLE schedule_line ENABLE TRIGGER USER")
        return
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%schedule_line%'"
    kept = connection.exec_driver_sql(found).all()
    for name, _ in kept:
        op.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in kept:
        op.execute(sql)
