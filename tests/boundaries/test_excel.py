"""Excel: whatever an advertiser, an owner or Weibo wrote stays text in the workbook (R89, F60)."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from orders.models import Order
from tests.api.callers import V1, Caller
from tests.moments import MONDAY
from tests.orders import world
from weitask import clock

pytestmark = pytest.mark.django_db
FORMULAS = ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "=\x0b1", "'=1"]


def cells(order: Order) -> list:
    """The cells of the order's row, as the advertiser downloads them."""
    clock.pin(at=MONDAY)
    answer = Caller(order.advertiser.user).client.get(f"{V1}tasks/{order.task_id}/report.xlsx")
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    return list(sheet[2])


def written(order: Order, text: str) -> Order:
    """The order with this text in every field that somebody typed."""
    Order.objects.filter(pk=order.pk).update(text=text, refusal_reason=text)
    weibo = order.account.weibo
    type(order.account).objects.filter(pk=order.account_id).update(screen_name=text[:30])
    type(weibo).objects.filter(pk=weibo.pk).update(screen_name=text[:30])
    return order


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text):
    found = cells(written(world.one(), text))
    assert {cell.data_type for cell in found} <= {"s", "n", "d"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "新品上市"])
def test_a_text_is_read_back_as_it_was_written(text):
    found = cells(written(world.one(), text))
    assert [cell.data_type for cell in found if cell.value == text] == ["s", "s", "s"]
