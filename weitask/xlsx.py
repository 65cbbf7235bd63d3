"""Rows → workbook. What a stranger typed stays text: Excel runs no formula of theirs (faults F60, R89)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from weitask.money import yuan
from weitask.periods import shanghai

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST: Final = 32_767  # characters Excel holds in a cell
_MOMENT: Final = "yyyy-mm-dd hh:mm:ss"
_MONEY: Final = "#,##0.00"

Value = str | int | Decimal | datetime | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the heads of its columns, and its rows. Moments are written in Shanghai time."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Value]]


def amount(fen: int) -> Decimal:
    """Fen as a cell that Excel can add up: yuan, exact."""
    return Decimal(yuan(fen))


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file of these sheets."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A2"
        for row in (sheet.head, *sheet.rows):
            page.append([_cell(page, value) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(page: Any, value: Value) -> Any:
    if value == "":
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST])
        cell.data_type = "s"  # the library takes a leading = for a formula
        return cell
    moment = isinstance(value, datetime)
    cell = WriteOnlyCell(page, shanghai(value).replace(tzinfo=None) if isinstance(value, datetime) else value)
    if moment or isinstance(value, Decimal):
        cell.number_format = _MOMENT if moment else _MONEY
    return cell
