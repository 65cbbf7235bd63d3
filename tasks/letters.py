"""What the advertiser is told about a task under review (R41, A15, A22). Rows of the decision's own transaction."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.notices import NewNotice
from tasks.models import Decision, Submission, Task


def approved(*, submission: Submission, now: datetime) -> None:
    """The submission passed and its orders are out."""
    body = format_lazy(_("任务 #{task} 已通过审核，订单已派出。"), task=submission.task_id)
    _post(submission.task, f"task_approved:{submission.pk}", (_("任务通过审核"), body), now=now)


def rejected(*, submission: Submission, reason: str, now: datetime) -> None:
    """The reason, in the reviewer's words (R41)."""
    body = format_lazy(
        _("任务 #{task} 未通过审核：{reason}\n可以修改后重新提交；如有疑问请联系客服。"),
        task=submission.task_id,
        reason=reason,
    )
    _post(submission.task, f"task_rejected:{submission.pk}", (_("任务未通过审核"), body), now=now)


def lapsed(*, submission: Submission, count: int, left: int, now: datetime) -> None:
    """Selections whose start came before the decision; nothing is charged for them (A15)."""
    body = format_lazy(
        _("任务 #{task} 有 {count} 个帐号在审核完成前已到开始时间，未派单，预占金额已退回。{hint}"),
        task=submission.task_id,
        count=count,
        hint="" if left else _("请修改开始时间后重新提交。"),
    )
    _post(submission.task, f"task_lapsed:{submission.pk}:{left}", (_("任务审核超时"), body), now=now)


def halted(*, decision: Decision, now: datetime) -> None:
    """The task was stopped, and why."""
    body = format_lazy(_("任务 #{task} 被紧急叫停：{reason}"), task=decision.task_id, reason=decision.reason)
    _post(decision.task, f"task_halted:{decision.task_id}", (_("任务被紧急叫停"), body), now=now, urgent=True)


def _post(task: Task, fact: str, words: tuple[Promise, Promise], *, now: datetime, urgent: bool = False) -> None:
    reader = task.advertiser.user
    title, body = words
    notice = NewNotice(
        user_id=reader.pk,
        kind=fact.partition(":")[0],
        dedupe=fact,
        title=title,
        body=body,
        url=task.get_absolute_url(),
        urgent=urgent,
        weibo_uid=notices.FIRST_BOUND,
        language=reader.language,
    )
    notices.post([notice], now=now)
