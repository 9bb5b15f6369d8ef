"""Keeping files."""

import hashlib
from datetime import datetime

from school.audit.actions import record
from school.audit.rules import Json
from school.db import Db
from school.files.models import StoredFile
from school.files.queries import FileRow
from school.files.rules import EVERYTHING, LARGEST, FileType, check_file, clean_name


async def store(
    db: Db,
    now: datetime,
    *,
    by: int | None,
    name: str,
    content: bytes,
    types: dict[str, FileType] = EVERYTHING,
    limit: int = LARGEST,
) -> FileRow:
    """Keep a file and give its row; `limit` is in bytes. Raises Invalid about the field `file`."""
    kind = check_file(name, content, types, limit=limit)
    row = StoredFile(
        name=clean_name(name),
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_by=by,
        stored_at=now,
        content=content,
    )
    db.add(row)
    await db.flush()
    detail: dict[str, Json] = {"size": row.size, "sha256": row.sha256}
    await record(
        db, now, actor_id=by, action="file_stored", subject="stored_file", subject_id=row.id, detail=detail
    )
    return FileRow(row.id, row.name, row.media_type, row.size, row.sha256)
