"""What a 个人用户 may not see is not shown on any page, whatever number is typed into it (R5)."""

import pytest
from django.urls import reverse

from tasks.models import Task, TaskState
from tests.billing.book import recharge
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.pages.test_doing import typed
from tests.pages.test_every_page import logged_in
from tests.tasks.making import draft
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


@pytest.fixture
def personal(db):
    return AdvertiserFactory(personal=True)


@pytest.fixture
def hidden(db):
    return MediaAccountFactory(price_repost=765_432, weibo__followers=12_345_678)


def told(answer, account) -> list[str]:
    page = answer.content.decode()
    return [fact for fact in (account.screen_name, "7,654.32", "1,235万") if fact in page]


def test_the_editor_tells_nothing_of_an_account_typed_in_by_its_number(personal, hidden):
    sent = typed(MONDAY + 2 * HOUR, hidden, form="repost", action="save")
    answer = logged_in(personal.user).post(reverse("task_new"), sent)
    assert (answer.status_code, told(answer, hidden)) == (400, [])


def test_adding_orders_tells_nothing_of_it_either(personal, hidden):
    task = draft(personal, form="repost", accounts=[])
    for state in (TaskState.IN_REVIEW, TaskState.APPROVED):
        Task.objects.filter(pk=task.pk).update(state=state)
    answer = logged_in(personal.user).get(reverse("task_add_orders", args=[task.pk]), {"account": hidden.pk})
    assert (answer.status_code, told(answer, hidden)) == (200, [])


def test_an_account_of_the_draft_that_was_suspended_is_still_named(personal):
    recharge(personal, 100_000)
    account = MediaAccountFactory(specific_one=True)
    task = draft(personal, form="repost", accounts=[account])
    type(account).objects.filter(pk=account.pk).update(suspended_at=MONDAY)
    page = logged_in(personal.user).get(reverse("task_edit", args=[task.pk])).content.decode()
    assert account.screen_name in page


def test_choosing_an_account_that_is_not_there_says_so(personal, hidden):
    task = draft(personal, form="repost", accounts=[])
    answer = logged_in(personal.user).post(reverse("task_choose", args=[task.pk]), {"account": hidden.pk}, follow=True)
    assert "该帐号不存在或暂时不能选择" in answer.content.decode()
    assert task.selections.count() == 0


@pytest.mark.parametrize("number", ["²", "٣" * 30, "9" * 40])
def test_a_number_that_is_none_is_passed_over(personal, number):
    task = draft(personal, form="repost", accounts=[])
    client = logged_in(personal.user)
    assert client.post(reverse("task_choose", args=[task.pk]), {"account": number}).status_code == 302
    assert client.get(reverse("market"), {"task": number}).status_code in (200, 404)
    assert client.get(reverse("market_sum"), {"account": number}).status_code == 200
    sent = typed(MONDAY + 2 * HOUR, form="repost", action="save", price_agreed=number, image_ids=number)
    assert client.post(reverse("task_new"), sent).status_code == 302
