"""Stored files: what is taken, what is refused, and that every byte comes back."""

import hashlib

import pytest

from school.db import Database
from school.errors import Invalid, NotFound
from school.files import actions, queries
from school.files.rules import DOCUMENTS, LARGEST, check_file, clean_name
from tests.builders import NOW

PDF = b"%PDF-1.7\n\x00\xff\x80 bytes of any kind"


async def test_a_file_comes_back_byte_for_byte(database: Database) -> None:
    async with database.begin() as db:
        stored = await actions.store(db, NOW, by=None, name="Приказ № 7.pdf", content=PDF)
    async with database.read() as db:
        row, content = await queries.read(db, stored.id)
        assert await queries.files(db, [stored.id, 999]) == {stored.id: row}
    assert content == PDF
    assert row == stored
    assert (row.name, row.media_type, row.size) == ("Приказ № 7.pdf", "application/pdf", len(PDF))
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()


async def test_a_file_that_is_not_there_is_not_found(database: Database) -> None:
    async with database.read() as db:
        with pytest.raises(NotFound):
            await queries.read(db, 1)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"%PDF-" + bytes(LARGEST), "too_large"),
        ("page.html", b"<html>", "file_type"),
        ("picture.svg", b"<svg/>", "file_type"),
        ("program.exe", b"MZ", "file_type"),
        ("без расширения", b"text", "file_type"),
        (".pdf", PDF, "file_type"),
        ("a.pdf", b"<html>not a pdf</html>", "not_as_named"),
        ("a.txt", b"\xff\xfe\x00", "not_as_named"),
    ],
)
def test_what_is_not_a_document_is_refused_by_name(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_file(name, content, DOCUMENTS)
    assert (refusal.value.field, refusal.value.reason) == ("file", reason)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Приказ.pdf", "Приказ.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Вера\\Приказ.docx", "Приказ.docx"),
        ('a"b\r\n<c>.pdf', "a_b _c_.pdf"),
        ("я" * 300 + ".pdf", "я" * 146 + ".pdf"),
        ("", "file"),
    ],
)
def test_a_name_keeps_its_ending_and_loses_its_folders(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept
