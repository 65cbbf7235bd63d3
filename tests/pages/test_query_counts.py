"""A list takes as many queries for a hundred rows as for ten, and few: on pages of people and of the desk."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing import payouts
from billing.models import TopUp
from billing.payouts import Line
from tasks.models import Form, Task
from tests.billing.book import earn
from tests.factories import MediaAccountFactory, UserFactory
from tests.moments import DAY, FRIDAY, MONDAY
from tests.tasks.making import approved, enterprise
from weitask import clock

pytestmark = pytest.mark.django_db

MOST = 10  # beside those of every page: session, person, workspace, menu
PLAIN = "help"  # a page that lists nothing
PEOPLE = {
    "advertiser": ("home", "tasks", "market", "wallet", "recharges", "notices"),
    "owner": (
        "home",
        "orders",
        "orders_calendar",
        "media_accounts",
        "earnings",
        "payouts",
        "notices",
        "weibo_accounts",
    ),
}
DESK = [f"admin:{model._meta.label_lower.replace('.', '_')}_changelist" for model in admin.site._registry]


def a_market(rows: int) -> dict[str, User]:
    """One task of one advertiser with so many orders, all of one owner; as many further tasks and recharges, and
    payments of the owner; and a chief.
    """
    clock.pin(at=MONDAY)
    owner, advertiser = UserFactory(identity="media"), enterprise()
    accounts = [MediaAccountFactory(weibo__user=owner) for _ in range(rows)]
    approved(advertiser=advertiser, accounts=accounts)
    Task.objects.bulk_create(
        Task(advertiser=advertiser, form=Form.ORIGINAL, text=f"{number}", created_at=MONDAY, updated_at=MONDAY)
        for number in range(rows)
    )
    TopUp.objects.bulk_create(
        TopUp(advertiser=advertiser, number=f"{advertiser.pk}-{number}", amount=1, created_at=MONDAY)
        for number in range(rows)
    )
    for week in range(rows):
        order, friday = owner.pk * 1_000 + week, FRIDAY + week * 7 * DAY
        earn(advertiser, owner, {order: 1})
        payouts.add(run=payouts.open_run(cutoff=friday, now=friday), lines=[Line(order, owner.pk, 1)], now=friday)
    chief = UserFactory(staff=True, is_superuser=True)
    return {"advertiser": advertiser.user, "owner": owner, "desk": chief}


def queries(user: User, name: str) -> list[str]:
    client = Client()
    client.force_login(user, backend="accounts.sessions.Login")
    assert client.get(reverse(name)).status_code == 200  # what is read once per process is read
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse(name))
    return [one["sql"] for one in asked]


def test_a_list_asks_as_much_for_a_hundred_rows_as_for_ten_and_little():
    counts: dict[int, dict[tuple[str, str], list[str]]] = {}
    for rows in (10, 100):
        people = a_market(rows)
        pages = [(who, name) for who, names in {**PEOPLE, "desk": DESK}.items() for name in names]
        counts[rows] = {(who, name): queries(people[who], name) for who, name in pages}
    grown = {page: (len(counts[10][page]), len(asked)) for page, asked in counts[100].items()}
    assert {page: both for page, both in grown.items() if both[0] != both[1]} == {}
    always = {who: len(queries(user, PLAIN)) for who, user in people.items()}
    assert {page: few for page, (few, _) in grown.items() if few > MOST + always[page[0]]} == {}
