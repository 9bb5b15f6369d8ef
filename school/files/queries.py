"""Reading files."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from school.db import Db
from school.errors import NotFound
from school.files.models import StoredFile


@dataclass(frozen=True)
class FileRow:
    """One file without its bytes; `size` is in bytes, `sha256` hexadecimal."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str


_FILE = (StoredFile.id, StoredFile.name, StoredFile.media_type, StoredFile.size, StoredFile.sha256)


async def files(db: Db, file_ids: Iterable[int]) -> dict[int, FileRow]:
    """Give many files at once, by id."""
    rows = await db.execute(select(*_FILE).where(StoredFile.id.in_(list(file_ids))))
    return {row.id: FileRow(*row) for row in rows}


async def read(db: Db, file_id: int) -> tuple[FileRow, bytes]:
    """Give a file with its bytes; raises NotFound."""
    row = (await db.execute(select(*_FILE, StoredFile.content).where(StoredFile.id == file_id))).one_or_none()
    if row is None:
        raise NotFound(subject="stored_file", id=file_id)
    return FileRow(*row[:-1]), row[-1]
