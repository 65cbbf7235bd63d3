"""The book adds up, in one statement or in many."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing import ledger
from billing.models import AccountKind, Entry, LedgerAccount, Reason, Transfer
from tests.billing.book import balance, recharge
from tests.factories import AdvertiserFactory, UserFactory

pytestmark = pytest.mark.django_db


def available_of(advertiser) -> int:
    return ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[advertiser.pk])[advertiser.pk]


def test_a_transfer_takes_from_one_account_and_gives_to_the_other(now):
    advertiser = AdvertiserFactory()
    recharge(advertiser, 5_000, at=now)
    assert balance(AccountKind.AVAILABLE, advertiser=advertiser) == 5_000
    assert balance(AccountKind.CASH) == -5_000


def test_every_transfer_has_two_entries_of_opposite_sign(now):
    transfer = recharge(AdvertiserFactory(), 700, at=now)
    assert sorted(Entry.objects.filter(transfer_id=transfer).values_list("amount", flat=True)) == [-700, 700]


def test_a_batch_keeps_the_order_given_in_its_ids_and_running_balances(now):
    account = available_of(AdvertiserFactory())
    expense = ledger.platform(AccountKind.EXPENSE)
    amounts = [5, 3, 9, 1, 7]
    batch = [ledger.NewTransfer(Reason.GOODWILL, 10 - i, expense, account, fen) for i, fen in enumerate(amounts)]
    ids = ledger.post(batch, at=now)
    entries = Entry.objects.filter(account_id=account).order_by("seq")
    assert ids == sorted(ids) == [entry.transfer_id for entry in entries]
    assert [entry.balance_after for entry in entries] == [5, 8, 17, 18, 25]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert Transfer.objects.get(pk=ids[0]).reference == 10


def test_seq_goes_on_where_the_last_batch_ended(now):
    advertiser = AdvertiserFactory()
    recharge(advertiser, 100, at=now)
    recharge(advertiser, 200, at=now)
    account = LedgerAccount.objects.get(pk=available_of(advertiser))
    assert (account.seq, account.balance) == (2, 300)


def test_the_same_reason_and_reference_is_posted_once(now):
    account, expense = available_of(AdvertiserFactory()), ledger.platform(AccountKind.EXPENSE)
    transfer = ledger.NewTransfer(Reason.GOODWILL, 7, expense, account, 100)
    ledger.post([transfer], at=now)
    with pytest.raises(ledger.Duplicate), transaction.atomic():
        ledger.post([transfer], at=now)
    assert LedgerAccount.objects.get(pk=account).balance == 100


def test_a_freeze_is_ended_once(now):
    account, expense = available_of(AdvertiserFactory()), ledger.platform(AccountKind.EXPENSE)
    end = [ledger.NewTransfer(Reason.RELEASE, i, expense, account, 100, ends=55) for i in (1, 2)]
    with pytest.raises(ledger.Duplicate), transaction.atomic():
        ledger.post(end, at=now)


@pytest.mark.parametrize("batch", [1, 2])
def test_what_was_posted_before_is_told_as_such_though_money_lacks_as_well(now, batch):
    advertiser = AdvertiserFactory()
    recharge(advertiser, 100, at=now)
    frozen = ledger.account_ids(kind=AccountKind.FROZEN, advertiser_ids=[advertiser.pk])[advertiser.pk]
    ledger.post([ledger.NewTransfer(Reason.REVERSAL, 8, available_of(advertiser), frozen, 100)], at=now)
    back = [ledger.NewTransfer(Reason.RELEASE, 9, frozen, available_of(advertiser), 100, ends=55)]
    ledger.post(back, at=now)
    more = [ledger.NewTransfer(Reason.REVERSAL, 10, frozen, available_of(advertiser), 100)]
    with pytest.raises(ledger.Duplicate), transaction.atomic():
        ledger.post([*back, *more][:batch], at=now)


def test_no_account_but_the_available_one_goes_below_zero(now):
    frozen = ledger.account_ids(kind=AccountKind.FROZEN, advertiser_ids=[(one := AdvertiserFactory()).pk])[one.pk]
    with pytest.raises(ledger.Insufficient), transaction.atomic():
        ledger.post([ledger.NewTransfer(Reason.REVERSAL, 1, frozen, available_of(one), 1)], at=now)


def test_platform_cash_never_goes_above_zero(now):
    cash, account = ledger.platform(AccountKind.CASH), available_of(AdvertiserFactory())
    with pytest.raises(ledger.Insufficient), transaction.atomic():
        ledger.post([ledger.NewTransfer(Reason.REVERSAL, 1, account, cash, 1)], at=now)


def test_an_absurd_amount_is_refused_by_the_database(now):
    account, expense = available_of(AdvertiserFactory()), ledger.platform(AccountKind.EXPENSE)
    for amount in (0, -5, 10**13 + 1):
        with pytest.raises(Exception, match="transfer_amount_sane"), transaction.atomic():
            ledger.post([ledger.NewTransfer(Reason.GOODWILL, 1, expense, account, amount)], at=now)


def test_what_is_no_answer_is_an_error(now):
    """Any breach but of the three constraints that `post` speaks of comes out as the database says it."""
    account, expense = available_of(AdvertiserFactory()), ledger.platform(AccountKind.EXPENSE)
    for transfer, said in (
        (ledger.NewTransfer(Reason.GOODWILL, 1, account, account, 5), "transfer_two_accounts"),
        (ledger.NewTransfer(Reason.EARN, 1, expense, account, 5), "transfer_ends_when_it_ends"),
        (ledger.NewTransfer(Reason.GOODWILL, 1, expense, 0, 5), "its two entries"),
        (ledger.NewTransfer(Reason.GOODWILL, None, expense, account, 5), "not-null"),
        (ledger.NewTransfer("x" * 15, 1, expense, account, 5), "too long"),
    ):
        with pytest.raises(DatabaseError, match=said), transaction.atomic():
            ledger.post([transfer], at=now)
    assert not Transfer.objects.exists()


def test_an_account_may_stand_in_many_transfers_of_a_batch_on_either_side(now):
    one, other = (available_of(AdvertiserFactory()) for _ in range(2))
    expense = ledger.platform(AccountKind.EXPENSE)
    hops = [(expense, one, 9), (one, other, 4), (other, one, 1), (one, expense, 6)]
    batch = [ledger.NewTransfer(Reason.REVERSAL, place, *hop) for place, hop in enumerate(hops)]
    ledger.post(batch, at=now)
    rows = Entry.objects.filter(account_id=one).order_by("seq").values_list("amount", "balance_after", "seq")
    assert list(rows) == [(9, 9, 1), (-4, 5, 2), (1, 6, 3), (-6, 0, 4)]
    balances = dict(LedgerAccount.objects.values_list("pk", "balance"))
    assert balances == {one: 0, other: 3, expense: -3}


def test_posting_leaves_the_session_as_it_was(now):
    recharge(AdvertiserFactory(), 100, at=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_seqscan'), current_setting('plan_cache_mode')")
        assert cursor.fetchone() == ("on", "auto")


def test_a_failed_batch_leaves_nothing_and_goes_on_outside_its_block(now):
    account, expense = available_of(AdvertiserFactory()), ledger.platform(AccountKind.EXPENSE)
    good = ledger.NewTransfer(Reason.GOODWILL, 1, expense, account, 100)
    with pytest.raises(ledger.Duplicate), transaction.atomic():
        ledger.post([good, good], at=now)
    assert not Transfer.objects.exists()
    assert len(ledger.post([good], at=now)) == 1


def test_an_empty_batch_is_nothing(now):
    assert ledger.post([], at=now) == []


def test_accounts_are_made_once_and_found_again():
    owners = [UserFactory().pk for _ in range(3)]
    made = ledger.account_ids(kind=AccountKind.PAYABLE, owner_ids=owners[:2])
    again = ledger.account_ids(kind=AccountKind.PAYABLE, owner_ids=owners)
    assert made.items() <= again.items()
    assert set(again) == set(owners)
    assert ledger.account_ids(kind=AccountKind.PAYABLE, owner_ids=[]) == {}


def test_the_platforms_account_is_one():
    assert ledger.platform(AccountKind.FEE) == ledger.platform(AccountKind.FEE)


def test_a_batch_needs_few_statements_however_large(now, django_assert_max_num_queries):
    expense = ledger.platform(AccountKind.EXPENSE)
    advertisers = [AdvertiserFactory().pk for _ in range(20)]
    accounts = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=advertisers)
    batch = [ledger.NewTransfer(Reason.GOODWILL, i, expense, accounts[advertisers[i % 20]], 100) for i in range(500)]
    with django_assert_max_num_queries(4):
        ledger.post(batch, at=now)


def test_rows_of_the_book_cannot_be_edited(now):
    transfer = recharge(AdvertiserFactory(), 100, at=now)
    for statement in ("UPDATE billing_transfer SET amount = 1", "DELETE FROM billing_entry"):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic():
            connection.cursor().execute(statement)
    assert Transfer.objects.get(pk=transfer).amount == 100


def test_the_database_refuses_a_transfer_without_its_two_entries(now):
    one = Transfer.objects.get(pk=recharge(AdvertiserFactory(), 100, at=now))
    with pytest.raises(DatabaseError, match="its two entries"), transaction.atomic():
        Transfer.objects.create(reason="reversal", reference=1, source=one.target, target=one.source, amount=5, at=now)


def test_the_database_refuses_a_third_entry(now):
    transfer, fee = recharge(AdvertiserFactory(), 100, at=now), ledger.platform(AccountKind.FEE)
    columns = "transfer_id, account_id, amount, balance_after, seq"
    with pytest.raises(DatabaseError, match="none of its two"), transaction.atomic():
        connection.cursor().execute(f"INSERT INTO billing_entry ({columns}) VALUES ({transfer}, {fee}, 100, 100, 1)")
