"""The three decisions, with what each will do, in words."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tasks import queries, review, screening
from tasks.admin.confirming import Button, HaltForm, NoForm, ReasonForm
from tasks.desk import fates, second_look
from tasks.desk.fates import Kind
from tasks.models import FirstApproval, Submission, Task
from weitask.money import display
from weitask.periods import shanghai


def _approval(submission: Submission, now: datetime) -> list[str]:
    effect = queries.effect_of_approval(submission=submission, now=now)
    told = [
        _("冻结广告主 %(money)s 元，立即向 %(orders)d 个帐号派单并通知帐号主。")
        % {"money": display(effect.money), "orders": effect.orders}
    ]
    if effect.lapsing:
        told.append(_("%(count)d 个帐号已到开始时间，不再派单，预占金额退回。") % {"count": effect.lapsing})
    told = [*_second_look(submission), *told]
    blocked = sum(1 for finding in submission.findings if finding["action"] == "flag")
    if blocked:
        told.append(_("机审提示 %(count)d 处，请确认已逐一查看。") % {"count": blocked})
    return told


def _second_look(submission: Submission) -> list[str]:
    """Whether this approval is the first or the second of two."""
    why = second_look.reasons(submission=submission, book=screening.current())
    if not why:
        return []
    first = FirstApproval.objects.select_related("by").filter(submission=submission).first()
    if first is None:
        reasons = _("；").join(why)
        return [_("需两人审核（%(why)s）：这次通过记为初审，另一位审核员复核通过后才执行以下内容。") % {"why": reasons}]
    return [
        _("%(who)s 已于 %(when)s 初审通过，这次通过即为复核。")
        % {"who": first.by.get_username(), "when": f"{shanghai(first.at):%m-%d %H:%M}"}
    ]


def _approved(held: Submission) -> str:
    """A first approval is told apart from the decision."""
    waits = held.state == Submission.State.IN_REVIEW
    return _("初审已记录，等待另一位审核员复核") if waits else ""


def _rejection(submission: Submission, now: datetime) -> list[str]:
    effect = queries.effect_of_rejection(submission=submission)
    told = [_("退回预占金额 %(money)s 元，理由会展示给广告主。") % {"money": display(effect.money)}]
    if submission.addition:
        told.append(_("只驳回本次增加的订单，任务继续执行。"))
    else:
        told.append(_("广告主可以修改后重新提交。"))
    return told


def _stop(task: Task, now: datetime) -> list[str]:
    """In sums; the list below names every order."""
    orders = fates.of_task(task)
    told = [
        _("取消 %(orders)d 个未发布的订单，解冻并退回 %(money)s 元。")
        % {"orders": fates.count(orders, Kind.CANCEL), "money": display(fates.cost(orders, Kind.CANCEL))},
        _("%(posted)d 个已发布的订单：立即通知帐号主删除，删除不影响其收入，费用 %(money)s 元照付。")
        % {"posted": fates.count(orders, Kind.EXEMPT), "money": display(fates.cost(orders, Kind.EXEMPT))},
    ]
    if waiting := fates.count(orders, Kind.WAIT):
        told.append(_("%(waiting)d 个订单正在发布，结果确认后自动处理。") % {"waiting": waiting})
    if task.submissions.in_review().exists():
        told.append(_("审核中的增加订单一并驳回。"))
    return [*told, _("紧急叫停不可撤销。")]


APPROVE = Button(
    name="approve",
    title=pgettext_lazy("button", "通过"),
    form=NoForm,
    foresee=_approval,
    run=lambda row, by, data, now: review.approve(submission=row, by=by, now=now),
    outcome=_approved,
)
REJECT = Button(
    name="reject",
    title=pgettext_lazy("button", "驳回"),
    form=ReasonForm,
    foresee=_rejection,
    run=lambda row, by, data, now: review.reject(submission=row, by=by, reason=data["reason"], now=now),
)
HALT = Button(
    name="halt",
    title=gettext_lazy("紧急叫停"),
    form=HaltForm,
    foresee=_stop,
    run=lambda row, by, data, now: review.halt(
        task=row, by=by, reason=data["reason"], platform_fault=data["platform_fault"], now=now
    ),
    danger=True,
    lines=fates.of_task,
)
