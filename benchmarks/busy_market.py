"""A market in full swing behind every page: ten advertisers and ten owners share the orders, in all their states."""

from dataclasses import dataclass
from typing import Final

from django.contrib import admin
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.urls import reverse

from accounts.models import Notice, User
from benchmarks import fill, frozen, market, web
from tasks.models import Submission

STAFF: Final = 900_000
ADVERTISER: Final = 1
OWNER: Final = market.OWNERS_FROM + 1
PEOPLE: Final = {
    "advertiser": (
        ADVERTISER,
        ("home", "tasks", "market", "wallet", "notices", "weibo_accounts", "lessons", "help"),
    ),
    "owner": (
        OWNER,
        ("home", "orders", "orders_calendar", "media_accounts", "earnings", "notices", "weibo_accounts", "help"),
    ),
}
_STATES: Final = (
    *("dispatched", "accepted", "published", "achieved", "completed"),
    *("lapsed", "refused", "cancelled"),
)
# Some of the tasks wait at the desk for additions, so that its queue is a full page.
_IN_REVIEW: Final = """
UPDATE tasks_submission SET state = 'in_review', next_start_at = start_at + interval '2 days' WHERE id <= 40
"""


@dataclass(frozen=True)
class Page:
    """One page as one reader opens it."""

    reader: str
    name: str
    path: str
    cookie: str

    @property
    def ask(self) -> web.Ask:
        return web.Ask(self.path, headers={"Cookie": self.cookie})


def build(orders: int) -> None:
    """The market at Tuesday 10:00, a hundred orders to a task and to an account; one advertiser and one owner look."""
    share = max(1, orders // 100)
    market.pin("2026-01-06T10:00:00+08:00")
    market.advertisers(10)
    market.owners(10)
    market.accounts(share, owned_by=10)
    market.tasks(share, advertisers_are=10, orders_each=100)
    market.orders(orders, tasks_are=share, advertisers_are=10, accounts_are=share, owners_are=10, **_columns(share))
    with fill.loading(Submission), connection.cursor() as cursor:
        cursor.execute(_IN_REVIEW)
    frozen.orders(orders, advertisers_are=10, earned=True)
    for user in (ADVERTISER, OWNER):
        _notices(orders // 10, user)
    fill.rows(
        User,
        1,
        id=str(STAFF),
        username="'chief'",
        password="'!'",  # noqa: S106 [an unusable password]
        is_staff="true",
        is_superuser="true",
        date_joined=market.T0,
    )
    fill.settle_in()


def _columns(share: int) -> dict[str, str]:
    """Every state for every task and account; what was posted began on Monday, the rest begins from Tuesday noon on."""
    kind = f"(1 + abs(hashint8(n) % {len(_STATES)}))"
    listed = ", ".join(f"'{state}'" for state in _STATES)
    posted = f"{market.T0} + (n / {share} % 20) * interval '1 hour'"
    return {
        "state": f"(ARRAY[{listed}])[{kind}]",
        "start_at": f"CASE WHEN {kind} IN (3, 4, 5) THEN {posted}"
        f" ELSE {market.T0} + interval '26 hours' + (n / {share}) * interval '1 hour' END",
        "answered_at": f"CASE WHEN {kind} > 1 THEN {market.T0} END",
        "posted_at": f"CASE WHEN {kind} IN (3, 4, 5) THEN {posted} END",
        "weibo_id": f"CASE WHEN {kind} IN (3, 4, 5) THEN 'W' || n END",
        "achieved_at": f"CASE WHEN {kind} IN (4, 5) THEN {market.T0} + interval '24 hours' END",
        "ended_at": f"CASE WHEN {kind} > 4 THEN {market.T0} + interval '24 hours' END",
        "refusal_code": f"CASE {kind} WHEN 7 THEN 'style' ELSE '' END",
    }


def _notices(count: int, user: int) -> None:
    fill.rows(
        Notice,
        count,
        user_id=str(user),
        kind="'order_dispatched'",
        dedupe=f"'{user}:' || n",
        title="'新订单'",
        body="'请在开始时间之前接单或拒单。'",
        url="'/orders/' || n || '/'",
        created_at=market.T0,
    )


def pages() -> list[Page]:
    """All of them, each with a login of its reader."""
    people = [
        Page(reader, name, reverse(name), cookie)
        for reader, (user, names) in PEOPLE.items()
        for cookie in [_cookie(user)]
        for name in names
    ]
    names = [model._meta.label_lower for model in admin.site._registry]
    cookie = _cookie(STAFF)
    lists = [Page("desk", name, reverse(f"admin:{name.replace('.', '_')}_changelist"), cookie) for name in names]
    plain = [Page("desk", name, reverse(f"admin:{name}"), cookie) for name in ("password_change", "index")]
    return [*people, *plain, *lists]


def _cookie(user: int) -> str:
    """A session of the user, as a login makes it."""
    session, person = SessionStore(), User.objects.get(pk=user)
    session[SESSION_KEY] = str(user)
    session[BACKEND_SESSION_KEY] = "accounts.sessions.Login"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"
