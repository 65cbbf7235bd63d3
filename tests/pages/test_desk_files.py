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
from tests.factories import UserFactory
from tests.pages.test_query_counts import a_market
from weitask import clock, exports, lists, walking
from weitask.models import Export

pytestmark = pytest.mark.django_db
HEADING = re.compile(r'<th scope="col".*?</th>', re.DOTALL)
SIGNS = re.compile(r"arrow_circle_\w+")  # of the column that the page is sorted by
ORDERS = "/admin/orders/order/"
ENTRIES = "/admin/billing/entry/"


@pytest.fixture
def chief(client):
    people = a_market(rows=3)
    client.force_login(people["desk"], backend="accounts.sessions.Login")
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


@pytest.fixture
def long(monkeypatch, settings, tmp_path):
    """A row is too many to wait for; a worker reads two at a time."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(lists, "MOST", 0)
    monkeypatch.setattr(walking, "STEP", 2)


def asked(client, address, **filters):
    """The page of the export that a worker is to make."""
    return client.get(f"{address}export/", filters)["Location"]


def by_worker(client, address, **filters):
    """The head and the rows of the file that a worker makes."""
    page = asked(client, address, **filters)
    assert "正在后台生成" in client.get(page).content.decode()
    assert exports.make_due(clock.now()) == 1
    assert f"{page}file/" in client.get(page, headers={"HX-Request": "true"}).content.decode()
    head, *rows = load_workbook(BytesIO(b"".join(client.get(f"{page}file/")))).active.iter_rows(values_only=True)
    return head, rows


def test_the_file_of_a_worker_is_the_one_that_a_short_list_would_give(client, chief, long, monkeypatch):
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
        with monkeypatch.context() as patch:
            patch.setattr(lists, "MOST", 1000)
            at_once = sheet(client, address)
        if at_once[1]:
            assert by_worker(client, address) == at_once, address


def test_a_long_list_is_exported_whole_with_its_filters_and_in_its_order(client, chief, long):
    numbers = [one.number for one in Order.objects.order_by("pk")]
    assert [row[0] for row in by_worker(client, ORDERS, o="0")[1]] == numbers
    assert [row[0] for row in by_worker(client, ORDERS, q=numbers[1])[1]] == [numbers[1]]


def test_a_right_that_is_taken_away_before_the_file_is_made_yields_none(client, long):
    people = a_market(rows=3)
    staff = in_group(access.FINANCE)
    client.force_login(staff, backend="accounts.sessions.Login")
    page = asked(client, ENTRIES)
    staff.groups.clear()
    assert exports.make_due(clock.now()) == 0
    assert Export.objects.get(by=staff).failed_at
    assert client.get(page).status_code == 403
    client.force_login(people["desk"], backend="accounts.sessions.Login")
    assert client.get(page).status_code == 404


def test_a_right_that_is_taken_away_afterwards_closes_the_file(client, long):
    a_market(rows=3)
    staff = in_group(access.FINANCE)
    client.force_login(staff, backend="accounts.sessions.Login")
    page = asked(client, ENTRIES)
    assert exports.make_due(clock.now()) == 1
    staff.groups.clear()
    assert client.get(f"{page}file/").status_code == 403
    staff.is_staff = False
    staff.save()
    assert client.get(f"{page}file/").status_code == 302


def test_nobody_else_finds_an_export_of_the_desk(client, chief, long):
    page = asked(client, ORDERS)
    exports.make_due(clock.now())
    client.force_login(UserFactory(staff=True, is_superuser=True), backend="accounts.sessions.Login")
    assert client.get(page).status_code == client.get(f"{page}file/").status_code == 404
    pk = Export.objects.get().pk
    client.force_login(chief, backend="accounts.sessions.Login")
    assert client.get(reverse("export_file", args=[pk])).status_code == 404  # it stands on the desk


def test_a_failed_export_of_the_desk_offers_another(client, chief, long):
    page = asked(client, ORDERS, o="0")
    Export.objects.update(failed_at=clock.now())
    assert f'href="{ORDERS}export/?o=0"' in client.get(page).content.decode()


def test_moments_and_amounts_are_typed_and_choices_in_words(client, chief):
    head, rows = sheet(client, ORDERS)
    row = dict(zip(head, rows[0], strict=True))
    assert (row["订单状态"], row["原因"], row["开始时间"].year) == ("派单", "审核通过", 2026)
    head, rows = sheet(client, "/admin/billing/transfer/")
    assert any(isinstance(cell, float) for row in rows for cell in row), head


def test_who_may_not_open_the_list_gets_no_file(client):
    client.force_login(in_group(access.FINANCE), backend="accounts.sessions.Login")
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
