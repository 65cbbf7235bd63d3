"""What `submit` works on: advertisers with money, accounts to choose from, drafts, and a reviewer."""

import multiprocessing
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib.auth.models import Group
from django.db import connection, connections, transaction

from accounts.access import TASK_REVIEW
from accounts.models import Advertiser, MediaAccount, User
from benchmarks import fill, market
from billing import ledger
from billing.models import AccountKind, Reason, TopUp
from tasks.models import Selection, Task
from weitask import clock

ACCOUNTS: Final = 20_000
OWNERS: Final = 2_000
BUYERS: Final = 60
RICH: Final = 10**9  # fen
PRICE: Final = 100  # fen: a thousand of them stay below what takes two reviewers
COVERED: Final = 17  # tasks of 20 accounts that the last buyer's money suffices for
LEAN: Final = (COVERED + 1) * 20 * PRICE - 1
REVIEWER: Final = 900_000
_TRIGGERS_OFF: Final = (
    *("tasks_task", "tasks_submission", "tasks_item", "tasks_decision", "orders_order", "orders_orderevent"),
    *("billing_hold", "billing_transfer", "billing_entry", "billing_ledgeraccount", "accounts_notice"),
)


def build() -> None:
    """A market of accounts at one price each, and advertisers who have paid in."""
    market.pin()
    market.advertisers(BUYERS)
    market.owners(OWNERS)
    market.accounts(ACCOUNTS, owned_by=OWNERS)
    MediaAccount.objects.update(price_original=PRICE)
    fill.rows(User, 1, id=str(REVIEWER), username="'reviewer'", password="'!'", is_staff="true", date_joined=market.T0)  # noqa: S106
    User.objects.get(pk=REVIEWER).groups.add(Group.objects.get(name=TASK_REVIEW))
    for advertiser in Advertiser.objects.all():
        fund(advertiser, LEAN if advertiser.pk == BUYERS else RICH)
    fill.settle_in()


def fund(advertiser: Advertiser, amount: int) -> None:
    """A recharge that went through."""
    with transaction.atomic():
        topup = TopUp.objects.create(
            advertiser=advertiser,
            number=f"T{advertiser.pk}",
            amount=amount,
            state=TopUp.State.SUCCESS,
            created_at=clock.now(),
            ended_at=clock.now(),
        )
        available = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[advertiser.pk])[advertiser.pk]
        cash = ledger.platform(AccountKind.CASH)
        ledger.post([ledger.NewTransfer(Reason.RECHARGE, topup.pk, cash, available, amount)], at=clock.now())


def drafts(count: int, *, accounts: int, of: int = ACCOUNTS, buyer: str = "1 + n % 40", start: str = "") -> list[Task]:
    """So many drafts that choose so many accounts each, one after another of the first `of`.

    Args:
        buyer: an SQL expression over `n` for the advertiser's id.
        start: an SQL expression over `n` for the start; two hours from T0 when it is left out.
    """
    first = 1 + market.scalar("SELECT coalesce(max(id), 0) FROM tasks_task")
    fill.rows(
        Task,
        count,
        first=first,
        id="n",
        advertiser_id=buyer,
        form="'original'",
        text="'新品上市，欢迎试吃。第 ' || n || ' 期'",
        start_at=start or f"{market.T0} + interval '2 hours'",
        created_at=market.T0,
        updated_at=market.T0,
        kind_then="'enterprise'",
        recharged_then=str(RICH),
    )
    fill.rows(
        Selection,
        count * accounts,
        of=f"generate_series({first}, {first + count - 1}) AS n CROSS JOIN generate_series(1, {accounts}) AS place",
        task_id="n",
        account_id=f"1 + ((n - {first})::bigint * {accounts} + place - 1) % {of}",
        position="place",
    )
    return list(Task.objects.filter(pk__gte=first).select_related("advertiser__user").order_by("pk"))


def reviewer() -> User:
    """Read anew, so that the permissions are asked for as in a request of its own."""
    return User.objects.get(pk=REVIEWER)


def together(work: Callable[[Any], str], things: Sequence[Any], *, processes: int) -> list[str]:
    """Work on all things, in random order, by so many processes that begin together; what each ended with."""
    shuffled = random.Random(7).sample(things, len(things))
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready, answers = context.Barrier(processes), context.SimpleQueue()

    def client(number: int) -> None:
        connection.ensure_connection()
        ready.wait(60)
        answers.put([work(thing) for thing in shuffled[number::processes]])

    clients = [context.Process(target=client, args=(number,)) for number in range(processes)]
    for one in clients:
        one.start()
    told = [answer for _ in clients for answer in answers.get()]
    for one in clients:
        one.join()
    return told


def deadlocks() -> int:
    """How many this database has seen."""
    connections.close_all()  # a session reports when it ends
    return market.scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


def double_slots() -> int:
    """Pairs of slots of one account that overlap."""
    return market.scalar(
        "SELECT count(*) FROM accounts_slot a JOIN accounts_slot b"
        " ON a.account_id = b.account_id AND a.id < b.id AND a.period && b.period"
    )


def triggers_off(url: str) -> None:
    """For the floor: rows go in unwatched."""
    from benchmarks import scratch

    conn = scratch.connect(url)
    with conn, conn.cursor() as cursor:
        for table in _TRIGGERS_OFF:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    conn.close()
