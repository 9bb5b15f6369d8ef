"""Which files are taken; pure.

A file is what its name says only if its first bytes say so too. Nothing that a browser would run is taken:
no HTML, no SVG, no programs.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from school.errors import Invalid
from school.text import collapse

LARGEST = 10 * 1024 * 1024
LONGEST_NAME = 150

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class FileType:
    """A media type and how its files begin; no beginnings: plain text, valid UTF-8 without NUL."""

    media_type: str
    beginnings: tuple[bytes, ...] = ()


DOCUMENTS = {
    ".pdf": FileType("application/pdf", (b"%PDF-",)),
    ".doc": FileType("application/msword", (_OLE,)),
    ".docx": FileType(f"{_OOXML}wordprocessingml.document", (_ZIP,)),
    ".odt": FileType(f"{_ODF}text", (_ZIP,)),
    ".rtf": FileType("application/rtf", (rb"{\rtf",)),
    ".txt": FileType("text/plain"),
}
SHEETS = {
    ".xls": FileType("application/vnd.ms-excel", (_OLE,)),
    ".xlsx": FileType(f"{_OOXML}spreadsheetml.sheet", (_ZIP,)),
    ".ods": FileType(f"{_ODF}spreadsheet", (_ZIP,)),
    ".ppt": FileType("application/vnd.ms-powerpoint", (_OLE,)),
    ".pptx": FileType(f"{_OOXML}presentationml.presentation", (_ZIP,)),
    ".odp": FileType(f"{_ODF}presentation", (_ZIP,)),
    ".csv": FileType("text/csv"),
}
IMAGES = {
    ".png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    ".gif": FileType("image/gif", (b"GIF87a", b"GIF89a")),
    ".webp": FileType("image/webp", (b"RIFF",)),
}
EVERYTHING = DOCUMENTS | SHEETS | IMAGES | {".zip": FileType("application/zip", (_ZIP,))}


def clean_name(name: str) -> str:
    """Give a file's name without folders and characters that a file system refuses, its ending kept."""
    last = PureWindowsPath(PurePosixPath(collapse(name)).name).name
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    stem, ending = _parts(re.sub(r'[<>:"/\\|?*]', "_", plain).strip(" ."))
    return (stem[: LONGEST_NAME - len(ending)] or "file") + ending


def check_file(
    name: str, content: bytes, types: dict[str, FileType] = EVERYTHING, *, limit: int = LARGEST
) -> FileType:
    """Give what the file is; raise Invalid about `file`.

    Reasons: `empty`, `too_large` (with `limit`), `file_type` (with `types`), `not_as_named` (with `ending`).
    """
    if not content:
        raise Invalid(field="file", reason="empty")
    if len(content) > limit:
        raise Invalid(field="file", reason="too_large", limit=limit)
    ending = _parts(clean_name(name))[1].lower()
    if ending not in types:
        raise Invalid(field="file", reason="file_type", types=" ".join(types))
    if not _begins_as(content, types[ending]):
        raise Invalid(field="file", reason="not_as_named", ending=ending)
    return types[ending]


def _begins_as(content: bytes, kind: FileType) -> bool:
    if kind.beginnings:
        return content.startswith(kind.beginnings)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def _parts(name: str) -> tuple[str, str]:
    path = PurePosixPath(name)
    return path.stem, path.suffix
