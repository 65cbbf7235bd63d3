"""A market of any size for the benchmarks: people, accounts, tasks, orders, and the book that belongs to them."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from accounts.models import Advertiser, Category, MediaAccount, Slot, User, WeiboAccount
from benchmarks import fill
from billing.models import LedgerAccount
from orders.models import Order
from tasks.models import Form, Item, Submission, Task, TaskState
from weitask import clock

T0: Final = "timestamptz '2026-01-05 10:00+08'"  # Monday; business times are counted from here
MIDNIGHT: Final = "timestamptz '2026-01-05 00:00+08'"
PRICE: Final = 10_000  # fen, net
FEE: Final = 1_000
OWNERS_FROM: Final = 1_000_000  # ids of owners; advertisers' users are below


def pin(moment: str = "2026-01-05T10:00:00+08:00") -> None:
    """Stop the business clock at a moment, so that data and clock agree."""
    from datetime import datetime

    clock.pin(at=datetime.fromisoformat(moment))


def run_from(moment: str = "2026-01-05T10:00:00+08:00") -> None:
    """Let the business clock run on from a moment, forward or back: fresh data only."""
    from datetime import datetime

    with connection.cursor() as cursor:
        cursor.execute(clock._SET.format(offset="%s - clock_timestamp()"), [datetime.fromisoformat(moment), None])


def advertisers(count: int, *, kind: str = "enterprise") -> None:
    """Advertisers 1 … count with users of the same ids and their three ledger accounts, empty."""
    _users(count, first=1, name="adv", identity=kind)
    fill.rows(Advertiser, count, id="n", user_id="n", kind=f"'{kind}'", name="'广告主' || n")
    for kind_of_account in ("available", "frozen", "refund"):
        fill.rows(LedgerAccount, count, kind=f"'{kind_of_account}'", advertiser_id="n")


def owners(count: int) -> None:
    """Owners OWNERS_FROM + 1 … with their payable and transit accounts, empty."""
    _users(count, first=OWNERS_FROM + 1, name="own", identity="media")
    with fill.unindexed(LedgerAccount):
        for kind in ("payable", "transit"):
            fill.rows(LedgerAccount, count, kind=f"'{kind}'", owner_id=f"{OWNERS_FROM} + n")


def accounts(count: int, *, owned_by: int = 1, owner: str = "") -> None:
    """自媒体帐号 1 … count, open, priced, spread over the owners.

    As in a market, few have many followers, and those cost more: 5 to 50 yuan per thousand, a repost half of that.
    `owner` is an SQL expression over `n` for the user id, instead of the even spread.
    """
    owner = owner or f"{OWNERS_FROM} + 1 + (n - 1) % {owned_by}"
    categories = list(Category.objects.order_by("pk").values_list("pk", flat=True))
    weibo = WeiboAccount._meta.db_table
    followers, verified = (f"(SELECT w.{name} FROM {weibo} w WHERE w.id = n)" for name in ("followers", "verified"))
    with fill.unindexed(WeiboAccount, MediaAccount):
        fill.rows(
            WeiboAccount,
            count,
            id="n",
            uid="(5000000000 + n)::text",
            user_id=owner,
            screen_name="'帐号' || n",
            followers="(1000 + 5000000 * power(random(), 8))::bigint",
            verified="random() < 0.3",
            token_expires_at=f"{T0} + interval '60 days'",
        )
        fill.rows(
            MediaAccount,
            count,
            id="n",
            weibo_id="n",
            owner_id=owner,
            screen_name="'帐号' || n",
            followers=followers,
            verified=verified,
            region=_one_of(["四川 成都", "北京", "上海", "广东 深圳", "浙江 杭州"]),
            category_id=_one_of(categories),
            review="'approved'",
            taking="'open'",
            price_original=f"1000 + ({followers} * (0.5 + 4.5 * power(random(), 2)))::bigint",
            price_repost=f"500 + ({followers} * (0.25 + 2.25 * power(random(), 2)))::bigint",
            specific="random() < 0.05",
            rating="(20 + 80 * random())::int",
            accept_rate_bp="(10000 * random())::int",
            lapse_rate_bp="(3000 * random())::int",
            answer_minutes="(600 * random())::int",
            median_reposts="(1000 * power(random(), 3))::int",
            median_comments="(400 * power(random(), 3))::int",
        )


def slots(count: int, *, accounts_are: int) -> None:
    """Accepted jobs of six days from T0's midnight, no two of one account on one day, half of them in the evening."""
    round_ = f"((n - 1) / {accounts_are})"
    days = f"{round_} * {6 * accounts_are // count} + floor(random() * {6 * accounts_are // count})"
    minutes = "floor(1440 * CASE WHEN random() < 0.5 THEN random() ELSE 0.71 + 0.21 * random() END)"
    start = f"{MIDNIGHT} + ({days}) * interval '1 day' + {minutes} * interval '1 minute'"
    with fill.unindexed(Slot):
        fill.rows(
            Slot,
            count,
            account_id=f"1 + (n - 1) % {accounts_are}",
            period=f"(SELECT tstzrange(s, s + interval '15 minutes', '[)') FROM (SELECT {start}) AS start (s))",
            order_id="n",
        )


def _one_of(values: Sequence[object]) -> str:
    """An SQL expression that draws one of the values anew for each row."""
    listed = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
    return f"(ARRAY[{listed}])[1 + floor(random() * {len(values)})::int]"


def tasks(
    count: int,
    *,
    advertisers_are: int,
    state: str = TaskState.RUNNING,
    form: str = Form.ORIGINAL,
    orders_each: int = 0,
    fee: int = FEE,
) -> None:
    """Tasks 1 … count with one approved submission of the same id each, spread over the advertisers.

    `orders_each` and `fee` are what the submissions' sums are to stand for.
    """
    advertiser = f"1 + (n - 1) % {advertisers_are}"
    words = {"form": f"'{form}'", "text": "'新品上市，欢迎试吃。第 ' || n || ' 期'"}
    if form == Form.REPOST:
        words |= {"source_id": "'4999000000000042'", "source_uid": "'5000000001'"}
    fill.rows(
        Task,
        count,
        id="n",
        advertiser_id=advertiser,
        state=f"'{state}'",
        kind_then="'enterprise'",
        recharged_then="1000000000",
        start_at=T0,
        created_at=f"{T0} - interval '2 hours'",
        updated_at=f"{T0} - interval '2 hours'",
        first_start_at=T0,
        last_start_at=T0,
        **words,
    )
    fill.rows(
        Submission,
        count,
        id="n",
        task_id="n",
        number="1",
        state="'approved'",
        start_at=T0,
        submitted_at=f"{T0} - interval '2 hours'",
        submitted_by_id=advertiser,
        net=str(PRICE * orders_each or 1),
        fee=str(fee * orders_each),
        coverage="0",
        rule_version="'bench'",
        **words,
    )


def orders(
    count: int,
    *,
    tasks_are: int,
    advertisers_are: int,
    accounts_are: int = 1,
    owners_are: int = 1,
    of: str = "",
    **columns: str,
) -> None:
    """Orders 1 … count with their items: order n belongs to task 1 + (n-1) % tasks and account 1 + (n-1) % accounts.

    `columns` are SQL expressions over `n` for columns of the order (`state`, `posted_at`, …); `start_at`,
    `account_id` and `fee` too. They may speak of other columns of the FROM clause `of`.
    """
    task = f"1 + (n - 1) % {tasks_are}"
    account = columns.setdefault("account_id", f"1 + (n - 1) % {accounts_are}")
    start = columns.setdefault("start_at", T0)
    fee = columns.setdefault("fee", str(FEE))
    fill.rows(
        Item,
        count,
        of=of,
        id="n",
        submission_id=task,
        account_id=account,
        start_at=start,
        price=str(PRICE),
        fee=fee,
        followers="10000",
        rating="60",
    )
    named = {
        "id": "n",
        "number": "'WT260105' || lpad(n::text, 8, '0')",
        "task_id": task,
        "item_id": "n",
        "advertiser_id": f"1 + (({task}) - 1) % {advertisers_are}",
        "owner_id": f"{OWNERS_FROM} + 1 + (({account}) - 1) % {owners_are}",
        "state": "'dispatched'",
        "cause": "'approved'",
        "form": f"'{Form.ORIGINAL}'",
        "text": "'新品上市，欢迎试吃。订单 ' || n",
        "price": str(PRICE),
        "followers": "10000",
        "rating": "60",
        "dispatched_at": f"{T0} - interval '1 hour'",
    }
    fill.rows(Order, count, of=of, **named | columns)


def _users(count: int, *, first: int, name: str, identity: str) -> None:
    fill.rows(
        User,
        count,
        first=first,
        id="n",
        username=f"'{name}' || n",
        password="'!'",  # noqa: S106  # an unusable password
        identity=f"'{identity}'",
        date_joined=T0,
    )


def scalar(statement: str, parameters: list[object] | None = None) -> int:
    """One number from the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.fetchone()[0])
