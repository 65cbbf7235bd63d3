"""The auditor's rules about tasks: a clean book is clean, one planted corruption is caught by its rule alone."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from billing import audit
from tasks import review
from tasks.drafting import SelectionInput
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import HOUR, MINUTE, MONDAY
from tests.tasks.making import START, approved, draft, fund, reviewer, submitted

pytestmark = pytest.mark.django_db


@contextmanager
def promises_off() -> Iterator[None]:
    """What only a person with the keys of the database can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def plant(statement: str) -> set[str]:
    """Names of the rules that catch a corruption."""
    with promises_off(), connection.cursor() as cursor:
        cursor.execute(statement)
    return {violation.rule for violation in audit.run(as_of=MONDAY + MINUTE)}


@pytest.fixture
def life():
    """One of everything: in review with a lapsed selection, approved, rejected, stopped, lapsed, added."""
    chosen = (SelectionInput(MediaAccountFactory().pk), SelectionInput(MediaAccountFactory().pk, START + HOUR))
    lapsed = submitted()
    waiting = submitted(draft(selections=chosen))
    review.lapse_due(START)
    review.reject(submission=submitted(), by=reviewer(), reason="理由", now=MONDAY)
    review.halt(task=approved().task, by=reviewer(), reason="理由", now=MONDAY)
    running = approved()
    new = SelectionInput(MediaAccountFactory().pk, None, "新说法")
    review.add_orders(task=running.task, by=running.task.advertiser.user, selections=[new], now=MONDAY)
    personal = fund(AdvertiserFactory(personal=True), 100)
    draft(personal, form="repost", accounts=[])
    return {"lapsed": lapsed, "waiting": waiting, "running": running}


def test_a_clean_book_is_clean(life):
    assert audit.run(as_of=MONDAY + MINUTE) == []


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE billing_hold SET amount = amount - 1 WHERE ended_at IS NULL", "L09"),
        ("UPDATE billing_hold SET ended_at = now() WHERE ended_at IS NULL", "L09"),
        ("UPDATE billing_hold SET ended_at = NULL WHERE ended_at IS NOT NULL", "L09"),
        ("UPDATE billing_hold SET original = original + 1, spendable_then = spendable_then + 1", "L09"),
        ("UPDATE tasks_submission SET net = net + 1, fee = fee - 0 WHERE state = 'approved'", "L14"),
        ("UPDATE tasks_task SET recharged_then = 199999 WHERE kind_then = 'enterprise'", "L28"),
    ],
)
def test_a_planted_corruption_is_caught_by_its_rule(life, statement, rule):
    assert rule in plant(statement)


def test_a_planted_low_recharge_is_caught_by_no_other_rule(life):
    assert plant("UPDATE tasks_task SET recharged_then = 199999 WHERE kind_then = 'enterprise'") == {"L28"}


def test_a_planted_hold_is_caught_by_no_other_rule(life):
    assert plant("UPDATE billing_hold SET amount = amount - 1 WHERE ended_at IS NULL") == {"L09"}


def test_a_planted_cost_is_caught_by_no_other_rule():
    submission = submitted()
    review.reject(submission=submission, by=reviewer(), reason="理由", now=MONDAY)
    item = (
        "INSERT INTO tasks_item (submission_id, account_id, start_at, text, image_ids, price, fee, followers, rating)"
    )
    account = MediaAccountFactory().pk
    values = f" VALUES ({submission.pk}, {account}, now(), '', '{{}}', 1, 0, 0, 0)"
    assert plant(item + values) == {"L14"}
