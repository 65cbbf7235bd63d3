"""The editor says what the task costs while rows are taken out and the form is changed (R31)."""

import pytest
from django.urls import reverse

from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import MONDAY
from tests.pages.test_every_page import logged_in
from tests.tasks.making import draft, enterprise
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    """A draft with two accounts of ¥100 and ¥50 an original, ¥10 and ¥5 a repost, and who writes it."""
    clock.pin(at=MONDAY)
    advertiser = enterprise()
    accounts = [
        MediaAccountFactory(price_original=fen, price_repost=fen // 10, followers=fen) for fen in (10_000, 5_000)
    ]
    return draft(advertiser=advertiser, accounts=accounts), logged_in(advertiser.user)


def sums(written, *, form="original", removed=()):
    """What the page is told with these rows ticked."""
    task, client = written
    rows = {f"rows-{at}-account": pick.account_id for at, pick in enumerate(task.selections.order_by("pk"))}
    rows |= {f"rows-{at}-remove": "on" for at in removed}
    sent = {"form": form, "rows-TOTAL_FORMS": 2, "rows-INITIAL_FORMS": 2, **rows}
    return client.post(reverse("task_sum", args=[task.pk]), sent)


def test_a_row_taken_out_is_not_counted_before_anything_is_saved(written):
    whole, part = sums(written).context, sums(written, removed=[0]).context
    assert (whole["quote"].net, whole["count"]) == (15_000, 2)
    assert (part["quote"].net, part["quote"].coverage, part["count"]) == (5_000, 5_000, 1)
    assert part["after"] - whole["after"] == whole["quote"].total - part["quote"].total
    assert written[0].selections.count() == 2


def test_the_other_form_has_its_own_prices(written):
    assert sums(written, form="repost").context["quote"].net == 1_500


def test_the_sum_of_another_advertiser_is_not_there(written):
    task, _client = written
    other = logged_in(AdvertiserFactory().user)
    assert other.post(reverse("task_sum", args=[task.pk])).status_code == 404
