"""`Idempotency-Key` through the API: one effect, one answer (spec 7)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connections

from billing import topups
from billing.models import TopUp
from orders.models import Order
from tasks.models import Task
from tests.api.callers import Caller, problem, task_body
from tests.factories import MediaAccountFactory
from tests.moments import MONDAY
from tests.orders import world
from tests.tasks.making import draft, enterprise, reviewer, submitted
from weitask import clock
from weitask.models import IdempotencyKey


def test_the_same_draft_is_saved_once(buyer):
    body = task_body(MediaAccountFactory())
    first, again = buyer.post("tasks/", body, key="k"), buyer.post("tasks/", body, key="k")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again["Idempotency-Replayed"] == "true"
    assert Task.objects.count() == 1


def test_another_body_under_the_same_key_is_a_conflict(buyer):
    buyer.done("post", "tasks/", {"form": "original"}, key="k")
    problem(buyer.post("tasks/", {"form": "original", "text": "x"}, key="k"), 409, "idempotency-key-reused")


def test_a_key_belongs_to_its_user_and_its_path(buyer, person):
    buyer.done("post", "tasks/", {"form": "original"}, key="k")
    problem(person.post("tasks/", {"form": "original"}, key="k"), 400)  # judged on its own: R2
    assert buyer.post("recharges/", {"amount": "0"}, key="k").status_code == 400


def test_a_refusal_may_be_mended_under_the_same_key(buyer):
    problem(buyer.post("tasks/", {"form": "video"}, key="k"), 400)
    assert buyer.done("post", "tasks/", {"form": "original"}, key="k")


def test_approving_twice_under_one_key_freezes_once(buyer, judge, sandbox):
    task = submitted(draft(buyer.user.advertiser)).task
    answers = [judge.post(f"review/tasks/{task.pk}/approve/", key="k").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert Order.objects.count() == 1
    assert buyer.done("get", "wallet/")["frozen"] == "100.00"


def test_a_key_that_moved_money_is_kept_and_never_given_out_again(buyer, sandbox):
    buyer.done("post", "recharges/", {"amount": "5.00"}, key="k")
    key = IdempotencyKey.objects.get()
    assert key.keep
    IdempotencyKey.objects.update(status=None, created_at=clock.real() - timedelta(days=1))
    problem(buyer.post("recharges/", {"amount": "5.00"}, key="k"), 409, "in-progress")
    assert TopUp.objects.filter(amount=500).count() == 1


def test_an_abandoned_key_that_moved_nothing_is_free_again(buyer):
    buyer.done("post", "tasks/", {"form": "original"}, key="k")
    IdempotencyKey.objects.update(status=None, created_at=clock.real() - timedelta(minutes=3))
    buyer.done("post", "tasks/", {"form": "original"}, key="k")
    assert Task.objects.count() == 2


def on_a_thread(work):
    def run(*args):
        try:
            return work(*args)
        finally:
            connections.close_all()

    return run


def test_a_call_under_way_is_in_progress_for_the_second(committed, monkeypatch):
    buyer = enterprise()
    arrived, let_go = threading.Event(), threading.Event()
    real = topups.start

    def slow(**told):
        arrived.set()
        assert let_go.wait(10)
        return real(**told)

    monkeypatch.setattr(topups, "start", slow)
    monkeypatch.setattr(topups.sinapay, "client", lambda: Cashier())
    call = on_a_thread(lambda: Caller(buyer.user).post("recharges/", {"amount": "5.00"}, key="k"))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(call)
        assert arrived.wait(10)
        problem(Caller(buyer.user).post("recharges/", {"amount": "5.00"}, key="k"), 409, "in-progress")
        let_go.set()
        assert first.result().status_code == 201
    assert Caller(buyer.user).post("recharges/", {"amount": "5.00"}, key="k").json() == first.result().json()
    assert TopUp.objects.filter(amount=500).count() == 1


class Cashier:
    """Sina Pay that takes everything."""

    def deposit(self, **_told):
        from weitask.gateways.sinapay import DepositStarted

        return DepositStarted("PROCESSING", "http://127.0.0.1/cashier")


def test_two_at_once_under_one_key_accept_once_and_hear_the_same(committed):
    clock.pin(at=MONDAY)
    order = world.one()
    start = threading.Barrier(2)

    def accept():
        caller = Caller(order.owner)
        start.wait(5)
        return caller.post(f"orders/{order.pk}/accept/", key="k")

    with ThreadPoolExecutor(2) as pool:
        answers = [one.result() for one in [pool.submit(on_a_thread(accept)) for _ in range(2)]]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert order.events.filter(new="accepted").count() == 1


def test_two_reviewers_at_once_decide_once(committed, sandbox):
    clock.pin(at=MONDAY)
    task = submitted(draft()).task
    judges = [Caller(reviewer()) for _ in range(2)]
    start = threading.Barrier(2)

    def approve(judge):
        start.wait(5)
        return judge.post(f"review/tasks/{task.pk}/approve/").status_code

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(on_a_thread(approve), judges))
    assert sorted(codes) == [200, 409]
