"""A market whose orders are all earned, with the book behind them: clean by the audit, of any size.

Everything is written by set-based SQL, orders and book side by side. Each order was frozen, earned and charged its fee
if there is one (two or three transfers) on the money its advertiser recharged; accounts' entries lie scattered, as they
do after months.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from accounts.models import Slot
from benchmarks import fill, market
from billing.models import AccountKind, BankCard, Entry, LedgerAccount, TopUp, Transfer
from orders.models import Order
from tasks.models import Item

CUTOFF: Final = datetime.fromisoformat("2026-01-16T00:00:00+08:00")  # a Friday
NOW: Final = CUTOFF + timedelta(minutes=10)
TASKS: Final = 1_000
ADVERTISERS: Final = 1_000
AN_ACCOUNT: Final = 600  # orders of one account, each in a quarter of an hour of its own: six days and a bit
START: Final = f"timestamptz '2026-01-08 12:00+08' + interval '15 minutes' * (deal.place % {AN_ACCOUNT})"
ACHIEVED: Final = f"{START} + interval '24 hours 1 minute'"
WITHOUT_CARD: Final = 50  # one owner in so many

# Who earned order n: owner w gets the orders whose rank falls into [√((w-1)/W), √(w/W)) of all, so that the busiest
# 2.5 % of owners have 15.8 % of the orders, as measured in the market this was taken from.
_DEAL: Final = """
CREATE UNLOGGED TABLE deal AS
SELECT n, owner, row_number() OVER (PARTITION BY owner ORDER BY n) - 1 AS place
FROM (
  SELECT n, 1 + floor({owners} * power((n::bigint * 7919 % {orders} + 0.5) / {orders}, 2))::bigint AS owner
  FROM generate_series(1, {orders}) AS n
) AS dealt ORDER BY n
"""
_HOLDERS: Final = """
CREATE UNLOGGED TABLE holder AS
SELECT owner, part, row_number() OVER (ORDER BY owner, part) AS account
FROM (SELECT DISTINCT owner, place / {an_account} AS part FROM deal) AS held
"""

# Transfers in the order of time: a recharge per advertiser, all freezes, then earn and fee of each order.
_MOVED: Final = """
INSERT INTO billing_transfer (id, reason, reference, source_id, target_id, amount, ends, limit_then, at, xid)
WITH item AS (
  SELECT n, {achieved} AS achieved_at, available.id AS available, frozen.id AS frozen, payable.id AS payable
  FROM deal
  JOIN billing_ledgeraccount available ON available.kind = 'available' AND available.advertiser_id = {advertiser}
  JOIN billing_ledgeraccount frozen ON frozen.kind = 'frozen' AND frozen.advertiser_id = available.advertiser_id
  JOIN billing_ledgeraccount payable ON payable.kind = 'payable' AND payable.owner_id = {owners_from} + deal.owner
)
SELECT moved.*, (SELECT pg_current_xact_id()::text::bigint)
FROM (
  SELECT topup.id, 'recharge', topup.id, cash.id, available.id, topup.amount, NULL::bigint, NULL::bigint, topup.ended_at
  FROM billing_topup topup
  JOIN billing_ledgeraccount available ON available.kind = 'available' AND available.advertiser_id = topup.advertiser_id
  JOIN billing_ledgeraccount cash ON cash.kind = 'cash'
  UNION ALL
  SELECT {first} + n, 'freeze', n, available, frozen, {net} + {fee}, NULL, 0, {dispatched} FROM item
  UNION ALL
  SELECT {first} + {orders} + 2 * n - 1, 'earn', n, frozen, payable, {net}, {first} + n, NULL, achieved_at FROM item
  UNION ALL
  SELECT {first} + {orders} + 2 * n, 'fee', n, frozen, income.id, {fee}, NULL, NULL, achieved_at
  FROM item JOIN billing_ledgeraccount income ON income.kind = 'fee'
  WHERE {fee} > 0
  ORDER BY 1
) AS moved
"""
_ENTERED: Final = """
INSERT INTO billing_entry (id, transfer_id, account_id, amount, balance_after, seq)
SELECT 2 * transfer_id - side, transfer_id, account_id, amount, sum(amount) OVER sofar, row_number() OVER sofar
FROM (
  SELECT id AS transfer_id, source_id AS account_id, -amount AS amount, 1 AS side FROM billing_transfer
  UNION ALL
  SELECT id, target_id, amount, 0 FROM billing_transfer
) AS line
WINDOW sofar AS (PARTITION BY account_id ORDER BY transfer_id ROWS UNBOUNDED PRECEDING)
ORDER BY 1
"""
_BALANCED: Final = """
UPDATE billing_ledgeraccount AS account SET balance = book.balance, seq = book.seq
FROM (SELECT account_id, sum(amount) AS balance, count(*) AS seq FROM billing_entry GROUP BY account_id) AS book
WHERE book.account_id = account.id
"""


def earned(*, orders: int, owners: int, fee: int = market.FEE) -> None:
    """`orders` earned orders of `owners` owners (skewed), due for the batch of `CUTOFF`, and their book.

    One owner in fifty has no bank card. `orders` is a multiple of a thousand; `fee` is fen of each.
    """
    market.pin(NOW.isoformat())
    market.advertisers(ADVERTISERS)
    market.owners(owners)
    _deal(orders, owners)
    owner = f"(SELECT {market.OWNERS_FROM} + holder.owner FROM holder WHERE holder.account = n)"
    market.accounts(market.scalar("SELECT count(*) FROM holder"), owner=owner)
    market.tasks(TASKS, advertisers_are=ADVERTISERS, orders_each=orders // TASKS, fee=fee)
    _cards(owners)
    _paid_in(orders * (market.PRICE + fee) // ADVERTISERS)
    _side_by_side(lambda: _orders(orders, fee), lambda: _book(orders, fee))
    _run("DROP TABLE deal, holder")
    fill.settle_in()


def _deal(orders: int, owners: int) -> None:
    _run(
        _DEAL.format(orders=orders, owners=owners),
        _HOLDERS.format(an_account=AN_ACCOUNT),
        "CREATE INDEX ON holder (account)",
        "ANALYZE deal, holder",
    )


def _side_by_side(*works: Callable[[], None]) -> None:
    """Each in a thread with a connection of its own: there are two cores."""

    def alone(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(alone, work) for work in works]:
            done.result()


def _cards(owners: int) -> None:
    """A bound card for each owner but one in fifty."""
    fill.rows(
        BankCard,
        owners,
        owner_id=f"{market.OWNERS_FROM} + n",
        bank_code="'ICBC'",
        last4="'1238'",
        number="''",
        holder="''",
        number_hash="n::text",
        state=f"CASE WHEN n % {WITHOUT_CARD} = 0 THEN 'invalid' ELSE 'bound' END",
        card_id="n::text",
        created_at=market.T0,
        bound_at=market.T0,
    )


def _paid_in(amount: int) -> None:
    """A recharge of `amount` fen per advertiser, and the platform's accounts."""
    fill.rows(
        TopUp,
        ADVERTISERS,
        id="n",
        advertiser_id="n",
        number="'RC' || n",
        amount=str(amount),
        state="'success'",
        created_at=market.T0,
        ended_at=market.T0,
    )
    for kind in (AccountKind.CASH, AccountKind.FEE):
        fill.rows(LedgerAccount, 1, kind=f"'{kind}'")


def _orders(count: int, fee: int) -> None:
    """Orders with their slots; the quarter of an hour follows from the place among the owner's orders."""
    dealt = f"deal JOIN holder ON holder.owner = deal.owner AND holder.part = deal.place / {AN_ACCOUNT}"
    with fill.unindexed(Item, Order, Slot):
        market.orders(
            count,
            tasks_are=TASKS,
            advertisers_are=ADVERTISERS,
            of=dealt,
            account_id="holder.account",
            owner_id=f"{market.OWNERS_FROM} + deal.owner",
            fee=str(fee),
            start_at=START,
            state="'achieved'",
            weibo_id="(5000000000000000 + n)::text",
            posted_at=f"{START} + interval '1 minute'",
            achieved_at=ACHIEVED,
        )
        fill.rows(
            Slot,
            count,
            of="orders_order o",
            account_id="o.account_id",
            order_id="o.id",
            period="tstzrange(o.start_at, o.start_at + interval '15 minutes', '[)')",
        )


def _book(orders: int, fee: int) -> None:
    moved = _MOVED.format(
        first=ADVERTISERS,
        orders=orders,
        net=market.PRICE,
        fee=fee,
        advertiser=f"1 + (n - 1) % {ADVERTISERS}",
        owners_from=market.OWNERS_FROM,
        achieved=ACHIEVED,
        dispatched=f"{market.T0} - interval '1 hour'",
    )
    with fill.unindexed(Transfer, Entry):
        with fill.loading(Transfer, Entry):
            _run(moved, _ENTERED, _BALANCED)
        for table in ("billing_transfer", "billing_entry"):
            _run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET work_mem = '128MB'")
        for statement in statements:
            cursor.execute(statement)
