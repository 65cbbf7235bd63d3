"""Who calls which verb: what a page, an admin action or a stranger at Weibo would do, one function per deed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from accounts.models import Advertiser, MediaAccount, WeiboAccount
from billing import credit, topups
from billing.credit import CreditTerms
from orders import answering, deciding
from orders.models import Order
from orders.moves import State
from tasks import drafting, quoting, review
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Submission, Task
from weitask.demo.rehearsal.market import Cast, Member, bind
from weitask.refusal import Refusal

REASON_TO_REFUSE: Final = "内容与帐号的风格不太符合，这次先不接了，抱歉"
REASON_TO_REJECT: Final = "请补充销售授权证明后再提交"
REASON_TO_HALT: Final = "内容涉及不宜发布的信息"
OWNERS_IP: Final = "203.0.113.7"


# --- Advertisers ------------------------------------------------------------------------------------------------------


def recharge(cast: Cast, advertiser: Advertiser, amount: int, *, notify: str, now: datetime) -> None:
    """Pay `amount` fen at the cashier; `notify` is how Sina tells us: once, twice, late, never, forged."""
    topup = topups.start(advertiser=advertiser, amount=amount, payer_ip=OWNERS_IP, now=now)
    cast.control.post(f"sinapay/deposits/{topup.number}/pay/", {"notify": notify})


def on_the_market(*, advertiser: Advertiser) -> list[int]:
    """The accounts an advertiser can find, in the order they joined."""
    return list(MediaAccount.objects.visible_to(advertiser).order_by("weibo__uid").values_list("pk", flat=True))


def write(*, advertiser: Advertiser, data: TaskInput, now: datetime) -> Task:
    """Save a draft."""
    return drafting.create(advertiser=advertiser, by=advertiser.user, data=data, now=now)


def submit(*, task: Task, data: TaskInput, now: datetime) -> Submission | None:
    """提交审核 at the price of the moment (A43); what the rules refuse is taken out once, as the page marks it.

    None: given up.
    """
    for _ in range(2):
        ids = [one.account_id for one in data.selections]
        total = quoting.quote(form=data.form, account_ids=ids, now=now).total
        try:
            return review.submit(task=task, by=task.advertiser.user, now=now, price_agreed=total)
        except Refusal as refusal:
            rows = {problem.row for problem in refusal.problems}
            kept = tuple(one for row, one in enumerate(data.selections) if row not in rows)
            data = replace(data, selections=kept)
            task = drafting.change(task=task, by=task.advertiser.user, data=data, now=now)
    return None


def correct(*, submission: Submission, data: TaskInput, now: datetime) -> Submission | None:
    """Change a rejected task and submit it again (R28)."""
    task = Task.objects.get(pk=submission.task_id)
    better = replace(data, text=f"{data.text}（已获授权）")
    return submit(task=drafting.change(task=task, by=task.advertiser.user, data=better, now=now), data=better, now=now)


def add_orders(*, task_id: int, chosen: Iterable[int], start: datetime, now: datetime) -> Submission | None:
    """增加订单 with the content that was reviewed; None when an account cannot be had."""
    task = Task.objects.select_related("advertiser__user").get(pk=task_id)
    selections = [SelectionInput(pk, start) for pk in chosen]
    try:
        return review.add_orders(task=task, by=task.advertiser.user, selections=selections, now=now)
    except Refusal:
        return None


# --- Reviewers and finance --------------------------------------------------------------------------------------------


def approve(cast: Cast, submission: Submission, *, now: datetime) -> None:
    """通过."""
    review.approve(submission=submission, by=cast.reviewer, now=now)


def reject(cast: Cast, submission: Submission, *, now: datetime) -> None:
    """驳回."""
    review.reject(submission=submission, by=cast.reviewer, reason=REASON_TO_REJECT, now=now)


def halt(cast: Cast, task_id: int, *, platform_fault: bool = False, now: datetime) -> None:
    """紧急叫停."""
    task = Task.objects.get(pk=task_id)
    review.halt(task=task, by=cast.reviewer, reason=REASON_TO_HALT, platform_fault=platform_fault, now=now)


def decide_open(cast: Cast, *, now: datetime) -> int:
    """Give a verdict on every order that waits for a person, in favour of its owner when the evidence ends."""
    verdicts = {State.ACCEPTED: "not_posted", State.PUBLISHED: "kept", State.ACHIEVED: "goes_on"}
    waiting = list(deciding.queue(by=cast.reviewer))
    for order in waiting:
        outcome = verdicts[State(order.state)]
        deciding.decide(order=order, by=cast.reviewer, outcome=outcome, reason="已核对观测记录", now=now)
    return len(waiting)


def step_back(cast: Cast, order: Order, *, now: datetime) -> None:
    """Let an owner go who accepted and asked to be let go (A45)."""
    answering.step_back(order=order, operator=cast.reviewer, reason="帐号主临时有事，申请取消", now=now)


def grant_credit(cast: Cast, advertiser: Advertiser, amount: int, *, now: datetime) -> None:
    """信用额度 of a contract partner."""
    terms = CreditTerms(amount, "HT-2026-003", valid_from=now)
    credit.set_credit(advertiser=advertiser, terms=terms, by=cast.finance, now=now)


def set_fee(cast: Cast, rate_bp: int, *, now: datetime) -> None:
    """平台服务费率 from now on."""
    credit.set_fee_rate(rate_bp=rate_bp, valid_from=now, by=cast.finance, now=now)


# --- Owners -----------------------------------------------------------------------------------------------------------


def answer(cast: Cast, task_id: int, *, slow: bool, now: datetime) -> None:
    """Every owner of this pace answers the task's orders by habit; some never do."""
    waiting = Order.objects.filter(task=task_id, state=State.DISPATCHED).select_related("owner").order_by("number")
    for order in waiting:
        member = cast.members[order.account_id]
        if member.habit.slow == slow:
            _answer(cast, order, member, now)


def delete(
    cast: Cast, orders: Sequence[Order], *, wants: Callable[[Member, Order], bool] = lambda *_: True, by: str = "owner"
) -> int:
    """Delete the posts of orders whose owners want it; how many."""
    gone = [order for order in orders if wants(cast.members[order.account_id], order)]
    for order in gone:
        cast.control.post(f"weibo/posts/{order.weibo_id}/delete/", {"by": by})
    return len(gone)


def revoke(cast: Cast, order: Order) -> Member:
    """The owner withdraws the authorisation at Weibo, which tells nobody."""
    member = cast.members[order.account_id]
    cast.control.post("weibo/tokens/revoke/", {"uid": member.uid})
    return member


def authorise_again(cast: Cast, member: Member, *, now: datetime) -> None:
    """… and thinks better of it."""
    name = WeiboAccount.objects.values_list("screen_name", flat=True).get(uid=member.uid)
    bind(cast.control, member.owner, {"uid": member.uid, "screen_name": name}, now=now)


def posts_of(task_id: int) -> list[Order]:
    """The orders of a task whose posts are live as far as anybody knows."""
    live = Order.objects.filter(task=task_id, weibo_id__isnull=False, first_missing_at=None)
    return list(live.filter(state__in=[State.PUBLISHED, State.ACHIEVED]).order_by("number"))


def task_starting(*, at: datetime) -> Task | None:
    """The task whose first order starts at a moment, if there is one."""
    return Task.objects.filter(first_start_at=at).order_by("pk").first()


def accepted_of(task_id: int) -> list[Order]:
    """The accepted orders of a task."""
    return list(Order.objects.filter(task=task_id, state=State.ACCEPTED).order_by("number"))


def _answer(cast: Cast, order: Order, member: Member, now: datetime) -> None:
    habit, drawn = member.habit, cast.chance("answer", member.uid, order.start_at, order.text).randrange(100)
    try:
        if drawn < habit.accepts:
            answering.accept(order=order, by=member.owner, ip=OWNERS_IP, now=now)
        elif drawn < habit.accepts + habit.refuses:
            answering.refuse(order=order, by=member.owner, code=habit.ground, reason=REASON_TO_REFUSE, now=now)
    except Refusal:
        return  # the slot is taken or the order went to another state: the page says so, and the owner moves on
