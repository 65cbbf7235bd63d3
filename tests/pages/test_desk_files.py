"""Every list of the desk as a workbook: its rows, its order, its columns, for whom the list is."""

import re
from io import BytesIO

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.html import strip_tags
from openpyxl import load_workbook

from accounts import access
from orders.models import Order
from tests.accounts.people import in_group
from tests.pages.test_query_counts import a_market
from weitask import lists

pytestmark = pytest.mark.django_db
HEADING = re.compile(r'<th scope="col".*?</th>', re.DOTALL)
SIGNS = re.compile(r"arrow_circle_\w+")  # of the column that the page is sorted by
ORDERS = "/admin/orders/order/"


@pytest.fixture
def chief(client):
    people = a_market(rows=3)
    client.force_login(people["desk"], backend="django.contrib.auth.backends.ModelBackend")
    return people["desk"]


def sheet(client, address, **asked):
    """The head and the rows of a list's file."""
    answer = client.get(f"{address}export/", asked)
    assert answer["Content-Type"].endswith("sheet"), (address, answer.status_code)
    head, *rows = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    return head, rows


def test_the_file_of_every_list_has_the_headings_and_rows_of_its_page(client, chief):
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
        page = client.get(address)
        cl, headings = page.context["cl"], HEADING.findall(page.content.decode())
        head, rows = sheet(client, address)
        assert len(rows) == cl.result_count, address
        shown = [SIGNS.sub("", strip_tags(one)).strip() for one in headings if "checkbox" not in one]
        assert [one.lower() for one in head] == [one.lower() for one in shown] or not rows, address


def test_filters_search_and_order_hold_in_the_file(client, chief):
    first, second, _third = Order.objects.order_by("pk")
    assert [row[0] for row in sheet(client, ORDERS, q=second.number)[1]] == [second.number]
    assert [row[0] for row in sheet(client, ORDERS, state__exact="refused")[1]] == []
    assert sheet(client, ORDERS, o="0")[1][0][0] == first.number


def test_a_file_ends_where_the_page_says(client, chief, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 2)
    assert len(sheet(client, ORDERS)[1]) == 2


def test_moments_and_amounts_are_typed_and_choices_in_words(client, chief):
    head, rows = sheet(client, ORDERS)
    row = dict(zip(head, rows[0], strict=True))
    assert (row["订单状态"], row["原因"], row["开始时间"].year) == ("派单", "审核通过", 2026)
    head, rows = sheet(client, "/admin/billing/transfer/")
    assert any(isinstance(cell, float) for row in rows for cell in row), head


def test_who_may_not_open_the_list_gets_no_file(client):
    client.force_login(in_group(access.FINANCE), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/tasks/rule/export/").status_code == 403
    client.logout()
    assert client.get(f"{ORDERS}export/").status_code == 302


def test_a_filter_that_cannot_be_leads_back_to_the_list(client, chief):
    answer = client.get(f"{ORDERS}export/", {"nothing__like": "this"})
    assert (answer.status_code, answer["Location"]) == (302, "../?e=1")


def test_the_list_offers_its_file_with_its_filters(client, chief):
    page = client.get(ORDERS, {"state__exact": "dispatched", "p": "1"}).content.decode()
    assert f'href="{ORDERS}export/?state__exact=dispatched"' in page
    assert "导出 Excel" in strip_tags(page)
    assert "导出 Excel" not in strip_tags(client.get(ORDERS, {"state__exact": "refused"}).content.decode())
