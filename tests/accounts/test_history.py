"""How an account's figures moved (R21, R141, A27): kept where they change, drawn day by day."""

from datetime import timedelta

import pytest

from accounts import history, media, rating, weibo_binding
from accounts.indicators import INDICATORS
from accounts.models import Figures, MediaAccount
from tests.accounts.weibo_side import profile
from tests.factories import MediaAccountFactory, WeiboAccountFactory
from tests.moments import DAY, HOUR, MONDAY

pytestmark = pytest.mark.django_db


def grown(account, followers, *, now):
    """The account as noted with so many followers."""
    MediaAccount.objects.filter(pk=account.pk).update(followers=followers)
    history.note(account_ids=[account.pk], now=now)
    account.refresh_from_db()


def followers(account, *, now):
    past = history.daily(account=account, keys=["followers"], now=now)
    return past.values["followers"]


def test_days_without_a_change_repeat_the_one_before():
    account = MediaAccountFactory()
    grown(account, 100, now=MONDAY)
    grown(account, 300, now=MONDAY + 3 * DAY)
    assert followers(account, now=MONDAY + 4 * DAY) == [100, 100, 100, 300, 300]


def test_the_last_figures_of_a_shanghai_day_stay():
    account = MediaAccountFactory()
    grown(account, 100, now=MONDAY)
    grown(account, 200, now=MONDAY + 13 * HOUR)  # 23:00
    grown(account, 300, now=MONDAY + 15 * HOUR)  # 01:00 of the next day
    assert followers(account, now=MONDAY + DAY) == [200, 300]


def test_ninety_days_are_shown_and_what_was_before_leads_in():
    account = MediaAccountFactory()
    grown(account, 100, now=MONDAY)
    grown(account, 300, now=MONDAY + 100 * DAY)
    line = followers(account, now=MONDAY + 101 * DAY)
    assert (len(line), line[0], line[-1]) == (history.DAYS, 100, 300)


def test_an_account_without_a_past_shows_today():
    account = MediaAccountFactory(followers=5)
    past = history.daily(account=account, keys=["followers"], now=MONDAY)
    assert (past.days, past.values) == ([MONDAY.date()], {"followers": [5]})


def test_an_indicator_that_is_new_has_no_past():
    account = MediaAccountFactory()
    Figures.objects.create(account=account, day=MONDAY.date() - timedelta(days=1), figures={})
    assert history.daily(account=account, keys=["rating"], now=MONDAY).values == {"rating": [None, 60]}


def test_every_kept_indicator_is_a_column_of_its_name():
    columns = {field.column for field in MediaAccount._meta.concrete_fields}
    assert {one.key for one in INDICATORS if one.kept} <= columns


def test_entering_the_market_a_profile_and_a_rating_are_noted():
    weibo = WeiboAccountFactory(followers=7)
    account = media.open_account(weibo=weibo, by=weibo.user, now=MONDAY)
    shown = profile(uid=weibo.uid, followers_count=9)
    weibo_binding.refresh_profile(weibo=weibo, profile=shown, now=MONDAY + DAY)
    rating.apply([rating.Facts(account.pk, dispatched=20, accepted=20)], now=MONDAY + 2 * DAY)
    account.refresh_from_db()
    kept = Figures.objects.order_by("day").values_list("figures__followers", "figures__rating")
    assert list(kept) == [(7, 60), (9, 60), (9, account.rating)]


def test_of_the_days_before_the_chart_only_the_last_is_kept():
    account = MediaAccountFactory()
    for day in (0, 1, 2, 95):
        grown(account, 100 + day, now=MONDAY + day * DAY)
    days = Figures.objects.filter(account=account).order_by("day").values_list("day", flat=True)
    assert list(days) == [(MONDAY + day * DAY).date() for day in (2, 95)]
    assert followers(account, now=MONDAY + 95 * DAY)[0] == 102
