"""The auditor catches each planted corruption by its own rule, and by no other (faults section 2, G6)."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.checks import Error
from django.core.management import call_command
from django.db import connection

from billing import audit, holds, ledger, payouts, suspense
from billing.management.commands.audit_ledger import Command
from billing.models import (
    AccountKind,
    CreditLimit,
    Entry,
    LedgerAccount,
    Payout,
    PayoutAttempt,
    SuspenseItem,
    TopUp,
    Transfer,
)
from billing.payouts import Line
from tests.billing.book import earn, recharge
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import DAY, FRIDAY, MONDAY

pytestmark = pytest.mark.django_db
BILLING = ["L01", "L02", "L03", "L04", "L05", "L06", "L07", "L08", "L17", "L18", "L20", "L21", "L24"]


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def book(now) -> None:
    """A book with a little of everything, clean; then the database's own promises are switched off."""
    advertiser, owner = AdvertiserFactory(), UserFactory()
    CreditLimit.objects.create(advertiser=advertiser, amount=50_000, contract="HT", valid_from=now, by=UserFactory())
    recharge(advertiser, 300_000)
    holds.freeze(advertiser_id=advertiser.pk, charges=[holds.Charge(1, 310_000), holds.Charge(2, 10_000)], now=now)
    holds.release(order_ids=[1], now=now)
    earn(AdvertiserFactory(), owner, {3: 7_000, 4: 8_000})
    add_payout(owner, {3: 7_000, 4: 8_000})
    assert audit.run(only=BILLING, as_of=now) == []
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET session_replication_role = replica")  # the rollback at the end of the test takes it back


def add_payout(owner, amounts: dict[int, int]) -> None:
    """A payout on its way to a card that never saw Sina Pay."""
    owner.bank_cards.create(
        bank_code="ICBC", last4="1238", state="bound", card_id="1", bound_at=MONDAY, created_at=MONDAY
    )
    run = payouts.open_run(cutoff=FRIDAY, now=MONDAY)
    payouts.add(run=run, lines=[Line(order, owner.pk, fen) for order, fen in amounts.items()], now=MONDAY)


def post(reason: str, source: str, target: str, amount: int, *, reference: int = 999) -> None:
    """A transfer in due form between the first accounts of two kinds."""
    ids = [LedgerAccount.objects.filter(kind=kind).order_by("pk")[0].pk for kind in (source, target)]
    ledger.post([ledger.NewTransfer(reason, reference, *ids, amount)], at=MONDAY)


def without(table: str, constraint: str) -> None:
    sql(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def transfer_without_entries() -> None:
    one = Transfer.objects.get(reason="freeze", reference=2)
    Transfer.objects.create(reason="reversal", reference=1, source=one.source, target=one.target, amount=5, at=MONDAY)


def entry_of_no_transfer() -> None:
    account = LedgerAccount.objects.get(kind="cash")
    sql(
        "INSERT INTO billing_entry (transfer_id, account_id, amount, balance_after, seq) VALUES (0, %s, -1, %s, %s)",
        account.pk,
        account.balance - 1,
        account.seq + 1,
    )
    sql("UPDATE billing_ledgeraccount SET balance = balance - 1, seq = seq + 1 WHERE id = %s", account.pk)


def entries_of_nothing() -> None:
    columns = "(transfer_id, account_id, amount, balance_after, seq)"
    sql(f"INSERT INTO billing_entry {columns} VALUES (-1, -1, 5, 5, 1), (-1, -2, -5, -5, 1)")


def balance_by_hand() -> None:
    sql("UPDATE billing_ledgeraccount SET balance = balance + 1 WHERE kind = 'available'")


def running_balance_by_hand() -> None:
    entry = Entry.objects.filter(account__kind="available").earliest("pk")
    sql("UPDATE billing_entry SET balance_after = balance_after + 1 WHERE id = %s", entry.pk)


def absurd_amount() -> None:
    ledger.platform(AccountKind.EXPENSE)
    without("billing_transfer", "transfer_amount_sane")
    post("goodwill", "expense", "available", 10**13 + 1)


def the_same_effect_twice() -> None:
    ledger.platform(AccountKind.EXPENSE)
    without("billing_transfer", "transfer_once")
    post("goodwill", "expense", "available", 5)
    post("goodwill", "expense", "available", 5)


def negative_suspense() -> None:
    ledger.platform(AccountKind.SUSPENSE)
    without("billing_ledgeraccount", "ledger_account_sign")
    post("goodwill", "suspense", "available", 5)


def negative_for_a_moment() -> None:
    ledger.platform(AccountKind.SUSPENSE)
    without("billing_ledgeraccount", "ledger_account_sign")
    post("goodwill", "suspense", "available", 5)
    post("reversal", "available", "suspense", 5)


def cash_on_the_wrong_side() -> None:
    without("billing_ledgeraccount", "ledger_account_sign")
    post("reversal", "available", "cash", 400_000)


def freeze_beyond_the_limit() -> None:
    sql("UPDATE billing_transfer SET limit_then = 19999 WHERE reason = 'freeze' AND reference = 2")


def order_in_two_payouts() -> None:
    without("billing_payoutline", "billing_payoutline_pkey")
    payout = Payout.objects.get()
    sql("INSERT INTO billing_payoutline (payout_id, order_id, amount) VALUES (%s, 3, 7000)", payout.pk)
    sql("UPDATE billing_payoutline SET amount = 3500 WHERE order_id = 3")


def transit_of_no_payout() -> None:
    payout = Payout.objects.get()
    PayoutAttempt.objects.update(state="success")
    sql("UPDATE billing_payout SET state = 'paid', paid_at = %s WHERE id = %s", MONDAY, payout.pk)


def payout_without_an_attempt() -> None:
    PayoutAttempt.objects.update(state="failed")


def payout_of_another_sum_than_its_lines() -> None:
    sql("UPDATE billing_payoutline SET amount = amount + 1 WHERE order_id = 3")


def line_of_no_payout() -> None:
    sql("INSERT INTO billing_payoutline (payout_id, order_id, amount) VALUES (-1, 9, 5)")


def attempt_of_no_payout() -> None:
    sql(
        "INSERT INTO billing_payoutattempt (payout_id, card_id, amount, number, state, made_at, queries, code)"
        " VALUES (-1, -1, 5, 'PO1', 'new', %s, 0, '')",
        MONDAY,
    )


def run_on_a_thursday() -> None:
    without("billing_payoutrun", "run_on_friday_midnight")
    sql("UPDATE billing_payoutrun SET cutoff = cutoff - interval '1 minute'")


def paid_topup_without_money() -> None:
    topup = TopUp.objects.earliest("pk")
    TopUp.objects.create(
        advertiser=topup.advertiser, number="RCX", amount=1, state="success", created_at=MONDAY, ended_at=MONDAY
    )


def money_of_a_failed_topup() -> None:
    TopUp.objects.filter(pk=TopUp.objects.earliest("pk").pk).update(state="failed")


def found_money_without_a_booking() -> None:
    SuspenseItem.objects.create(number="RCY", amount=1, reason="x", at=MONDAY, confirmed_at=MONDAY)


def found_money_placed_with_somebody_else() -> None:
    suspense.park(number="RCY", amount=1, reason="x", now=MONDAY)
    suspense.confirm(number="RCY", amount=1, now=MONDAY)
    desk = UserFactory(staff=True)
    suspense.place(item=SuspenseItem.objects.get(), advertiser=AdvertiserFactory(), by=desk, now=MONDAY)
    SuspenseItem.objects.update(advertiser=AdvertiserFactory())


def suspense_for_long() -> None:
    SuspenseItem.objects.create(number="RCY", amount=1, reason="x", at=MONDAY - 3 * DAY)


def unknown_for_long() -> None:
    PayoutAttempt.objects.update(made_at=MONDAY - 3 * DAY)


CORRUPTIONS: list[tuple[str, Callable[[], None]]] = [
    ("L01", transfer_without_entries),
    ("L02", entry_of_no_transfer),
    ("L02", entries_of_nothing),
    ("L03", balance_by_hand),
    ("L03", running_balance_by_hand),
    ("L04", absurd_amount),
    ("L05", the_same_effect_twice),
    ("L06", negative_suspense),
    ("L06", negative_for_a_moment),
    ("L07", cash_on_the_wrong_side),
    ("L08", freeze_beyond_the_limit),
    ("L17", order_in_two_payouts),
    ("L18", transit_of_no_payout),
    ("L18", payout_without_an_attempt),
    ("L18", payout_of_another_sum_than_its_lines),
    ("L18", line_of_no_payout),
    ("L18", attempt_of_no_payout),
    ("L20", run_on_a_thursday),
    ("L21", paid_topup_without_money),
    ("L21", money_of_a_failed_topup),
    ("L21", found_money_without_a_booking),
    ("L21", found_money_placed_with_somebody_else),
    ("L24", unknown_for_long),
    ("L24", suspense_for_long),
]


@pytest.mark.parametrize(("rule", "corrupt"), CORRUPTIONS, ids=lambda value: getattr(value, "__name__", value))
def test_a_planted_corruption_is_caught_by_its_rule_and_by_no_other(book, rule, corrupt):
    corrupt()
    found = {violation.rule for violation in audit.run(only=BILLING, as_of=MONDAY)}
    assert found == {rule}


def test_every_rule_of_billing_has_a_planted_corruption():
    mine = {rule.name for rule in audit.running.rules() if rule.app == "billing"}
    assert mine == set(BILLING) == {rule for rule, _corrupt in CORRUPTIONS}


def command(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("audit_ledger", *arguments, stdout=out)
    return stopped.value.code, out.getvalue()


def test_the_command_says_clean_and_exits_0():
    assert command() == (0, "clean\n")
    assert json.loads(command("--json")[1]) == {"audit": "clean", "rules": [], "violations": []}


def test_the_command_names_the_rules_broken_and_exits_1(book):
    balance_by_hand()
    code, out = command("--json", "--rule", "L03", "--rule", "L01")
    assert (code, json.loads(out)["rules"]) == (1, ["L03"])
    code, out = command("--rule", "L03")
    assert (code, out.splitlines()[0]) == (1, "violated L03")


def test_the_command_judges_what_is_overdue_by_the_moment_given(book):
    later = (FRIDAY + 9 * DAY).replace(tzinfo=None).isoformat()
    assert command("--rule", "L24", "--as-of", MONDAY.isoformat())[0] == 0
    assert command("--rule", "L24", "--as-of", later)[0] == 1


@pytest.mark.parametrize("arguments", [("--rule", "L99"), ("--as-of", "yesterday")])
def test_what_cannot_run_exits_2_and_never_looks_clean(arguments):
    code, out = command(*arguments)
    assert code == 2
    assert out.startswith("failed")


def test_a_failing_check_of_the_site_is_no_violated_book(monkeypatch, capsys):
    monkeypatch.setattr("django.core.checks.run_checks", lambda **_: [Error("the site is not set up")])
    with pytest.raises(SystemExit) as stopped:
        Command().run_from_argv(["manage.py", "audit_ledger"])
    assert (stopped.value.code, capsys.readouterr().out) == (0, "clean\n")
