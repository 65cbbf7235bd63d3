"""付款记录 of an owner and 充值记录 of an advertiser: whole lists behind the last five (R125, R126)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing import payouts
from billing.models import Payout, TopUp
from billing.payouts import Line
from tests.billing.book import earn
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import FRIDAY, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from tests.pages.test_list_exports import sheet
from weitask import clock

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


@pytest.fixture
def owner():
    """Paid on 22 Fridays, each time something else: the first one failed, the second one was paid."""
    owner = UserFactory(identity="media")
    world.with_card(owner)
    for week in range(22):
        paid_on(owner, week)
    first, second, *_ = Payout.objects.order_by("pk")
    Payout.objects.filter(pk=first.pk).update(state="failed", problem="银行拒绝付款")
    Payout.objects.filter(pk=second.pk).update(state="paid", paid_at=FRIDAY + WEEK)
    return owner


def paid_on(owner, week):
    amount, number = 100 + week * 7 % 22, Payout.objects.count() + 1
    earn(AdvertiserFactory(), owner, {number: amount}, at=FRIDAY - WEEK)
    run = payouts.open_run(cutoff=FRIDAY + WEEK * week, now=FRIDAY + WEEK * week)
    payouts.add(run=run, lines=[Line(number, owner.pk, amount)], now=FRIDAY + WEEK * week)


@pytest.fixture
def advertiser():
    """22 recharges of different amounts, of which the first one failed; and one of somebody else."""
    advertiser = AdvertiserFactory()
    for number in range(22):
        recharged(advertiser, number, amount=100 + number * 7 % 22, state="failed" if number == 0 else "success")
    recharged(AdvertiserFactory(), 99, amount=99_900, state="success")
    return advertiser


def recharged(advertiser, number, *, amount, state):
    TopUp.objects.create(advertiser=advertiser, number=f"R{number}", amount=amount, state=state, created_at=MONDAY)


def walked(user, name, **asked):
    """The amounts on all pages, and the last page."""
    client, found = logged_in(user), []
    while True:
        answer = client.get(reverse(name), asked)
        page = answer.context["page"]
        found += [row.amount for row in page.rows]
        if page.next is None:
            return found, answer.content.decode()
        asked["after"] = page.next


LISTS = [("owner", "payouts"), ("advertiser", "recharges")]


@pytest.mark.parametrize(("who", "name"), LISTS)
def test_the_list_is_whole_and_sorted_in_pages_and_file(request, who, name):
    someone = request.getfixturevalue(who)
    user, made = getattr(someone, "user", someone), [100 + number * 7 % 22 for number in range(22)]
    for ordering, amounts in (("", made[::-1]), ("oldest", made), ("-amount", sorted(made, reverse=True))):
        assert walked(user, name, ordering=ordering)[0] == amounts
        assert [round(row["金额（元）"] * 100) for row in sheet(user, name, ordering=ordering)] == amounts


@pytest.mark.parametrize(("who", "name"), LISTS)
def test_the_list_is_filtered_by_state_and_a_state_that_is_none_filters_nothing(request, who, name):
    someone = request.getfixturevalue(who)
    user = getattr(someone, "user", someone)
    assert walked(user, name, state="failed")[0] == [100]
    assert [row["金额（元）"] for row in sheet(user, name, state="failed")] == [1]
    assert len(walked(user, name, state="colour")[0]) == 22


@pytest.mark.parametrize(
    ("who", "name", "state", "text"),
    [("owner", "payouts", "paid", "还没有付款"), ("advertiser", "recharges", "closed", "还没有充值")],
)
def test_an_empty_list_says_whether_it_is_the_filter(request, who, name, state, text):
    nobody = UserFactory(identity="media") if who == "owner" else AdvertiserFactory().user
    assert text in walked(nobody, name)[1]
    filtered = walked(nobody, name, state=state, ordering="oldest")[1]
    assert text not in filtered
    assert 'href="?ordering=oldest">清除筛选' in filtered


def test_the_file_of_payments_tells_day_and_problem_and_nothing_of_the_card(owner):
    *_, second, first = sheet(owner, "payouts")
    assert set(first) == {"结算日（北京时间）", "金额（元）", "状态", "失败原因", "付款时间（北京时间）"}
    assert (first["结算日（北京时间）"].isoformat(), first["失败原因"]) == ("2026-01-09T00:00:00", "银行拒绝付款")
    assert (second["状态"], second["付款时间（北京时间）"].isoformat()) == ("已付款", "2026-01-16T00:00:00")


def test_a_wallet_and_earnings_show_the_last_five_and_lead_to_all(owner, advertiser):
    earned = logged_in(owner).get(reverse("earnings"))
    assert len(earned.context["payouts"]) == 5
    assert f'href="{reverse("payouts")}"' in earned.content.decode()
    spent = logged_in(advertiser.user).get(reverse("wallet"))
    assert len(spent.context["topups"]) == 5
    assert f'href="{reverse("recharges")}"' in spent.content.decode()


def test_nobody_sees_the_payments_and_recharges_of_others(owner, advertiser):
    assert walked(UserFactory(identity="media"), "payouts")[0] == []
    assert walked(AdvertiserFactory().user, "recharges")[0] == []
    assert logged_in(advertiser.user).get(reverse("payouts")).status_code != 200
    assert logged_in(owner).get(reverse("recharges")).status_code != 200
