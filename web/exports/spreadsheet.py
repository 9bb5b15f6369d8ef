"""The annex as an XLSX sheet (ECMA-376): A4 landscape, the head repeated on every page."""

from functools import lru_cache
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from web.annex import Annex, Row, Slot

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (5, 32, 28, 16, 16, 52)  # characters
_A4 = 9  # ECMA-376 Part 1, 18.3.1.63 pageSetup paperSize
_LAST = len(_WIDTHS) - 1


@lru_cache(maxsize=8)
def spreadsheet(annex: Annex) -> bytes:
    """The file's bytes. Texts are written as texts: nothing that a person typed becomes a formula."""
    content = BytesIO()
    with Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet()
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        _Writer(book, sheet).write(annex)
    return content.getvalue()


class _Writer:
    """Writes downwards; `_at` is the next free row."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._sheet = sheet
        cell = {"border": 1, "text_wrap": True, "valign": "top"}
        self._cell = book.add_format(cell)
        self._head = book.add_format({**cell, "bold": True})
        self._section = book.add_format({**cell, "bold": True, "align": "center"})
        self._title = book.add_format({"bold": True, "align": "center", "text_wrap": True})
        self._order = book.add_format({"align": "right", "text_wrap": True})
        self._at = 0

    def write(self, annex: Annex) -> None:
        if annex.order:
            self._across(annex.order, self._order, height=32)
        self._across(annex.title, self._title, height=48)
        for fact in annex.facts:
            self._across(fact)
        self._sheet.repeat_rows(self._at)
        for column, name in enumerate(annex.columns):
            self._sheet.write_string(self._at, column, name, self._head)
        self._at += 1
        for section in annex.sections:
            self._across(section.name, self._section)
            for row in section.rows:
                self._row(row)

    def _row(self, row: Row) -> None:
        for column, text in enumerate((str(row.number), row.name, row.position)):
            self._down(column, text, len(row.slots))
        for slot in row.slots:
            for column, text in enumerate(slot_texts(slot), start=3):
                self._sheet.write_string(self._at, column, text, self._cell)
            self._at += 1

    def _across(self, text: str, look: Format | None = None, *, height: int | None = None) -> None:
        self._sheet.merge_range(self._at, 0, self._at, _LAST, text, look)
        if height is not None:
            self._sheet.set_row(self._at, height)
        self._at += 1

    def _down(self, column: int, text: str, rows: int) -> None:
        if rows == 1:
            self._sheet.write_string(self._at, column, text, self._cell)
        else:
            self._sheet.merge_range(self._at, column, self._at + rows - 1, column, text, self._cell)


def slot_texts(slot: Slot) -> tuple[str, str, str]:
    """The annex's last three columns, with lines divided by a line feed."""
    return slot.weekday, "\n".join((slot.time, *slot.remarks)), f"{slot.means}: {slot.address}"
