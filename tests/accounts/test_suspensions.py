"""暂停交易 (R64, R70, A41, A48): warned, proposed, confirmed by a second person, ended by hand or by its date."""

import pytest
from django.db import DatabaseError, transaction

from accounts import suspensions
from accounts.models import MediaAccount, Notice, SuspensionProposal
from tests.accounts.people import make_reviewer, suspend
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR, SECOND
from weitask.models import Alarm
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer():
    return make_reviewer()


@pytest.fixture
def account():
    return MediaAccountFactory()


def propose(account, by, now, **changes):
    return suspensions.propose(account=account, reason="流单过多", by=by, now=now, **changes)


def trades():
    return MediaAccount.objects.taking_orders().exists()


def test_a_warning_is_told_and_changes_nothing(account, reviewer, now):
    suspensions.warn(account=account, reason="流单过多", by=reviewer, now=now)
    told = Notice.objects.get(kind="account_warning")
    assert (told.user, told.urgent) == (account.owner, True)
    assert "流单过多\n再有发生" in told.body
    assert trades()


def test_a_proposal_changes_nothing_and_is_not_told(account, reviewer, now):
    propose(account, reviewer, now)
    assert trades()
    assert not Notice.objects.exists()
    assert Alarm.objects.get(kind="suspension_proposed").key == str(account.pk)


def test_the_second_reviewer_suspends_with_the_reason_and_the_end(account, reviewer, now):
    propose(account, make_reviewer(), now, until=now + DAY)
    suspensions.confirm(account=account, by=reviewer, now=now + HOUR)
    account.refresh_from_db()
    facts = (account.suspended_at, account.suspended_reason, account.suspended_until)
    assert facts == (now + HOUR, "流单过多", now + DAY)
    assert not trades()
    told = Notice.objects.get(kind="account_suspension", urgent=True)
    assert "流单过多" in told.body
    assert "暂停至 2026-01-06 10:00" in told.body
    assert Alarm.objects.get().resolved_by == reviewer


def test_nobody_confirms_what_they_proposed(account, reviewer, now):
    propose(account, reviewer, now)
    with pytest.raises(Conflict, match="另一位审核员"):
        suspensions.confirm(account=account, by=reviewer, now=now)
    with pytest.raises(DatabaseError, match="suspension_by_two_people"), transaction.atomic():
        SuspensionProposal.objects.update(confirmed=True, decided_by=reviewer, decided_at=now)
    assert trades()


def test_without_a_proposal_there_is_nothing_to_confirm_or_withdraw(account, reviewer, now):
    with pytest.raises(Conflict, match="没有待确认"):
        suspensions.confirm(account=account, by=reviewer, now=now)
    with pytest.raises(Conflict, match="没有待确认"):
        suspensions.withdraw(account=account, reason="误操作", by=reviewer, now=now)


def test_one_open_proposal_at_a_time(account, reviewer, now):
    propose(account, reviewer, now)
    with pytest.raises(Conflict, match="已有待确认"):
        propose(account, make_reviewer(), now)


def test_a_withdrawn_proposal_is_kept_and_confirms_nothing(account, reviewer, now):
    propose(account, reviewer, now)
    suspensions.withdraw(account=account, reason="看错了帐号", by=reviewer, now=now + HOUR)
    with pytest.raises(Conflict, match="没有待确认"):
        suspensions.confirm(account=account, by=make_reviewer(), now=now)
    kept = SuspensionProposal.objects.values_list("confirmed", "answer", "decided_by", "decided_at").get()
    assert kept == (False, "看错了帐号", reviewer.pk, now + HOUR)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        SuspensionProposal.objects.update(answer="")
    assert propose(account, reviewer, now + DAY)


@pytest.mark.parametrize("late", [DAY, DAY + HOUR])
def test_a_proposal_whose_end_has_passed_suspends_nobody(account, reviewer, now, late):
    propose(account, make_reviewer(), now, until=now + DAY)
    with pytest.raises(Conflict, match="截止日期已过"):
        suspensions.confirm(account=account, by=reviewer, now=now + late)
    assert trades()


def test_an_end_in_the_past_is_refused(account, reviewer, now):
    with pytest.raises(Refusal, match="截止日期"):
        propose(account, reviewer, now, until=now)


def test_a_suspension_ends_at_its_date_and_the_owner_is_told(account, now):
    suspend(account, now=now, until=now + DAY)
    other = MediaAccountFactory(screen_name="不限期的")
    suspend(other, now=now)
    assert suspensions.next_due(now) == now + DAY
    assert suspensions.end_due(now + DAY - SECOND) == 0
    assert suspensions.end_due(now + DAY) == 1
    assert MediaAccount.objects.taking_orders().get() == account
    ended = account.decisions.get(subject="resumption")
    assert (ended.by, ended.at) == (None, now + DAY)
    assert Notice.objects.get(kind="account_resumption").user == account.owner
    assert suspensions.next_due(now) is None


def test_a_suspended_account_leaves_the_market_and_comes_back(account, reviewer, now):
    suspend(account, now=now, until=now + DAY)
    suspensions.resume(account=account, reason="申诉成立", by=reviewer, now=now + HOUR)
    assert MediaAccount.objects.taking_orders().get() == account
    assert list(account.decisions.values_list("subject", flat=True)) == ["resumption", "suspension"]
    assert suspensions.end_due(now + 2 * DAY) == 0


def test_suspending_and_resuming_twice_are_conflicts(account, reviewer, now):
    with pytest.raises(Conflict, match="没有暂停交易"):
        suspensions.resume(account=account, reason="误操作", by=reviewer, now=now)
    suspend(account, now=now)
    with pytest.raises(Conflict, match="已暂停交易"):
        suspend(account, now=now)
    with pytest.raises(Conflict, match="已暂停交易"):
        suspensions.warn(account=account, reason="流单过多", by=reviewer, now=now)


VERBS = [suspensions.warn, suspensions.propose, suspensions.withdraw, suspensions.resume]


@pytest.mark.parametrize("verb", VERBS)
def test_every_step_needs_a_reason_and_a_reviewer(verb, account, reviewer, now):
    with pytest.raises(Refusal, match="请填写理由"):
        verb(account=account, reason=" ", by=reviewer, now=now)
    with pytest.raises(Forbidden):
        verb(account=account, reason="流单过多", by=account.owner, now=now)


def test_nobody_suspends_or_frees_an_own_account(reviewer, now):
    own = MediaAccountFactory(weibo__user=reviewer)
    propose(own, make_reviewer(), now)
    with pytest.raises(Forbidden, match="自己的帐号"):
        suspensions.confirm(account=own, by=reviewer, now=now)
