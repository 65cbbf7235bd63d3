"""A person decides what evidence cannot: an unknown post, a gap over the 24-hour mark, an edited post (A6, A7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import access
from accounts.models import User
from orders import announcements, attempts, halting, lifecycle, refusals
from orders.models import Order, Verdict
from orders.moves import Cause, State
from orders.timeline import NOT_BEFORE
from tasks.models import TaskState
from weitask.alarms import resolve_alarm
from weitask.models import Alarm
from weitask.refusal import Conflict, Forbidden, Refusal


@dataclass(frozen=True)
class FoundPost:
    """A post a person found for an order whose attempt was never answered."""

    weibo_id: str
    posted_at: datetime  # Weibo's created_at


@dataclass(frozen=True)
class Case:
    """What a verdict is given on, under the order's lock."""

    order: Order
    by: User
    now: datetime
    post: FoundPost | None = None


@dataclass(frozen=True)
class Outcome:
    """One thing a person may decide about an undecided order in a state; `act` says whether it came true."""

    code: str
    state: State
    name: Promise
    act: Callable[[Case], bool]


def decide(*, order: Order, by: User, outcome: str, reason: str, now: datetime, **post: FoundPost | None) -> Order:
    """Give a verdict on an undecided order, with the reason; recorded for ever.

    `post=FoundPost(…)` goes with the outcome `posted`.

    Raises:
        Forbidden: `not_allowed`, or `own_business` (A48).
        Refusal: `reason_missing`, `outcome`, `post_missing`, `post_time`, `post_bound`.
        Conflict: `decided`: nothing is open on this order any more, or the clock does not allow the move yet.
    """
    access.require_order_judge(by)
    _check_disinterested(order, by)
    if not reason.strip():
        raise Refusal("reason_missing", _("请填写理由"), field="reason")
    with transaction.atomic():
        lifecycle.lock(order_ids=[order.pk])
        order.refresh_from_db()
        if not order.undecided:
            raise Conflict("decided", _("该订单没有待裁定的事项"))
        choice = next((one for one in outcomes(order) if one.code == outcome), None)
        if choice is None:
            raise Refusal("outcome", _("请选择裁定结果"), field="outcome")
        if not choice.act(Case(order=order, by=by, now=now, post=post.get("post"))):
            raise Conflict("decided", _("订单状态已改变，或时间未到，不能这样裁定"))
        Verdict.objects.create(order=order, outcome=outcome, reason=reason.strip(), by=by, at=now)
        resolve_alarm(kind=Alarm.Kind.ORDER_UNDECIDED, key=order.number, by=by, now=now)
    order.refresh_from_db()
    return order


def outcomes(order: Order) -> list[Outcome]:
    """What may be decided about the order as it stands."""
    return [outcome for outcome in OUTCOMES if outcome.state == order.state]


def outcome_in_words(verdict: Verdict) -> str:
    """What was decided, as the person who decided it chose it."""
    kind, _colon, code = verdict.outcome.partition(":")
    if code:
        return _("拒单归为：%(ground)s") % {"ground": refusals.name_of(code)}
    return str(_NAMES[kind])


def reclass(*, order: Order, by: User, code: str, reason: str, now: datetime) -> Order:
    """Judge a refusal's ground anew: a groundless one costs rating, a fair one does not (A40).

    Raises:
        Forbidden: `not_allowed`, or `own_business` (A48).
        Refusal: `reason_missing`, `reason_code`.
        Conflict: `not_refused`: not refused by its owner.
    """
    access.require_order_judge(by)
    _check_disinterested(order, by)
    if not reason.strip():
        raise Refusal("reason_missing", _("请填写理由"), field="reason")
    if code not in refusals.BY_CODE:
        raise Refusal("reason_code", _("请选择拒单原因"), field="reason_code")
    with transaction.atomic():
        refused = Order.objects.filter(pk=order.pk, state=State.REFUSED, cause=Cause.OWNER)
        if not refused.update(refusal_code=code):
            raise Conflict("not_refused", _("只有帐号主拒绝的订单可以重新归类"))
        Verdict.objects.create(order=order, outcome=f"ground:{code}", reason=reason.strip(), by=by, at=now)
    order.refresh_from_db()
    return order


def queue(*, by: User) -> QuerySet[Order]:
    """Orders that wait for a person, none of them one's own (A48), the oldest first."""
    waiting = Order.objects.exclude(undecided="").exclude(owner=by).exclude(advertiser__user=by)
    return waiting.select_related("account", "advertiser", "task").order_by("start_at", "pk")


def _check_disinterested(order: Order, by: User) -> None:
    if by.pk in (order.owner_id, order.advertiser.user_id):
        raise Forbidden("own_business", _("不能处理与自己有关的订单"))


def _posted(case: Case) -> bool:
    """The post is there: 已接单 → 已发布."""
    post = case.post
    if post is None:
        raise Refusal("post_missing", _("请填写微博 ID 和发布时间"), field="weibo_id")
    if not case.order.start_at - NOT_BEFORE <= post.posted_at <= case.now:
        # 24 hours and 30 days are counted from it (A5): a slip of the pen would pay days too early or too late.
        raise Refusal("post_time", _("发布时间须在开始时间之后，且不晚于现在"), field="posted_at")
    if Order.objects.filter(weibo_id=post.weibo_id).exists():
        raise Refusal("post_bound", _("这条微博已属于另一个订单"), field="weibo_id")
    attempts.settle(order=case.order, posted=True, now=case.now)
    values = {
        "weibo_id": post.weibo_id,
        "posted_at": post.posted_at,
        "next_check_at": case.now,
        "next_count_at": case.now,
        "undecided": "",
    }
    moved = _move(case, State.PUBLISHED, values=values)
    stopped = Order.objects.filter(pk=case.order.pk, state=State.PUBLISHED, task__state=TaskState.HALTED)
    halting.exempt(orders=stopped, now=case.now)
    return moved


def _not_posted(case: Case) -> bool:
    """There is no post: 已接单 → 已取消."""
    attempts.settle(order=case.order, posted=False, now=case.now)
    moved = _move(case, State.CANCELLED)
    announcements.cancelled(order_ids=[case.order.pk] if moved else [], cause=Cause.PLATFORM, now=case.now)
    return moved


def _kept(case: Case) -> bool:
    """It stood for 24 hours: 已发布 → 已达成."""
    moved = _move(case, State.ACHIEVED, values={"next_check_at": case.now})
    announcements.achieved(order_ids=[case.order.pk] if moved else [], now=case.now)
    return moved


def _deleted(case: Case) -> bool:
    """It was gone before 24 hours: 已发布 → 订单失败."""
    moved = _move(case, State.FAILED)
    announcements.failed(order_ids=[case.order.pk] if moved else [], now=case.now)
    return moved


def _deleted_early(case: Case) -> bool:
    """It was gone before 30 days: 提前删除."""
    moved = lifecycle.mark_deleted_early(order_ids=[case.order.pk], at=case.now, by=case.by)
    announcements.deleted_early(order_ids=[row.id for row in moved], now=case.now)
    return bool(moved)


def _goes_on(case: Case) -> bool:
    """Nothing against it: it is watched on."""
    open_one = Order.objects.filter(pk=case.order.pk).exclude(undecided="")
    return open_one.update(undecided="", first_missing_at=None, next_check_at=case.now) == 1


def _move(case: Case, new: State, *, values: dict[str, object] | None = None) -> bool:
    moved = lifecycle.move(
        order_ids=[case.order.pk],
        old=[State(case.order.state)],
        new=new,
        cause=Cause.VERDICT,
        at=case.now,
        by=case.by,
        values=values,
    )
    return bool(moved)


OUTCOMES: Final = (
    Outcome("posted", State.ACCEPTED, gettext_lazy("微博已发布"), _posted),
    Outcome("not_posted", State.ACCEPTED, gettext_lazy("微博未发布，取消订单"), _not_posted),
    Outcome("kept", State.PUBLISHED, gettext_lazy("保留超过 24 小时，订单达成"), _kept),
    Outcome("deleted", State.PUBLISHED, gettext_lazy("不足 24 小时即删除，订单失败"), _deleted),
    Outcome("goes_on", State.PUBLISHED, gettext_lazy("没有问题，继续观察"), _goes_on),
    Outcome("goes_on", State.ACHIEVED, gettext_lazy("没有问题，继续观察"), _goes_on),
    Outcome("deleted_early", State.ACHIEVED, gettext_lazy("不足 30 天即删除"), _deleted_early),
)
_NAMES: Final = {outcome.code: outcome.name for outcome in OUTCOMES} | {
    "step_back": gettext_lazy("同意帐号主退出")  # written by `orders.answering`
}
CODES: Final = (*_NAMES, *(f"ground:{code}" for code in refusals.BY_CODE))  # all that a verdict's `outcome` may be
