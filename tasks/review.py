"""Review: submitting, deciding, stopping, and what time does to a submission. The only writer of the two `state`s.

Lock order in every verb: advertiser, task, submission, then ledger accounts (architecture 7).
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import access
from accounts.models import User
from billing import holds
from tasks import lateness, letters, offers, planning, policy, screening
from tasks.desk import second_look
from tasks.desk.models import Claim
from tasks.models import EDITABLE, LIVE, Decision, Item, Submission, Task, TaskState
from tasks.offers import Offer
from tasks.planning import SelectionInput
from tasks.signals import task_approved, task_halted, tell
from weitask import money
from weitask.alarms import raise_alarm
from weitask.models import Alarm
from weitask.periods import shanghai
from weitask.questions import Rows
from weitask.refusal import Conflict, Forbidden, Refusal
from weitask.retrying import retrying

logger = logging.getLogger(__name__)
BATCH: Final = 1000
MAX_REASON: Final = 500
_LOCKED: Final = Rows(lambda task: Task.objects.locked().filter(pk=task))
_DECIDED: Final = Rows(lambda submission, user: Submission.objects.for_decision_by(user).filter(pk=submission))


# --- The advertiser ---------------------------------------------------------------------------------------------------


def submit(*, task: Task, by: User, now: datetime, price_agreed: int | None = None) -> Submission:
    """提交审核: all rules at once, the hold, and the snapshots (R24, A1, R32). Calls Weibo before its transaction.

    Args:
        price_agreed: the total in fen the user agreed to after `price_changed` (A43).

    Raises:
        Conflict: it is published already, or was changed a moment ago.
        Refusal: every broken rule with its row; the draft is kept (R30).
        Unreachable: 无法取回数据; nothing was changed (R34).
    """
    policy.require_own(advertiser=task.advertiser, by=by)
    outside = offers.look_outside(plan=planning.of_task(task=task), now=now)
    with transaction.atomic():
        locked = _lock_task(task.pk)
        if locked.state not in EDITABLE:
            raise Conflict("task_published", _("任务已提交，不能重复提交"))
        plan = planning.of_task(task=locked)
        offer = offers.judge(plan=plan, outside=outside, price_agreed=price_agreed, now=now)
        submission = _submitted(offer, by=by, now=now)
        _move_task(locked, old=EDITABLE, new=TaskState.IN_REVIEW)
    return submission


def add_orders(*, task: Task, by: User, selections: Sequence[SelectionInput], now: datetime) -> Submission:
    """增加订单 to a task that is approved or running (R33, A17).

    Content a reviewer approved for this task before is frozen and dispatched at once; anything new is a further
    submission that waits for review, with a hold, while the task runs on.

    Raises:
        Conflict: the task is not approved or has ended, or an addition is in review already.
        Refusal, Unreachable: as in `submit`.
    """
    policy.require_own(advertiser=task.advertiser, by=by)
    draft = planning.of_selections(task=task, selections=selections, addition=True)
    outside = offers.look_outside(plan=draft, now=now)
    with transaction.atomic():
        locked = _lock_task(task.pk)
        if locked.state not in LIVE:
            raise Conflict("task_not_running", _("只有已通过且未结束的任务可以增加订单"))
        plan = planning.of_selections(task=locked, selections=selections, addition=True)
        offer = offers.judge(plan=plan, outside=outside, price_agreed=None, now=now)
        if offers.is_reviewed(plan):
            submission = offers.record(offer=offer, by=by, state=Submission.State.APPROVED, now=now)
            with offers.money_for(submission):
                tell(task_approved, submission=submission, by=by, now=now)
            return submission
        if locked.submissions.in_review().exists():
            raise Conflict("addition_in_review", _("上一次增加的订单仍在审核中，请等待审核完成"))
        return _submitted(offer, by=by, now=now)


# --- The reviewer -----------------------------------------------------------------------------------------------------


def approve(*, submission: Submission, by: User, now: datetime) -> Submission:
    """通过: the hold becomes 冻结金额 and the orders go out, in one transaction (R48, R122).

    Selections whose start has come lapse first (A15). What is risky takes two reviewers: after the first yes the
    submission is still in review.

    Raises:
        Forbidden: no reviewer, or one's own task or account (A48).
        Conflict: decided by somebody else, named (F36); every start has passed; or the first yes is one's own.
        Refusal: `not_enough_money`; nothing was frozen, the submission stays in review (F37).
    """
    access.require_reviewer(by)
    try:
        with transaction.atomic():
            held = _open(submission, by=by)
            left = _lapse_items(held, now=now)
            book = screening.current()
            if left and second_look.confirmed(submission=held, by=by, book=book, now=now):
                _approve(held, by=by, version=book.version, now=now)
    except holds.NotEnough as error:
        message = _("广告主的可支配余额不足，还差 %(missing)s 元；任务仍在审核中，余额足够后可再次通过") % {
            "missing": money.display(error.missing_fen)
        }
        raise Refusal("not_enough_money", message) from error
    _require_in_time(left)
    return held


def reject(*, submission: Submission, by: User, reason: str, now: datetime) -> Submission:
    """驳回 with a reason the advertiser will read; the hold is dropped and the task can be edited again (R28, R41).

    Raises:
        Forbidden, Conflict: as in `approve`.
        Refusal: `reason_missing`.
    """
    access.require_reviewer(by)
    words = _reason(reason)
    with transaction.atomic():
        held = _open(submission, by=by)
        left = _lapse_items(held, now=now)
        if left:
            _reject(held, by=by, reason=words, now=now)
            if not held.addition:
                _move_task(held.task, old=[TaskState.IN_REVIEW], new=TaskState.REJECTED)
            letters.rejected(submission=held, reason=words, now=now)
    _require_in_time(left)
    return held


def halt(*, task: Task, by: User, reason: str, platform_fault: bool = False, now: datetime) -> Decision:
    """紧急叫停: what is not posted is cancelled, what is posted is exempt (R85, R86, A21-A23). It cannot be undone.

    An addition still in review is rejected with it. `platform_fault`: the platform pays the advertiser back (A22).

    Raises:
        Forbidden: as in `approve`.
        Conflict: the task is not approved or running.
        Refusal: `reason_missing`.
    """
    access.require_reviewer(by)
    words = _reason(reason)
    with transaction.atomic():
        locked = _lock_task(task.pk)
        _require_stranger(stranger=Task.objects.reviewable_by(by).filter(pk=locked.pk).exists())
        if locked.state not in LIVE:
            raise Conflict("task_not_running", _("只有已通过或执行中的任务可以叫停"))
        for waiting in locked.submissions.in_review().select_for_update().order_by("pk"):
            _reject(waiting, by=by, reason=gettext_noop("任务已被叫停：%(reason)s") % {"reason": words}, now=now)
        decision = Decision.objects.create(
            task=locked,
            verdict=Decision.Verdict.HALT,
            reason=words,
            platform_fault=platform_fault,
            rule_version=screening.current().version,
            by=by,
            at=now,
        )
        _move_task(locked, old=LIVE, new=TaskState.HALTED, ended_at=now)
        tell(task_halted, task=locked, decision=decision, by=by, now=now)
        letters.halted(decision=decision, now=now)
    return decision


# --- Time -------------------------------------------------------------------------------------------------------------


def lapse_due(now: datetime) -> int:
    """审核超时: selections in review whose start has come lapse, their part of the hold is dropped (A15)."""
    due = list(Submission.objects.due_lapse(now).order_by("next_start_at", "pk").values_list("pk", flat=True)[:BATCH])
    return sum(_lapse_one(pk, now=now) for pk in due)


def lapse_next(now: datetime) -> datetime | None:
    """When the next selection in review lapses or the next alarm is due."""
    waiting = Submission.objects.in_review().aggregate(start=Min("next_start_at"), alarm=Min("alarm_at"))
    return min((moment for moment in waiting.values() if moment is not None), default=None)


def begin_due(now: datetime) -> int:
    """已通过 → 执行中 at the first start."""
    with transaction.atomic():
        due = Task.objects.due_begin(now).select_for_update(skip_locked=True).order_by("pk")
        ids = list(due.values_list("pk", flat=True)[:BATCH])
        return Task.objects.filter(pk__in=ids, state=TaskState.APPROVED).update(state=TaskState.RUNNING)


def begin_next(now: datetime) -> datetime | None:
    """When the next approved task begins."""
    waiting = Task.objects.filter(state=TaskState.APPROVED)
    return waiting.aggregate(due=Min("first_start_at"))["due"]


def close(*, task_ids: Sequence[int], now: datetime) -> int:
    """执行中 → 已结束, for tasks whose orders are over; one with an addition in review runs on. Returns how many."""
    waiting = Submission.objects.in_review().values("task_id")
    over = Task.objects.filter(pk__in=task_ids, state=TaskState.RUNNING).exclude(pk__in=waiting)
    return over.update(state=TaskState.ENDED, ended_at=now)


# --- Parts ------------------------------------------------------------------------------------------------------------


def _lock_task(task_id: int) -> Task:
    """Lock the advertiser, then the task, and read both as they are now."""
    return _LOCKED.get(task=task_id)


def _open(submission: Submission, *, by: User) -> Submission:
    """The submission locked and still open, for a reviewer who has no part in it."""
    task = _lock_task(submission.task_id)
    held = _DECIDED.get(submission=submission.pk, user=by.pk)
    held.task = task
    _require_stranger(stranger=held.stranger)  # type: ignore[attr-defined]
    if held.state != Submission.State.IN_REVIEW:
        raise Conflict("already_decided", _who_decided(held))
    return held


def _require_stranger(*, stranger: bool) -> None:
    if not stranger:
        raise Forbidden("own_task", _("不能审核自己的任务，或涉及自己帐号的任务"))


def _who_decided(submission: Submission) -> str:
    decision = submission.decisions.select_related("by").first()
    if decision is None:
        return _("该任务已审核超时")
    return _("该任务已由 %(who)s 于 %(when)s 处理：%(what)s") % {
        "who": decision.by.get_username(),
        "when": f"{shanghai(decision.at):%m-%d %H:%M:%S}",
        "what": decision.get_verdict_display(),
    }


def _reason(text: str) -> str:
    """A reason fit to be shown (R41)."""
    words = text.strip()
    if not words:
        raise Refusal("reason_missing", _("请填写理由"), field="reason")
    if len(words) > MAX_REASON:
        raise Refusal("reason_too_long", _("理由不能超过 %(most)d 字") % {"most": MAX_REASON}, field="reason")
    return words


def _submitted(offer: Offer, *, by: User, now: datetime) -> Submission:
    """The offer laid before the reviewer, its money held."""
    submission = offers.record(offer=offer, by=by, state=Submission.State.IN_REVIEW, now=now)
    with offers.money_for(submission):
        holds.place(
            submission_id=submission.pk,
            advertiser_id=submission.task.advertiser_id,
            amount=submission.total,
            now=now,
        )
    return submission


def _approve(held: Submission, *, by: User, version: str, now: datetime) -> None:
    _decide(held, state=Submission.State.APPROVED, now=now)
    _note(held, Decision.Verdict.APPROVE, by=by, reason="", version=version, now=now)
    if not held.addition:
        _move_task(held.task, old=[TaskState.IN_REVIEW], new=TaskState.APPROVED)
    tell(task_approved, submission=held, by=by, now=now)
    letters.approved(submission=held, now=now)


def _reject(held: Submission, *, by: User, reason: str, now: datetime) -> None:
    _decide(held, state=Submission.State.REJECTED, now=now)
    _note(held, Decision.Verdict.REJECT, by=by, reason=reason, version=screening.current().version, now=now)


def _decide(held: Submission, *, state: Submission.State, now: datetime) -> None:
    """End the review and the hold with it."""
    lateness.calm(held, now=now)
    held.state, held.next_start_at, held.alarm_at = state, None, None
    held.save(update_fields=["state", "next_start_at", "alarm_at"])
    holds.end(submission_id=held.pk, now=now)
    Claim.objects.filter(submission=held).delete()


def _require_in_time(left: int) -> None:
    """审核超时 is nobody's decision: what has lapsed stays lapsed, and the reviewer is told (A15)."""
    if not left:
        raise Conflict("review_too_late", _("所有帐号的开始时间都已过，任务已审核超时"))


def _note(held: Submission, verdict: Decision.Verdict, *, by: User, reason: str, version: str, now: datetime) -> None:
    """Who, when, why, by which rules; never editable (R49)."""
    Decision.objects.create(
        task_id=held.task_id,
        submission=held,
        verdict=verdict,
        reason=reason,
        rule_version=version,
        by=by,
        at=now,
    )


def _open_items(submission: Value, now: Value) -> "QuerySet[Item, tuple[int, int, int, datetime]]":
    """How many open items have begun and what they cost in fen; how many have not, and the first start of these."""
    over, ahead = Q(start_at__lte=now), Q(start_at__gt=now)
    items = Item.objects.filter(submission=submission, lapsed_at=None).order_by().values("submission_id")
    found = items.annotate(
        gone=Count("pk", filter=over),
        amount=Sum(F("price") + F("fee"), filter=over),
        left=Count("pk", filter=ahead),
        first=Min("start_at", filter=ahead),
    )
    return found.values_list("gone", "amount", "left", "first")


_OPEN_ITEMS: Final = Rows(_open_items)


def _lapse_items(held: Submission, *, now: datetime) -> int:
    """Let the items go whose start has come (start wins), drop their part of the hold; returns how many are left."""
    gone, amount, left, first = _OPEN_ITEMS.first(submission=held.pk, now=now) or (0, 0, 0, None)
    if gone:
        holds.drop_part(submission_id=held.pk, amount=amount, now=now)
        held.items.filter(lapsed_at=None, start_at__lte=now).update(lapsed_at=now)
        letters.lapsed(submission=held, count=gone, left=left, now=now)
    if first is not None:
        _wait_for(held, start=first, now=now)
    else:
        _decide(held, state=Submission.State.LAPSED, now=now)
        if not held.addition:
            _move_task(held.task, old=[TaskState.IN_REVIEW], new=TaskState.LAPSED)
    return left


def _wait_for(held: Submission, *, start: datetime, now: datetime) -> None:
    """The review is now due before the next start."""
    if start != held.next_start_at:
        lateness.calm(held, now=now)
        held.next_start_at, held.alarm_at = start, start - offers.ALARM_BEFORE
        held.save(update_fields=["next_start_at", "alarm_at"])


def _lapse_one(pk: int, *, now: datetime) -> int:
    """One submission of the sweep; a failing one must not stop the others."""

    def work() -> int:
        with transaction.atomic():
            task = _lock_task(Submission.objects.values_list("task_id", flat=True).get(pk=pk))
            held = Submission.objects.select_for_update().get(pk=pk)
            held.task = task
            if held.state != Submission.State.IN_REVIEW:
                return 0
            _lapse_items(held, now=now)
            return 1

    try:
        return retrying(work)
    except Exception as error:
        logger.exception("submission %s could not lapse", pk)
        raise_alarm(
            kind=Alarm.Kind.SWEEP_ROW, key=f"tasks.lapse:{pk}", text=f"{type(error).__name__}: {error}", now=now
        )
        return 0


def _move_task(task: Task, *, old: Sequence[TaskState], new: TaskState, **values: datetime) -> None:
    """Compare and set; the task is locked, so a miss is a bug and undoes the transaction."""
    if not Task.objects.filter(pk=task.pk, state__in=old).update(state=new, **values):
        raise Conflict("task_changed", _("任务状态刚有变化，请刷新后重试"))
    task.state = new
