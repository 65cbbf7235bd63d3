"""报价单: a draft's price for whoever has the link, until it expires or is taken back (R31)."""

from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from billing import credit
from tasks import sharing
from tasks.models import SharedQuote
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import DAY, MONDAY, SECOND
from tests.pages.test_every_page import logged_in
from tests.tasks.making import approved, draft
from weitask import clock
from weitask.periods import shanghai
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(now):
    clock.pin(at=now)
    return draft(accounts=[MediaAccountFactory(screen_name="城南食记", price_original=10_000)])


def share(task, days=3, now=MONDAY):
    return sharing.share(task=task, by=task.advertiser.user, days=days, now=now)


def seen(quote, **more):
    return Client().get(f"/quotes/{quote.token}/", **more)


def test_whoever_has_the_link_sees_accounts_prices_and_the_sum_without_a_login(task):
    credit.set_fee_rate(rate_bp=1_000, valid_from=MONDAY, by=UserFactory(), now=MONDAY)
    page = seen(share(task)).content.decode()
    assert all(word in page for word in ("城南食记", "100.00", "10.00", "110.00"))


def test_the_picture_stays_when_prices_change(task):
    quote = share(task)
    task.selections.get().account.__class__.objects.update(price_original=99_900)
    assert "999.00" not in seen(quote).content.decode()


@pytest.mark.parametrize(("after", "status"), [(DAY - SECOND, 200), (DAY, 404)])
def test_a_link_ends_on_the_second(task, after, status):
    quote = share(task, days=1)
    clock.pin(at=MONDAY + after)
    assert seen(quote).status_code == status


def test_a_link_taken_back_shows_nothing(task):
    quote = share(task)
    logged_in(task.advertiser.user).post(f"/tasks/{task.pk}/quotes/{quote.pk}/delete/")
    answer = seen(quote)
    assert (answer.status_code, "城南食记" in answer.content.decode()) == (404, False)


def test_search_engines_and_the_next_site_learn_nothing(task):
    answer = seen(share(task))
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "no-referrer")


def test_a_stranger_neither_shares_nor_takes_back(task):
    other = AdvertiserFactory()
    quote = share(task)
    assert logged_in(other.user).get(f"/tasks/{task.pk}/quotes/").status_code == 404
    assert logged_in(other.user).post(f"/tasks/{task.pk}/quotes/{quote.pk}/delete/").status_code == 404
    with pytest.raises(Forbidden):
        sharing.share(task=task, by=other.user, days=1, now=MONDAY)


def test_what_cannot_be_quoted_is_refused(task, monkeypatch):
    with pytest.raises(Refusal, match="有效期"):
        share(task, days=30)
    monkeypatch.setattr(sharing, "AT_ONCE", 1)
    share(task)
    with pytest.raises(Refusal, match="先撤回一份"):
        share(task)
    task.selections.all().delete()
    with pytest.raises(Refusal, match="请选择帐号"):
        share(task)


def test_a_published_task_is_not_quoted_any_more():
    with pytest.raises(Conflict):
        share(approved().task)


def test_the_page_makes_a_link_and_lists_it(task):
    client = logged_in(task.advertiser.user)
    client.post(f"/tasks/{task.pk}/quotes/", {"days": "7"})
    quote = SharedQuote.objects.get()
    assert quote.expires_at == quote.made_at + 7 * DAY
    assert f"/quotes/{quote.token}/" in client.get(f"/tasks/{task.pk}/quotes/").content.decode()


def test_links_are_sorted_on_the_page_and_in_the_file(task):
    days = [share(task, days=days) for days in (3, 7, 1)]
    share(task, days=1, now=MONDAY - 2 * DAY)  # over by now
    client, path = logged_in(task.advertiser.user), f"/tasks/{task.pk}/quotes/"
    for ordering, order in (("", (2, 1, 0)), ("oldest", (0, 1, 2)), ("expires", (2, 0, 1))):
        wanted = [days[at] for at in order]
        assert client.get(path, {"ordering": ordering}).context["page"].rows == wanted
        file = load_workbook(BytesIO(client.get(path, {"ordering": ordering, "format": "xlsx"}).content)).active
        head, *rows = file.iter_rows(values_only=True)
        assert head == ("链接", "合计（元）", "有效期至（北京时间）")
        assert [row[0] for row in rows] == [f"http://testserver/quotes/{one.token}/" for one in wanted]
        assert rows[0][1:] == (100, shanghai(wanted[0].expires_at).replace(tzinfo=None))
    assert logged_in(AdvertiserFactory().user).get(path, {"format": "xlsx"}).status_code == 404
