"""Submitting and approving tasks of 1, 20 and 1,000 accounts; many at once; and accepting on contended slots."""

import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Final

import django

django.setup()

from django.db.models import Sum
from rest_framework.authtoken.models import Token

from accounts.models import Slot, User
from benchmarks import explain, market, scratch, submitting, web
from benchmarks.clients import rate
from benchmarks.result import AT_LEAST, AT_MOST, Case, Report
from billing.models import Hold, LedgerAccount, Transfer
from orders import answering
from orders.models import Order
from tasks import review
from tasks.models import Submission, Task
from weitask.refusal import Refusal
from weitask.retrying import retrying

REQUESTS: Final = int(os.environ.get("BENCH_N", "240"))  # of each kind over HTTP
TURN: Final = 30  # of one site, then of the other
SIZES: Final = (1, 20, 1_000)
CONTENDED: Final = 5_000  # accounts that four clients want
SECONDS: Final = 5.0
NOW: Final = datetime.fromisoformat("2026-01-05T10:00:00+08:00")  # where the clock is pinned; asking costs a statement
AT_ONCE: Final = 50
CLASHING: Final = 10  # tasks over the same hundred accounts: a thousand orders


def main() -> None:
    report = Report("submit")
    submitting.build()
    _statements(report)
    _over_http(report)
    _clients(report)
    _one_balance(report)
    _accepts(report)
    frozen = LedgerAccount.objects.filter(kind="frozen").aggregate(total=Sum("balance"))["total"]
    live = Order.objects.filter(state__in=["dispatched", "accepted"]).aggregate(total=Sum("price"))["total"]
    report.check("what is frozen is what the live orders cost", holds=frozen == live)
    print(report.line())


def _submit(task: Task) -> None:
    retrying(lambda: review.submit(task=task, by=task.advertiser.user, now=NOW))


def _approve(submission: Submission, by: User) -> None:
    retrying(lambda: review.approve(submission=submission, by=by, now=NOW))


def _dispatched(task: Task, accounts: int) -> bool:
    orders = Order.objects.filter(task=task, state="dispatched")
    froze = Transfer.objects.filter(reason="freeze", reference__in=orders.values("pk"))
    return orders.count() == accounts and froze.count() == accounts


# --- One at a time ----------------------------------------------------------------------------------------------------


def _statements(report: Report) -> None:
    """Statements and time by the number of accounts."""
    counts: dict[str, list[int]] = {"submit": [], "approve": []}
    took: dict[str, float] = {}
    for accounts in SIZES:
        times: dict[str, list[float]] = {"submit": [], "approve": []}
        warm, *tasks = submitting.drafts(4, accounts=accounts, buyer="1")
        _both(warm)
        for task in tasks:
            by = submitting.reviewer()
            sent = _measured(lambda task=task: _submit(task), times["submit"])
            submission = task.submissions.get()
            decided = _measured(lambda one=submission, by=by: _approve(one, by), times["approve"])
            counts["submit"].append(len(sent))
            counts["approve"].append(len(decided))
            report.check("every account has its order, and its money is frozen", holds=_dispatched(task, accounts))
        for verb, values in times.items():
            took[verb] = statistics.median(values)
            unit = f"ms to {verb}, accounts of a task"
            report.growth.append({"n": accounts, "figure": took[verb] * 1000, "unit": unit})
    for verb, most in (("submit", 15), ("approve", 20)):
        report.check(f"{verb}: as many statements for 1,000 accounts as for one", holds=len(set(counts[verb])) == 1)
        report.add(Case(f"statements to {verb}, 1 to 1,000 accounts", max(counts[verb]), "", most, AT_MOST))
    report.add(Case("submit 1,000 accounts", took["submit"], "s", 1.0, AT_MOST))
    report.add(Case("approve 1,000 accounts", took["approve"], "s", 1.5, AT_MOST))
    (task,) = submitting.drafts(1, accounts=SIZES[-1], buyer="1")
    report.plans["what is asked about 1,000 chosen accounts"] = explain.plan(lambda: _submit(task))


def _measured(work: Callable[[], None], times: list[float]) -> list[explain.Statement]:
    began = time.perf_counter()
    statements = explain.statements(work)
    times.append(time.perf_counter() - began)
    return statements


def _both(task: Task) -> int:
    _submit(task)
    _approve(task.submissions.get(), submitting.reviewer())
    return 1


# --- Over HTTP --------------------------------------------------------------------------------------------------------


def _over_http(report: Report) -> None:
    """Tasks of 20 accounts through the API, and the same rows through the bare views, on a copy."""
    tasks = submitting.drafts(REQUESTS, accounts=20)
    tokens = {user: Token.objects.create(user_id=user).key for user in [*range(1, 41), submitting.REVIEWER]}
    product = {
        "submit": [_ask(f"tasks/{task.pk}/submit/", tokens[task.advertiser.user_id]) for task in tasks],
        "approve": [_ask(f"review/tasks/{task.pk}/approve/", tokens[submitting.REVIEWER]) for task in tasks],
    }
    database = os.environ["DATABASE_URL"]
    with ExitStack() as stack:
        copy = stack.enter_context(scratch.twin())
        submitting.triggers_off(copy)
        bare = stack.enter_context(web.served(web.BARE, database=copy))
        site = stack.enter_context(web.served(web.PRODUCT, database=database))
        for verb in ("submit", "approve"):
            floor, figure = _rates((bare, [_bare(verb, task) for task in tasks]), (site, product[verb]), report=report)
            report.add(Case(f"{verb} over HTTP, 20 accounts", figure, "/s", 0.3, AT_LEAST, floor))
    done = Order.objects.filter(task__in=tasks, state="dispatched").count()
    report.check("over HTTP every account has its order", holds=done == 20 * REQUESTS)


def _ask(path: str, token: str) -> web.Ask:
    return web.Ask(f"/api/v1/{path}", method="POST", body="{}", headers={"Authorization": f"Token {token}"})


def _bare(verb: str, task: Task) -> web.Ask:
    return web.Ask(f"/tasks/{verb}/", method="POST", body=f'{{"task": {task.pk}}}')


def _rates(*sites: tuple[int, Sequence[web.Ask]], report: Report) -> list[float]:
    """Requests a second of each site, in turns, so that the moods of the machine meet all; the first warms up."""
    seconds = [0.0] * len(sites)
    for first in range(0, REQUESTS, TURN):
        for place, (port, asks) in enumerate(sites):
            took = _seconds(port, asks[first : first + TURN], report)
            seconds[place] += took if first else 0
    return [(REQUESTS - TURN) / one for one in seconds]


def _seconds(port: int, asks: Sequence[web.Ask], report: Report) -> float:
    began = time.perf_counter()
    answers = web.fetch(port, asks)
    seconds = time.perf_counter() - began
    wrong = [answer for answer in answers if answer.status != 200]
    report.check("every request was answered", holds=not wrong)
    if wrong:
        print(wrong[0].status, wrong[0].text[:500], flush=True)
    return seconds


# --- Many at once -----------------------------------------------------------------------------------------------------


def _clients(report: Report) -> None:
    """Four clients submit and approve tasks of 20 among 5,000 accounts, two of them for one and the same buyer."""
    before = submitting.deadlocks()
    tasks = submitting.drafts(4_000, accounts=20, of=CONTENDED, buyer="41 + n % 3")

    def client(number: int) -> Callable[[], int]:
        mine = iter(tasks[number::4])
        return lambda: _both(next(mine))

    alone = rate(client, processes=1, seconds=SECONDS / 2)
    tasks = tasks[len(tasks) // 2 :]
    four = rate(client, processes=4, seconds=SECONDS)
    dead = submitting.deadlocks() - before
    note = f"{four:.0f} tasks/s submitted and approved, one client alone {alone:.0f}"
    report.add(Case("deadlocks, 4 clients on 5,000 accounts", dead, "", 0, AT_MOST, note=note))


def _one_balance(report: Report) -> None:
    """Fifty submissions at the same instant, over money for seventeen."""
    tasks = submitting.drafts(AT_ONCE, accounts=20, buyer=str(submitting.BUYERS))
    told = Counter(submitting.together(_told(_submit), tasks, processes=AT_ONCE))
    held = Hold.objects.filter(advertiser=submitting.BUYERS, ended_at=None).count()
    report.check(
        "of 50 at once exactly those the money covers",
        holds=told == {"ok": submitting.COVERED, "not_enough_money": AT_ONCE - submitting.COVERED}
        and held == submitting.COVERED,
    )
    report.add(Case("submissions over money for 17, 50 at once", told["ok"], "", submitting.COVERED, AT_MOST))


def _accepts(report: Report) -> None:
    """A thousand orders of a hundred accounts, ten of each within 45 minutes, accepted by eight processes."""
    for task in submitting.drafts(
        CLASHING,
        accounts=100,
        of=100,
        buyer="50",
        start=f"{market.T0} + interval '30 hours' + n % 10 * interval '5 min'",
    ):
        _both(task)
    orders = list(Order.objects.filter(advertiser=50, state="dispatched").select_related("owner"))
    before = submitting.deadlocks()
    began = time.perf_counter()
    told = Counter(submitting.together(_told(_accept), orders, processes=8))
    seconds = time.perf_counter() - began
    dead = submitting.deadlocks() - before
    accepted = Order.objects.filter(advertiser=50, state="accepted").count()
    report.check("as many slots as accepted orders", holds=Slot.objects.count() == accepted == told["ok"])
    report.check("an accept is done or refused", holds=set(told) <= {"ok", "not_dispatched", "slot_taken"})
    note = f"{len(orders):,} accepts in {seconds:.1f} s, {accepted} slots"
    report.add(Case("double slots", submitting.double_slots(), "", 0, AT_MOST, note=note))
    report.add(Case("deadlocks, 1,000 contended accepts", dead, "", 0, AT_MOST))


def _accept(order: Order) -> None:
    retrying(lambda: answering.accept(order=order, by=order.owner, ip=None, now=NOW))


def _told(work: Callable[..., None]) -> Callable[[object], str]:
    """What a piece of work ended with: `ok`, the code of its refusal, or the name of an error."""

    def told(thing: object) -> str:
        try:
            work(thing)
        except Refusal as refusal:
            return refusal.code
        except Exception as error:  # counted: the check fails
            return type(error).__name__
        return "ok"

    return told


if __name__ == "__main__":
    main()
