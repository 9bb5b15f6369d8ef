"""The annex as a PDF: A4 landscape, black on white, letters of its own, the head repeated on every page."""

from functools import lru_cache
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace
from fpdf.table import Table

from web.annex import Annex, Row
from web.exports.spreadsheet import slot_texts

MEDIA_TYPE = "application/pdf"
_FONTS = Path(__file__).parents[1] / "fonts"
_FAMILY = "DejaVu"
_WIDTHS = (10, 52, 48, 30, 30, 103)  # parts of the width
_MARGIN = 12  # millimetres
_LINE = 4.6  # millimetres
_ORDER_WIDTH = 110  # millimetres


class _Paper(FPDF):
    """Numbers its pages."""

    def footer(self) -> None:
        self.set_y(-_MARGIN)
        self.set_font(_FAMILY, size=8)
        self.cell(0, 6, f"{self.page_no()} / {{nb}}", align=Align.R)


@lru_cache(maxsize=8)
def paper(annex: Annex) -> bytes:
    """The file's bytes."""
    made = _Paper(orientation="L", format="A4")
    made.set_lang(annex.language)
    made.set_title(annex.title)
    made.add_font(_FAMILY, "", _FONTS / "DejaVuSansCondensed.ttf")
    made.add_font(_FAMILY, "B", _FONTS / "DejaVuSansCondensed-Bold.ttf")
    made.set_margin(_MARGIN)
    made.add_page()
    _head(made, annex)
    made.set_font(_FAMILY, size=9)
    with made.table(
        col_widths=_WIDTHS,
        line_height=_LINE,
        text_align=Align.L,
        padding=1,
        borders_layout=TableBordersLayout.ALL,
        headings_style=FontFace(emphasis="B"),
    ) as table:
        table.row(annex.columns)
        for section in annex.sections:
            row = table.row()
            row.cell(section.name, colspan=len(annex.columns), align=Align.C, style=FontFace(emphasis="B"))
            for worker in section.rows:
                _row(table, worker)
    return bytes(made.output())


def _head(made: FPDF, annex: Annex) -> None:
    made.set_font(_FAMILY, size=9)
    if annex.order:
        made.set_x(-_MARGIN - _ORDER_WIDTH)
        made.multi_cell(_ORDER_WIDTH, _LINE, annex.order, align=Align.L, new_x="LMARGIN", new_y="NEXT")
        made.ln(3)
    made.set_font(_FAMILY, style="B", size=11)
    made.multi_cell(0, 5.5, annex.title, align=Align.C, new_x="LMARGIN", new_y="NEXT")
    made.ln(2)
    made.set_font(_FAMILY, size=9)
    for fact in annex.facts:
        made.multi_cell(0, _LINE, fact, align=Align.L, new_x="LMARGIN", new_y="NEXT")
    made.ln(2)


def _row(table: Table, worker: Row) -> None:
    for number, slot in enumerate(worker.slots):
        row = table.row()
        if number == 0:
            for text in (str(worker.number), worker.name, worker.position):
                row.cell(text, rowspan=len(worker.slots))
        for text in slot_texts(slot):
            row.cell(text)
