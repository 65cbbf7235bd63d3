"""What the database refuses of payouts, whoever writes: the lines are what is paid, to the owner's card (L17, L18)."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing import audit, payouts
from billing.models import Payout, PayoutAttempt, PayoutLine
from billing.payouts import Line
from tests.billing.book import earn
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import FRIDAY, MONDAY

pytestmark = pytest.mark.django_db

_WRITE = """
WITH made AS (
  INSERT INTO billing_payout (run_id, owner_id, amount, state, problem) VALUES (%s, %s, %s, 'failed', '') RETURNING id
)
INSERT INTO billing_payoutline (payout_id, order_id, amount)
SELECT made.id, 100 + row_number() OVER (), fen FROM made, unnest(%s::bigint[]) AS fen
"""
_LINES = "INSERT INTO billing_payoutline (payout_id, order_id, amount) VALUES "
_ATTEMPT = """
INSERT INTO billing_payoutattempt (payout_id, card_id, amount, number, state, made_at, queries, code)
VALUES (%s, %s, %s, 'PO1', 'failed', now(), 0, '')
"""


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def card_of(owner):
    moments = {"bound_at": MONDAY, "created_at": MONDAY}
    return owner.bank_cards.create(bank_code="ICBC", last4="1238", state="bound", card_id="1", **moments)


@pytest.fixture
def payout() -> Payout:
    """15.00 for two orders, on its way to its owner's card."""
    owner = UserFactory()
    card_of(owner)
    earn(AdvertiserFactory(), owner, {3: 700, 4: 800})
    batch = payouts.open_run(cutoff=FRIDAY, now=MONDAY)
    payouts.add(run=batch, lines=[Line(3, owner.pk, 700), Line(4, owner.pk, 800)], now=MONDAY)
    run("SET CONSTRAINTS ALL IMMEDIATE")  # as after a commit: no pending check of a key refuses TRUNCATE in our place
    return Payout.objects.get()


def write(payout, amount, lines):
    """Another payout of the same run, with its lines, in one statement."""
    run(_WRITE, payout.run_id, UserFactory().pk, amount, lines)


def test_a_payout_with_its_lines_is_taken(payout):
    write(payout, 30, [10, 20])
    assert PayoutLine.objects.count() == 4


@pytest.mark.parametrize("lines", [[], [30, 1], [29], [40, -10], [30, 0]])
def test_a_payout_with_other_lines_is_refused(payout, lines):
    with pytest.raises(DatabaseError):
        write(payout, 30, lines)
    assert Payout.objects.get() == payout


@pytest.mark.parametrize("lines", ["(%s, 9, 1500)", "(%s, 9, 1)", "(%s, 9, 5), (%s, 10, -5)", "(%s, 9, 0)"])
def test_no_line_comes_later_not_even_all_of_them_a_second_time(payout, lines):
    with pytest.raises(DatabaseError):
        run(_LINES + lines, *[payout.pk] * lines.count("%s"))
    assert payout.lines.count() == 2


def test_a_line_of_no_payout_is_refused():
    with pytest.raises(DatabaseError, match="not what it pays"):
        run(_LINES + "(0, 9, 100)")


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE billing_payoutline SET {column} = {column} + 1" for column in ("amount", "order_id", "payout_id")),
        *(f"UPDATE billing_payout SET {column} = {column} + 1" for column in ("id", "amount", "owner_id", "run_id")),
        *(f"UPDATE billing_payoutattempt SET {column} = {column} + 1" for column in ("id", "amount", "payout_id")),
        "UPDATE billing_payoutattempt SET card_id = card_id + 1",
        "UPDATE billing_payoutattempt SET number = number || '1'",
        "UPDATE billing_bankcard SET id = id + 1",
        "UPDATE billing_bankcard SET owner_id = owner_id + 1",
        *(f"DELETE FROM billing_{table}" for table in ("payoutline", "payout", "payoutattempt", "bankcard")),
        *(f"TRUNCATE billing_{table}" for table in ("payoutline", "payout", "payoutattempt", "bankcard")),
        "TRUNCATE billing_payoutrun CASCADE",
    ],
)
def test_what_is_paid_to_whom_stays(payout, statement):
    with pytest.raises(DatabaseError, match="Cannot"):
        run(statement)
    assert (Payout.objects.count(), PayoutLine.objects.count(), PayoutAttempt.objects.count()) == (1, 2, 1)
    assert audit.run(only=["L17", "L18"], as_of=MONDAY) == []


def test_what_does_change_of_a_payout_and_its_attempt_may_change(payout):
    run("UPDATE billing_payout SET retry_at = now(), amount = amount")
    run("UPDATE billing_payoutattempt SET state = 'sent', sent_at = now(), amount = amount")
    assert PayoutAttempt.objects.get().state == "sent"


def test_an_attempt_pays_the_payouts_amount_to_its_owners_card(payout):
    own, other = payout.owner.bank_cards.get().pk, card_of(UserFactory()).pk
    for wrong in ((payout.pk, own, 1_499), (payout.pk, other, 1_500), (payout.pk, 0, 1_500), (0, own, 1_500)):
        with pytest.raises(DatabaseError, match="its amount and its owner"):
            run(_ATTEMPT, *wrong)
    run(_ATTEMPT, payout.pk, own, 1_500)
    assert payout.attempts.count() == 2
