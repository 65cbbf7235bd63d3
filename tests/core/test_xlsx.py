"""Rows → workbook: typed cells, Chinese formats, and no text ever a formula, whatever people wrote (R89, F60)."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from weitask import xlsx
from weitask.xlsx import Sheet, amount

HEAD = ["名称", "人数", "金额", "时间"]
SHANGHAI_WALL = datetime(2026, 1, 5, 10, 0, 30)  # noqa: DTZ001 [a cell has no zone]
CHINESE_MOMENT = 'yyyy"年"m"月"d"日" hh:mm:ss'
ROW = ["城南", 1200, amount(11_050), datetime(2026, 1, 5, 2, 0, 30, tzinfo=UTC)]


def written(*sheets) -> bytes:
    file = io.BytesIO()
    xlsx.write(file, sheets)
    return file.getvalue()


def opened(*rows):
    return openpyxl.load_workbook(io.BytesIO(written(Sheet("结果", HEAD, rows)))).active


def test_each_cell_has_the_type_of_its_value():
    sheet = opened(ROW)
    assert [cell.value for cell in sheet[1]] == HEAD
    assert [cell.value for cell in sheet[2]] == ["城南", 1200, 110.5, SHANGHAI_WALL]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "d"]
    assert [cell.number_format for cell in sheet[2]] == ["@", "#,##0", '"¥"#,##0.00', CHINESE_MOMENT]


def test_a_moment_is_written_as_the_reader_of_the_file_writes_it():
    with translation.override("en"):
        assert opened(ROW)["D2"].number_format == "yyyy-mm-dd hh:mm:ss"


def test_a_formula_reckons_over_another_sheet_and_carries_what_it_comes_to_now():
    summed = xlsx.Formula(f"SUM({xlsx.column('订单 A', 1)})", amount(11_050))
    file = io.BytesIO(written(Sheet("订单 A", ["甲", "乙"], [["", 1]]), Sheet("汇总", ["丙"], [[summed]])))
    cell = openpyxl.load_workbook(file).worksheets[1]["A2"]
    assert (cell.value, cell.data_type, cell.number_format) == ("=SUM('订单 A'!B:B)", "f", '"¥"#,##0.00')
    assert openpyxl.load_workbook(file, data_only=True).worksheets[1]["A2"].value == 110.5


def test_quotes_cannot_leave_their_text_inside_a_formula():
    assert xlsx.quoted('a"b') == '"a""b"'
    assert xlsx.column("a'b", 0) == "'a''b'!A:A"


def test_money_is_written_to_the_fen_and_never_as_a_float():
    file = written(Sheet("结果", HEAD, [["", 0, amount(999_999_999_999), None], ["", 0, Decimal("1E+2"), None]]))
    content = ZipFile(io.BytesIO(file)).read("xl/worksheets/sheet1.xml")
    assert b"<v>9999999999.99</v>" in content
    assert b"<v>100</v>" in content


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        '=HYPERLINK("http://x")',
        " 前后有空格 ",
        "a<b>&c",
        "a\nb",
    ],
)
def test_no_text_is_ever_a_formula(text):
    cell = opened([text, None, None, None])["A2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_what_xml_cannot_hold_is_left_out():
    assert opened(["a\x0bb\x00c\ufffed", None, None, None])["A2"].value == "abcd"


def test_a_cell_holds_no_more_than_excel_reads():
    assert len(opened(["长" * 40_000, None, None, None])["A2"].value) == 32_767


def test_nothing_is_written_for_what_is_missing():
    sheet = opened(["", None, None, None], ROW)
    assert [cell.value for cell in sheet[2]] == [None] * 4
    assert sheet["A3"].value == "城南"


def test_the_header_stays_in_sight():
    sheet = opened(ROW)
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold


def test_many_columns_have_the_right_letters():
    sheets = [Sheet("结果", [str(place) for place in range(30)], [[str(place) for place in range(30)]])]
    assert openpyxl.load_workbook(io.BytesIO(written(*sheets))).active["AD2"].value == "29"


def test_sheets_stand_in_their_order():
    book = openpyxl.load_workbook(io.BytesIO(written(Sheet("订单", ["甲"], [["1"]]), Sheet("汇总", ["乙"], [[2]]))))
    assert [(sheet.title, sheet["A1"].value, sheet["A2"].value) for sheet in book] == [
        ("订单", "甲", "1"),
        ("汇总", "乙", 2),
    ]


def test_rows_are_taken_one_by_one():
    taken = []

    def rows():
        for number in range(1_000):
            taken.append(number)
            yield ROW

    lines = xlsx._lines(Sheet("结果", HEAD, rows()), xlsx._Styles(1, 2, 3, 4, 5))
    for _ in range(4):
        next(lines)
    assert taken == [0, 1]


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_any_text_comes_back_as_it_can_be_shown(text):
    value = opened([text, None, None, None])["A2"].value
    assert (value or "") == xlsx._UNWRITABLE.sub("", text)
