"""暂停交易: warned, proposed by one reviewer, confirmed by another, ended by hand or by its date (R64, R70, A41).

The only writer of `suspended_at`, `suspended_reason` and `suspended_until`. A suspended account cannot be chosen and
takes no new order; orders already accepted run on (R70).
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import AccountDecision, MediaAccount, SuspensionProposal, User
from accounts.rulings import Ruling, reason_of, record, require_reviewer_of
from weitask.alarms import raise_alarm, resolve_alarm
from weitask.models import Alarm
from weitask.periods import shanghai
from weitask.questions import Question
from weitask.refusal import Conflict, Refusal

Subject = AccountDecision.Subject


def warn(*, account: MediaAccount, reason: str, by: User, now: datetime) -> AccountDecision:
    """警告: the owner is told why the account may be suspended; nothing else changes.

    Raises:
        Forbidden: no reviewer, or one's own account.
        Refusal: `reason_missing`.
        Conflict: `suspended_already`.
    """
    words = reason_of(reason, needed=True)
    require_reviewer_of(account, by)
    with transaction.atomic():
        locked = _locked(account)
        _require_trading(locked)
        more = gettext_lazy("再有发生，帐号可能被暂停交易。")
        return record(locked, Ruling(Subject.WARNING, gettext_lazy("帐号被警告"), words, more=more), by, now)


def propose(
    *, account: MediaAccount, reason: str, by: User, now: datetime, until: datetime | None = None
) -> SuspensionProposal:
    """Propose to suspend, until a moment or until further notice; another reviewer decides. The owner is not told yet.

    Raises:
        Forbidden: no reviewer, or one's own account.
        Refusal: `reason_missing`, `until_past`.
        Conflict: `suspended_already`, `proposed_already`.
    """
    words = reason_of(reason, needed=True)
    require_reviewer_of(account, by)
    if until is not None and until <= now:
        raise Refusal("until_past", _("截止日期须在今天或之后"), field="until")
    with transaction.atomic():
        locked = _locked(account)
        _require_trading(locked)
        if SuspensionProposal.objects.filter(account=locked, confirmed=None).exists():
            raise Conflict("proposed_already", _("该帐号已有待确认的暂停提议"))
        text = gettext_noop("帐号 @%(name)s 被提议暂停交易，请另一位审核员确认。")
        raise_alarm(
            kind=Alarm.Kind.SUSPENSION_PROPOSED, key=str(locked.pk), text=text % {"name": locked.screen_name}, now=now
        )
        return SuspensionProposal.objects.create(account=locked, reason=words, until=until, by=by, at=now)


def confirm(*, account: MediaAccount, by: User, now: datetime) -> AccountDecision:
    """Suspend as proposed; the second of two pairs of eyes. The owner is told with the reason and the end.

    Raises:
        Forbidden: no reviewer, or one's own account.
        Conflict: `nothing_proposed`, `second_reviewer_needed` the proposal is one's own, `until_past` it has run out.
    """
    require_reviewer_of(account, by)
    with transaction.atomic():
        locked = _locked(account)
        proposal = _open_proposal(locked)
        if proposal.by_id == by.pk:
            raise Conflict("second_reviewer_needed", _("您提议的暂停须由另一位审核员确认"))
        if proposal.until is not None and proposal.until <= now:
            raise Conflict("until_past", _("提议的截止日期已过，请撤回后重新提议"))
        _decide(proposal, confirmed=True, answer="", by=by, now=now)
        locked.suspended_at, locked.suspended_until = now, proposal.until
        locked.suspended_reason = proposal.reason[:200]
        locked.save(update_fields=["suspended_at", "suspended_until", "suspended_reason"])
        more = gettext_lazy("已接的订单照常执行；有疑问请联系客服。")
        if proposal.until is not None:
            end = f"{shanghai(proposal.until):%Y-%m-%d %H:%M}"
            more = format_lazy(gettext_lazy("暂停至 {end}（北京时间）。{more}"), end=end, more=more)
        title = gettext_lazy("帐号已暂停交易")
        return record(locked, Ruling(Subject.SUSPENSION, title, proposal.reason, more=more), by, now)


def withdraw(*, account: MediaAccount, reason: str, by: User, now: datetime) -> SuspensionProposal:
    """Drop the open proposal, one's own or another's; the account goes on as before.

    Raises:
        Forbidden: no reviewer, or one's own account.
        Refusal: `reason_missing`.
        Conflict: `nothing_proposed`.
    """
    words = reason_of(reason, needed=True)
    require_reviewer_of(account, by)
    with transaction.atomic():
        proposal = _open_proposal(_locked(account))
        _decide(proposal, confirmed=False, answer=words, by=by, now=now)
    return proposal


def resume(*, account: MediaAccount, reason: str, by: User, now: datetime) -> AccountDecision:
    """恢复交易, before its date or where it has none.

    Raises:
        Forbidden: no reviewer, or one's own account.
        Refusal: `reason_missing`.
        Conflict: `not_suspended`.
    """
    words = reason_of(reason, needed=True)
    require_reviewer_of(account, by)
    with transaction.atomic():
        locked = _locked(account)
        if locked.suspended_at is None:
            raise Conflict("not_suspended", _("该帐号没有暂停交易"))
        return _end(locked, words, by, now)


def end_due(now: datetime) -> int:
    """恢复交易 of every account whose suspension has come to its date; returns how many."""
    with transaction.atomic():
        due = MediaAccount.objects.filter(suspended_until__lte=now).select_for_update().order_by("pk")
        return len([_end(account, "", None, now) for account in due])


_ENDING: Final = Question(lambda: MediaAccount.objects.filter(suspended_until__isnull=False), column="suspended_until")


def next_due(now: datetime) -> datetime | None:
    """When the next suspension ends."""
    return _ENDING.earliest()


def _end(account: MediaAccount, reason: str, by: User | None, now: datetime) -> AccountDecision:
    account.suspended_at, account.suspended_until, account.suspended_reason = None, None, ""
    account.save(update_fields=["suspended_at", "suspended_until", "suspended_reason"])
    more = gettext_lazy("帐号可以再次被选择。")
    return record(account, Ruling(Subject.RESUMPTION, gettext_lazy("帐号已恢复交易"), reason, more=more), by, now)


def _decide(proposal: SuspensionProposal, *, confirmed: bool, answer: str, by: User, now: datetime) -> None:
    proposal.confirmed, proposal.answer, proposal.decided_by, proposal.decided_at = confirmed, answer, by, now
    proposal.save(update_fields=["confirmed", "answer", "decided_by", "decided_at"])
    resolve_alarm(kind=Alarm.Kind.SUSPENSION_PROPOSED, key=str(proposal.account_id), by=by, now=now)


def _locked(account: MediaAccount) -> MediaAccount:
    return MediaAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)


def _require_trading(account: MediaAccount) -> None:
    if account.suspended_at is not None:
        raise Conflict("suspended_already", _("该帐号已暂停交易"))


def _open_proposal(account: MediaAccount) -> SuspensionProposal:
    proposal = SuspensionProposal.objects.filter(account=account, confirmed=None).first()
    if proposal is None:
        raise Conflict("nothing_proposed", _("该帐号没有待确认的暂停提议"))
    return proposal
