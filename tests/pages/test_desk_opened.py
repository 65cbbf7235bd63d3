"""A list of the desk as it is opened has words that were put together once: it says what the same list says when it is
put together anew, and keeps everybody from their own rows (A48). Parts that are the same for everybody are kept too."""

import re

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from tests.factories import AdvertiserFactory, CategoryFactory, UserFactory
from tests.moments import HOUR, MONDAY
from tests.pages.test_query_counts import DESK, a_market
from tests.tasks.making import submitted
from weitask import clock, desk_pages

pytestmark = pytest.mark.django_db
BODY = re.compile("<tbody.*?</tbody>", re.DOTALL)
QUEUE = "admin:tasks_submission_changelist"


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch):
    monkeypatch.setattr(desk_pages, "_OPENED", {})


def logged_in(user):
    user.is_staff = user.is_superuser = True
    user.save()
    client = Client()
    client.force_login(user, backend="accounts.sessions.Login")
    return client


def seen(client, name, **asked):
    """The rows of the page as they are shown, and how many there are."""
    answer = client.get(reverse(name), asked)
    rows = [strip_tags(row) for row in BODY.findall(answer.content.decode())]
    return rows, str(answer.context["cl"].result_count)


def test_every_list_says_to_everybody_what_it_says_when_it_is_put_together_anew():
    people, rows = a_market(rows=3), {}
    for who in ("desk", "owner", "advertiser"):
        client = logged_in(people[who])
        rows[who] = {name: seen(client, name) for name in DESK}
        anew = {name: seen(client, name, after="none") for name in DESK}
        assert {name for name in DESK if anew[name] != rows[who][name]} == set(), who
    hidden = {name for name in DESK if rows["desk"][name] and not rows["owner"][name][0]}
    assert {QUEUE, "admin:orders_order_changelist", "admin:tasks_task_changelist"} <= hidden


def test_the_queue_tells_the_time_that_is_left_now():
    client = logged_in(UserFactory())
    submitted()
    for at, left in ((MONDAY, "2 小时 0 分"), (MONDAY + HOUR, "1 小时 0 分")):
        clock.pin(at=at)
        [row], _ = seen(client, QUEUE)
        assert left in row


def test_a_list_that_is_edited_asks_for_its_rows_once(django_assert_num_queries):
    client = logged_in(UserFactory())
    CategoryFactory()
    client.get(reverse("admin:accounts_category_changelist"))
    with django_assert_num_queries(4):  # session, person, rows, their number
        client.get(reverse("admin:accounts_category_changelist"))


def test_a_row_made_since_the_list_was_first_opened_is_there():
    client, name = logged_in(UserFactory()), "admin:accounts_advertiser_changelist"
    before = seen(client, name)
    made = AdvertiserFactory(name="刚开户的广告主")
    rows, count = seen(client, name)
    assert (int(count), made.name in rows[0]) == (int(before[1]) + 1, True)


def test_the_first_page_says_what_one_did_last_and_nobody_else(client):
    mine, others = UserFactory(staff=True, is_superuser=True), UserFactory(staff=True)
    category = CategoryFactory()
    for user, words in ((mine, "我改的类别"), (others, "别人改的类别")):
        LogEntry.objects.log_actions(user.pk, [category], CHANGE, change_message="", single_object=True)
        LogEntry.objects.filter(user=user).update(object_repr=words)
    page = logged_in(mine).get("/admin/").content.decode()
    assert ("我改的类别" in page, "别人改的类别" in page) == (True, False)
    assert f'href="{reverse("admin:accounts_category_change", args=[category.pk])}"' in page
