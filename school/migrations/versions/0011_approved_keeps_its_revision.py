"""An approved schedule keeps its revision too: the database itself refuses to change it (R20)."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NAME = "schedule_version_refuse_revision"
_CONDITION = "OLD.state IN ('approved', 'published', 'superseded') AND NEW.revision <> OLD.revision"
_MESSAGE = "an approved schedule is final"


def upgrade() -> None:
    """Go to this revision."""
    on = "BEFORE UPDATE ON schedule_version FOR EACH ROW"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF {_CONDITION} THEN RAISE EXCEPTION '{_MESSAGE}'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {_NAME} {on} EXECUTE FUNCTION {_NAME}()")
    else:
        op.execute(
            f"CREATE TRIGGER {_NAME} {on} WHEN {_CONDITION} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        )


def downgrade() -> None:
    """Go back to the revision before."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER {_NAME}" + (" ON schedule_version" if postgresql else ""))
    if postgresql:
        op.execute(f"DROP FUNCTION {_NAME}()")
