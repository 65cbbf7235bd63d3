"""Notices speak the language of who reads them; alarms and reasons in the book speak the source language (R65, R69)."""

import re

import pytest
from django.conf import settings
from django.utils import translation

from accounts.models import Notice, User
from billing import messages, suspense
from billing.models import Payout
from orders import announcements, digests
from orders.models import Order
from orders.moves import Cause
from tasks import review
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.tasks import making
from weitask import sweeps
from weitask.models import Alarm

pytestmark = pytest.mark.django_db

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
WRITTEN = re.compile(r"城南食记\d*|违规")


def campaign() -> None:
    """Reviewed, dispatched, started, told about in every way, and stopped."""
    making.approved(accounts=[MediaAccountFactory(), MediaAccountFactory()])
    review.reject(submission=making.submitted(), by=making.reviewer(), reason="违规", now=MONDAY)
    orders = list(Order.objects.values_list("pk", flat=True))
    for cause in (Cause.OWNER_FAULT, Cause.SOURCE_GONE, Cause.CONTENT_REFUSED, Cause.PLATFORM):
        announcements.cancelled(order_ids=orders, cause=cause, now=MONDAY)
    for told in (announcements.achieved, announcements.failed, announcements.deleted_early, announcements.removed):
        told(order_ids=orders, now=MONDAY)
    digests.send_due(making.START + HOUR)
    task = Order.objects.first().task
    review.halt(task=task, by=making.reviewer(), reason="违规", now=MONDAY + HOUR)
    owner = Order.objects.first().owner_id
    messages.no_card(payouts=[(1, owner, 100)], now=MONDAY)
    messages.not_paid(payout=Payout(pk=1, owner_id=owner, amount=100, problem="银行退票"), fact="1", now=MONDAY)


@pytest.mark.parametrize(("acting", "reading"), [("en", "zh-hans"), ("zh-hans", "en")])
def test_every_notice_of_a_campaign_speaks_its_readers_language(acting, reading):
    with translation.override(acting), pytest.MonkeyPatch.context() as patch:
        patch.setattr(User._meta.get_field("language"), "default", reading)
        campaign()
    told = Notice.objects.values_list("kind", "title", "body")
    assert len({kind for kind, _title, _body in told}) >= 14
    for kind, title, body in told:
        words = [bool(CHINESE.search(WRITTEN.sub("", text))) for text in (title, body)]
        assert words == [reading == "zh-hans"] * 2, (kind, title, body)


def test_an_alarm_is_written_in_the_source_language_whoever_acts(now):
    with translation.override("en"):
        suspense.park(number="RC1", amount=100, reason="通知金额不符", now=now)
    assert Alarm.objects.get().text.startswith("待查款项 RC1")


def test_what_a_stop_says_about_an_addition_in_review_is_written_in_the_source_language():
    task = making.approved().task
    fresh = making.SelectionInput(MediaAccountFactory().pk, text="另一段内容")
    review.add_orders(task=task, by=task.advertiser.user, selections=[fresh], now=MONDAY)
    with translation.override("en"):
        review.halt(task=task, by=making.reviewer(), reason="违规", now=MONDAY)
    assert task.decisions.get(verdict="reject").reason == "任务已被叫停：违规"


def test_a_sweep_speaks_the_source_language_whoever_steps_the_clock(now, monkeypatch):
    heard = []
    spoken = sweeps.Sweep(
        "tests.language", lambda _now: heard.append(translation.get_language()) or 0, lambda _now: None
    )
    monkeypatch.setitem(sweeps.REGISTRY, spoken.name, spoken)
    with translation.override("en"):
        sweeps.look(spoken.name, now=now)
    assert heard == [settings.LANGUAGE_CODE]
