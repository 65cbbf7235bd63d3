"""接单, 拒单, 流单: what becomes of a dispatched order, and stepping back afterwards (R61-R63, A18, A19, A25, A45)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts import access, slots
from accounts.models import MediaAccount, User, WeiboAccount
from orders import lifecycle, refusals
from orders.batches import in_batches
from orders.models import Order, Verdict
from orders.moves import Cause, State
from weitask.periods import SLOT
from weitask.questions import Question
from weitask.refusal import Conflict, Forbidden, Refusal

_BIND_LINK = "/accounts/weibo/login/?process=connect"
_CLASHES: Final = f"""
SELECT one.id, {slots.overlap(account="one.account_id", start="one.start_at")}, EXISTS (
    SELECT FROM orders_order rival
    WHERE rival.account_id = one.account_id AND rival.state = 'dispatched' AND rival.id <> one.id
      AND rival.start_at > greatest(one.start_at - interval '15 minutes', %(now)s)
      AND rival.start_at < one.start_at + interval '15 minutes')
FROM orders_order one WHERE one.id = ANY(%(orders)s)
"""  # noqa: S608 [our own words]
_TAKEN: Final = gettext_lazy("该时段已接其它任务，不能再接")
_CONTESTED: Final = gettext_lazy("同一时段还有别的订单，接下一单会自动拒绝另一单")


@contextmanager
def turn(*, order: Order) -> Iterator[None]:
    """Wait for the locks that `accept` and `refuse` decide under, and keep them for the answer inside.

    Whoever asks the clock inside decides by the time at which it is decided, not by the time at which the waiting began
    (spec 9, A19).
    """
    with transaction.atomic():
        MediaAccount.objects.select_for_update(of=("self",)).only("pk").get(pk=order.account_id)
        lifecycle.lock(order_ids=[order.pk, *_overlapping(order).values_list("pk", flat=True)])
        yield


def accept(*, order: Order, by: User, ip: str | None, now: datetime) -> Order:
    """派单 → 已接单: take the account's 15 minutes and give up what overlaps them.

    Other 派单 of the account that overlap become 拒单 (时段冲突), unpenalised and with their money back (A18). `ip` is
    the owner's address, which Weibo wants with the post.

    Raises:
        Forbidden: `not_owner`.
        Conflict: `not_dispatched` the order went elsewhere meanwhile; `start_passed` the start has come (A19);
            `slot_taken` the account accepted another task within 15 minutes (R68).
        Refusal: `suspended` (R64), `reauthorise` the authorisation does not outlive the start (A25).
    """
    with transaction.atomic():
        account = MediaAccount.objects.select_for_update(of=("self",)).select_related("weibo").get(pk=order.account_id)
        rivals = clashing(order=order, now=now).values_list("pk", flat=True)
        others = list(rivals)
        lifecycle.lock(order_ids=[order.pk, *others])
        order.refresh_from_db()
        _check_answerable(order, by=by, now=now)
        _check_able(account, start_at=order.start_at)
        try:
            slots.take([slots.Wanted(account_id=account.pk, start=order.start_at, order_id=order.pk)])
        except slots.SlotTaken as error:
            raise Conflict("slot_taken", _("该帐号在这 15 分钟内已接受其它任务，请拒绝其中之一")) from error
        lifecycle.move(
            order_ids=[order.pk],
            old=[State.DISPATCHED],
            new=State.ACCEPTED,
            cause=Cause.OWNER,
            at=now,
            by=by,
            values={"answered_at": now, "accepted_ip": ip},
        )
        lifecycle.move(
            order_ids=others,
            old=[State.DISPATCHED],
            new=State.REFUSED,
            cause=Cause.SLOT_CLASH,
            at=now,
            where={"start_at__gt": now},
            values={
                "answered_at": now,
                "refusal_code": refusals.SLOT_CLASH,
                "refusal_reason": gettext_noop("时段冲突"),
            },
        )
    order.refresh_from_db()
    return order


def refuse(*, order: Order, by: User, code: str, reason: str, now: datetime) -> Order:
    """派单 → 拒单 with a coded and a detailed reason; the money goes back to the advertiser (R62, R67).

    Raises:
        Forbidden: `not_owner`.
        Refusal: `reason_code`, `reason_short` (fewer than ten characters), `reason_long`.
        Conflict: `not_dispatched`, `start_passed`.
    """
    words = reason.strip()
    if code not in refusals.BY_CODE:
        raise Refusal("reason_code", _("请选择拒单原因"), field="reason_code")
    if len("".join(words.split())) < refusals.LEAST:
        raise Refusal("reason_short", _("请详细说明拒单原因，至少 10 个字"), field="reason")
    if len(words) > refusals.MOST:
        raise Refusal("reason_long", _("拒单原因最多 300 个字"), field="reason")
    with transaction.atomic():
        lifecycle.lock(order_ids=[order.pk])
        order.refresh_from_db()
        _check_answerable(order, by=by, now=now)
        lifecycle.move(
            order_ids=[order.pk],
            old=[State.DISPATCHED],
            new=State.REFUSED,
            cause=Cause.OWNER,
            at=now,
            by=by,
            values={"answered_at": now, "refusal_code": code, "refusal_reason": words},
        )
    order.refresh_from_db()
    return order


def clashing(*, order: Order, now: datetime) -> QuerySet[Order]:
    """Other 派单 of the account that accepting this order gives up: starts less than 15 minutes apart (A18)."""
    return _overlapping(order).filter(start_at__gt=now)


def clashes(*, orders: Sequence[Order], now: datetime) -> dict[int, str]:
    """What stands in the way of each open order of a page, by order id: a job already taken, or a rival (A18)."""
    waiting = [order for order in orders if order.state == State.DISPATCHED and order.start_at > now]
    if not waiting:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CLASHES, {"orders": [order.pk for order in waiting], "now": now})
        found = cursor.fetchall()
    return {pk: str(_TAKEN if taken else _CONTESTED) for pk, taken, contested in found if taken or contested}


def expire_due(now: datetime) -> int:
    """派单 → 流单 for every order whose start has come (R63), their money in one batch; returns how many."""
    # One advertiser after the other: a batch then holds the accounts of few of them, and those only briefly.
    due = list(Order.objects.due_expiry(now).order_by("advertiser_id", "pk").values_list("pk", flat=True))
    return in_batches(ids=due, work=lambda ids: _expire(ids, now=now), sweep="orders.expire", now=now)


_UNANSWERED: Final = Question(lambda: Order.objects.filter(state=State.DISPATCHED), column="start_at")


def next_expiry(now: datetime) -> datetime | None:
    """The earliest start of an order that nobody has answered."""
    return _UNANSWERED.earliest()


def step_back(*, order: Order, operator: User, reason: str, now: datetime) -> Order:
    """已接单 → 已取消 because the owner asked an operator to be let go; the owner's cause, with loss of rating (A45).

    Raises:
        Forbidden: `not_allowed`, `own_business` (A48).
        Refusal: `reason_missing`.
        Conflict: `not_accepted`: posted, over, or its post may be on the wire.
    """
    access.require_order_judge(operator)
    if operator.pk in (order.owner_id, order.advertiser.user_id):
        raise Forbidden("own_business", _("不能处理与自己有关的订单"))
    if not reason.strip():
        raise Refusal("reason_missing", _("请填写理由"), field="reason")
    with transaction.atomic():
        moved = lifecycle.move(
            order_ids=[order.pk],
            old=[State.ACCEPTED],
            new=State.CANCELLED,
            cause=Cause.OWNER_FAULT,
            at=now,
            by=operator,
        )
        if not moved:
            raise Conflict("not_accepted", _("订单已发布、已结束或正在发布，不能取消"))
        Verdict.objects.create(order=order, outcome="step_back", reason=reason.strip(), by=operator, at=now)
    order.refresh_from_db()
    return order


def _overlapping(order: Order) -> QuerySet[Order]:
    return Order.objects.filter(
        account_id=order.account_id,
        state=State.DISPATCHED,
        start_at__gt=order.start_at - SLOT,
        start_at__lt=order.start_at + SLOT,
    ).exclude(pk=order.pk)


def _expire(ids: Sequence[int], *, now: datetime) -> int:
    return len(
        lifecycle.move(order_ids=ids, old=[State.DISPATCHED], new=State.LAPSED, cause=Cause.START_REACHED, at=now)
    )


def _check_answerable(order: Order, *, by: User, now: datetime) -> None:
    if order.owner_id != by.pk:
        raise Forbidden("not_owner", _("这不是您的订单"))
    if order.state != State.DISPATCHED:
        message = _("订单已是“{state}”，不能再接单或拒单").format(state=order.get_state_display())
        raise Conflict("not_dispatched", message)
    if now >= order.start_at:
        raise Conflict("start_passed", _("开始时间已到，订单已流单"))


def _check_able(account: MediaAccount, *, start_at: datetime) -> None:
    if account.suspended_at is not None:
        raise Refusal("suspended", _("该帐号已被暂停交易资格，不能接单"))
    weibo = account.weibo
    expires = weibo.token_expires_at
    if weibo.token_state != WeiboAccount.Token.VALID or (expires is not None and expires <= start_at):
        raise Refusal("reauthorise", _("微博授权在任务开始前到期，请先重新授权"), link=_BIND_LINK)
