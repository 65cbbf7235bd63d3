"""The desk's own rows say what unfold's would, with the same links and boxes, and tables on a page are for looking."""

import re

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from unfold.templatetags.unfold_list import results

from accounts.models import Category, Notice
from orders.models import Order
from tasks.models import ReasonTemplate, Submission
from tests.pages.test_query_counts import DESK, a_market
from weitask.templatetags.desk import desk_list

pytestmark = pytest.mark.django_db
SIGN = re.compile(r' role="img" aria-label="[^"]+"')  # ours are read aloud
BODY = re.compile("<tbody.*?</tbody>", re.DOTALL)
ATTRIBUTES = re.compile(r'(?:href|name|value|data-label|aria-label|checked)="[^"]*"')


def spoken(row: str) -> tuple[str, list[str]]:
    """The words of a row, and where its links and fields go."""
    return "".join(strip_tags(row).split()), ATTRIBUTES.findall(SIGN.sub("", row))


@pytest.fixture
def chief(client):
    people = a_market(rows=2)
    Category.objects.create(name="测试 <b>", position=1)
    ReasonTemplate.objects.create(text="“引号” & 记号", position=1)
    client.force_login(people["desk"], backend="accounts.sessions.Login")
    return people["desk"]


def test_every_list_says_what_unfold_would_say(client, chief):
    seen = 0
    for name in DESK:
        cl = client.get(reverse(name)).context["cl"]
        request = RequestFactory().get("/")
        request.user = chief
        own = [spoken(row) for row in BODY.findall(desk_list({"request": request}, cl)["rows"])]
        assert own == [spoken("".join(row)) for row in results(cl)], name
        seen += len(own)
    assert seen > len(DESK)


def test_a_list_with_actions_has_the_box_that_ticks_all_rows_and_a_sorted_column_says_so(client, chief):
    page = client.get(reverse("admin:tasks_task_changelist"), {"o": "-7"}).content.decode()
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    assert 'id="action-toggle"' in head
    assert 'aria-sort="descending"' in head
    assert strip_tags(head).count("广告主") == 1


def test_a_row_that_is_edited_in_place_keeps_what_was_typed_and_says_what_is_wrong(client, chief):
    path = reverse("admin:accounts_category_changelist")
    first = Category.objects.order_by("position", "pk").first()
    form = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": first.pk, "form-0-position": "-x"}
    page = client.post(path, {**form, "_save": "1"}).content.decode()
    field = re.search(r'<input[^>]*name="form-0-position"[^>]*>', page)
    assert 'value="-x"' in field[0]
    assert "整数" in strip_tags(page[field.end() : field.end() + 400])


def test_a_page_names_each_value_once_and_links_what_may_be_opened(client, chief):
    order = Order.objects.latest("pk")
    page = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    task = reverse("admin:tasks_task_change", args=[order.task_id])
    assert f'<a href="{task}" class="text-link">' in page
    assert page.count('field-number"') == 1
    doer = reverse("admin:accounts_user_change", args=[order.events.exclude(by=None).first().by_id])
    assert f'<a href="{doer}" class="text-link">' in page
    assert order.events.first().get_cause_display() in strip_tags(page)


def test_a_row_beside_a_page_leads_to_its_own_page(client, chief):
    submission = Submission.objects.latest("pk")
    page = client.get(reverse("admin:tasks_task_change", args=[submission.task_id])).content.decode()
    link = reverse("admin:tasks_submission_change", args=[submission.pk])
    assert re.search(rf'<th class="field-[^"]*"[^>]*><a href="{link}"', page)


def test_a_text_keeps_its_lines_and_its_signs(client, chief):
    words = {"user": chief, "kind": "lesson", "dedupe": "lines", "title": "两行", "created_at": timezone.now()}
    notice = Notice.objects.create(**words, body="第一行 <b>\n第二行")
    page = client.get(reverse("admin:accounts_notice_change", args=[notice.pk])).content.decode()
    assert "第一行 &lt;b&gt;<br>第二行" in page
    assert "<br" not in page.partition("field-urgent")[2].partition("field-created_at")[0]  # a sign, not a text


def test_tables_on_a_page_of_the_desk_are_for_looking(rf, chief):
    request = rf.get("/")
    request.user = chief
    inlines = [one(model, admin.site) for model, desk in admin.site._registry.items() for one in desk.inlines]
    may = [(one.has_add_permission(request, None), one.has_change_permission(request)) for one in inlines]
    typed = [set(map(str, one.fields)) - set(map(str, one.readonly_fields)) for one in inlines]
    assert (set(may) - {(False, False), (False, True)}, set().union(*typed)) == (set(), set())
