"""Rows → workbook (R89): sheets of any length in constant memory, each cell typed, no text ever a formula (F60).

openpyxl makes the file around the sheets; their rows are written here, straight into the archive. openpyxl's
write-only mode takes several times as long for the same rows (docs/performance.md), and it takes a text that begins
with `=` for a formula.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import IO, Any, Final, NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from weitask.money import yuan

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_000_000  # of a sheet; Excel holds 1,048,576 lines
_LONGEST: Final = 32_767  # characters Excel holds in a cell
_EPOCH: Final = datetime(1899, 12, 29, 16, tzinfo=UTC)  # Excel's day 0 begins in Shanghai
_DAY: Final = timedelta(days=1)
_FLUSH: Final = 1 << 16
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not in XML 1.0
_SPECIAL: Final = re.compile(r"[&<>\r]|^\s|\s$")
_BEGIN: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultColWidth="20" defaultRowHeight="15"/><sheetData>'
)
_END: Final = "</sheetData></worksheet>"


@dataclass(frozen=True)
class Formula:
    """A formula of ours, without its `=`, and what it comes to now, for readers that do not reckon."""

    text: str
    value: "int | Decimal"


Value = str | int | Decimal | datetime | Formula | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the heads of its columns, and its rows. Moments are written in Shanghai time."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Value]]


def amount(fen: int) -> Decimal:
    """Fen as a cell that Excel can add up: yuan, exact."""
    return Decimal(yuan(fen))


def column(sheet: str, place: int) -> str:
    """A whole column of another sheet in a formula, counted from 0: `'订单'!C:C`; its head is no number."""
    name, letter = sheet.replace("'", "''"), get_column_letter(place + 1)
    return f"'{name}'!{letter}:{letter}"


def quoted(text: str) -> str:
    """A text inside a formula."""
    return '"{}"'.format(text.replace('"', '""'))


class _Styles(NamedTuple):
    """The number of each style in the file."""

    head: int
    text: int
    whole: int
    money: int
    moment: int


def write(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Write the file of these sheets, one after the other. An empty text or None leaves its cell out."""
    frame, styles = _frame(sheets)
    ours = {f"xl/worksheets/sheet{place}.xml": sheet for place, sheet in enumerate(sheets, start=1)}
    with ZipFile(frame) as made, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for part in made.namelist():
            if part not in ours:
                archive.writestr(part, made.read(part))
        for part, sheet in ours.items():
            with archive.open(part, "w", force_zip64=True) as opened:
                for piece in _pieces(_lines(sheet, styles)):
                    opened.write(piece.encode())


def _frame(sheets: Sequence[Sheet]) -> tuple[BytesIO, _Styles]:
    """A workbook whose sheets are still empty."""
    book = Workbook(write_only=True)
    pages: list[Any] = [book.create_sheet(sheet.name) for sheet in sheets]
    head, text, whole, money, moment = styled = [WriteOnlyCell(pages[0]) for _field in _Styles._fields]
    head.font = Font(bold=True)
    text.number_format = "@"
    whole.number_format = "#,##0"
    money.number_format = '"¥"#,##0.00'
    moment.number_format = _('yyyy"年"m"月"d"日" hh:mm:ss')
    pages[0].append(styled)
    frame = BytesIO()
    book.save(frame)
    return frame, _Styles(*(cell.style_id for cell in styled))


def _lines(sheet: Sheet, styles: _Styles) -> Iterator[str]:
    letters = [get_column_letter(place) for place in range(1, len(sheet.head) + 1)]
    yield _BEGIN
    yield _line(1, zip(letters, sheet.head, strict=True), styles._replace(text=styles.head))
    for number, row in enumerate(sheet.rows, start=2):
        yield _line(number, zip(letters, row, strict=True), styles)
    yield _END


def _line(number: int, cells: Iterable[tuple[str, Value]], styles: _Styles) -> str:
    written = [
        f'<c r="{letter}{number}"{_cell(value, styles)}</c>'
        for letter, value in cells
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(value: Value, styles: _Styles) -> str:
    """What follows the address of a cell: its style, its type and its content."""
    if isinstance(value, str):
        return f' s="{styles.text}" t="inlineStr"><is>{_text(value)}</is>'
    if isinstance(value, datetime):
        return f' s="{styles.moment}"><v>{(value - _EPOCH) / _DAY!r}</v>'  # days since Excel's day 0
    if isinstance(value, Formula):
        style, _end, number = _cell(value.value, styles).partition(">")
        return f"{style}><f>{escape(value.text)}</f>{number}"
    if isinstance(value, Decimal):
        return f' s="{styles.money}"><v>{value:f}</v>'
    return f' s="{styles.whole}"><v>{value}</v>'


def _text(value: str) -> str:
    """A text element; control characters that XML cannot hold are left out."""
    clean = _UNWRITABLE.sub("", value)[:_LONGEST]
    if not _SPECIAL.search(clean):
        return f"<t>{clean}</t>"
    return f'<t xml:space="preserve">{escape(clean, {chr(13): "&#13;"})}</t>'


def _pieces(parts: Iterator[str]) -> Iterator[str]:
    """The parts in pieces large enough to be worth compressing one by one."""
    piece: list[str] = []
    size = 0
    for part in parts:
        piece.append(part)
        size += len(part)
        if size > _FLUSH:
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)
