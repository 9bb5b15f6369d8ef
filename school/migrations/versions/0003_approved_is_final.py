"""An approved schedule is final: the database itself refuses to change it (R20)."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FINAL = "('approved', 'published', 'superseded')"
_FROZEN = (
    "id",
    "title",
    "valid_from",
    "valid_until",
    "zone",
    "remark",
    "order_number",
    "order_date",
    *(f"{step}_{what}" for step in ("drafted", "submitted", "returned", "approved") for what in ("by", "at")),
)
_ONWARD = (
    ("approved", "approved"),
    ("approved", "published"),
    ("approved", "superseded"),
    ("published", "published"),
    ("published", "superseded"),
    ("superseded", "superseded"),
)
_VERSION_MESSAGE = "an approved schedule is final"
_LINE_MESSAGE = "only the lines of a draft may change"
_LINE_TABLES = {
    "schedule_line": "{row}.version_id",
    "schedule_line_group": "(SELECT version_id FROM schedule_line WHERE id = {row}.line_id)",
}
_ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def upgrade() -> None:
    """Go to this revision."""
    for statement in _statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Go back to the revision before."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in ("schedule_version", *_LINE_TABLES):
        for change in _ROWS:
            if (table, change) != ("schedule_version", "INSERT"):
                place = f" ON {table}" if postgresql else ""
                op.execute(f"DROP TRIGGER {_name(table, change)}{place}")
                if postgresql:
                    op.execute(f"DROP FUNCTION {_name(table, change)}()")


def _statements(dialect: str) -> list[str]:
    differs = "IS DISTINCT FROM" if dialect == "postgresql" else "IS NOT"
    conditions = [
        ("schedule_version", "UPDATE", _version_changed(differs), _VERSION_MESSAGE),
        ("schedule_version", "DELETE", f"OLD.state IN {_FINAL}", _VERSION_MESSAGE),
    ]
    for table, version in _LINE_TABLES.items():
        for change, rows in _ROWS.items():
            ids = ", ".join(version.format(row=row) for row in rows)
            taken = f"EXISTS (SELECT 1 FROM schedule_version WHERE id IN ({ids}) AND state <> 'draft')"  # noqa: S608 -- constants of this file
            conditions.append((table, change, taken, _LINE_MESSAGE))
    write = _postgresql if dialect == "postgresql" else _sqlite
    return [statement for condition in conditions for statement in write(*condition)]


def _version_changed(differs: str) -> str:
    frozen = [f"NEW.{column} {differs} OLD.{column}" for column in _FROZEN]
    for step in ("published", "superseded"):
        frozen += [
            f"(OLD.{step}_at IS NOT NULL AND NEW.{step}_{what} {differs} OLD.{step}_{what})"
            for what in ("by", "at")
        ]
    onward = " OR ".join(f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, new in _ONWARD)
    return f"OLD.state IN {_FINAL} AND ({' OR '.join(frozen)} OR NOT ({onward}))"


def _sqlite(table: str, change: str, condition: str, message: str) -> list[str]:
    return [
        f"CREATE TRIGGER {_name(table, change)} BEFORE {change} ON {table} FOR EACH ROW"
        f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
    ]


def _postgresql(table: str, change: str, condition: str, message: str) -> list[str]:
    name, row = _name(table, change), "OLD" if change == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; RETURN {row}; END $$",
        f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _name(table: str, change: str) -> str:
    return f"{table}_refuse_{change.lower()}"
