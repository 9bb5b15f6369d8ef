"""The annex as a DOCX document (ECMA-376): A4 landscape, the head repeated on every page."""

from functools import lru_cache
from io import BytesIO

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from web.annex import Annex, Row
from web.exports.spreadsheet import slot_texts

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WIDTHS = (12, 56, 50, 28, 28, 99)  # millimetres, 273 together: A4 without its margins
_MARGIN = Mm(12)
_ORDER_INDENT = Mm(160)


@lru_cache(maxsize=8)
def document(annex: Annex) -> bytes:
    """The file's bytes."""
    made = Document()
    page = made.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Mm(297), Mm(210)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = _MARGIN
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    normal.paragraph_format.space_after = Pt(0)
    if annex.order:
        made.add_paragraph(annex.order).paragraph_format.left_indent = _ORDER_INDENT
    _centred(made.add_paragraph(), annex.title)
    for fact in annex.facts:
        made.add_paragraph(fact)
    _table(made.add_table(rows=1, cols=len(annex.columns), style="Table Grid"), annex)
    content = BytesIO()
    made.save(content)
    return content.getvalue()


def _table(table: Table, annex: Annex) -> None:
    table.autofit = False
    head = table.rows[0]
    for cell, name in zip(head.cells, annex.columns, strict=True):
        cell.paragraphs[0].add_run(name).bold = True
    _repeat(head)
    for section in annex.sections:
        cells = _add(table).cells
        _centred(cells[0].merge(cells[-1]).paragraphs[0], section.name)
        for row in section.rows:
            _row(table, row)
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Mm(width)


def _row(table: Table, row: Row) -> None:
    rows = [_add(table).cells for _ in row.slots]
    for column, text in enumerate((str(row.number), row.name, row.position)):
        first, last = rows[0][column], rows[-1][column]
        (first.merge(last) if first is not last else first).text = text
    for cells, slot in zip(rows, row.slots, strict=True):
        for cell, text in zip(cells[3:], slot_texts(slot), strict=True):
            _write(cell, text)
    for cells in rows:
        for cell, width in zip(cells, _WIDTHS, strict=True):
            cell.width = Mm(width)


def _add(table: Table) -> _Row:
    return table.add_row()  # type: ignore[no-untyped-call,no-any-return]  # the library has no types here


def _write(cell: _Cell, text: str) -> None:
    first, *rest = text.split("\n")
    cell.text = first
    for line in rest:
        cell.add_paragraph(line)


def _centred(paragraph: Paragraph, text: str) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(text).bold = True


def _repeat(row: _Row) -> None:
    # w:tblHeader, ECMA-376 Part 1, 17.4.78; the library has no name for it.
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
