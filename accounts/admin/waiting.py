"""What waits for the account desk: authorisations, applications, suspensions to confirm; and open alarms (A41, A48)."""

from django.utils.translation import gettext_lazy as _

from accounts.access import DECIDE_ACCOUNTS
from accounts.models import MediaAccount, SuspensionProposal
from weitask.models import Alarm
from weitask.work import Work, queue

_ACCOUNTS = "admin:accounts_mediaaccount_changelist"

queue(
    "alarms",
    Work(
        title=_("未处理的告警"),
        permission="weitask.change_alarm",
        rows=lambda _user: Alarm.objects.filter(resolved_at=None),
        url_name="admin:weitask_alarm_changelist",
        position=0,
        query="?resolved_at__isempty=1",
    ),
)
queue(
    "authorisations",
    Work(
        title=_("待审的授权"),
        permission=DECIDE_ACCOUNTS,
        rows=lambda user: MediaAccount.objects.filter(review=MediaAccount.Review.PENDING).exclude(owner=user),
        url_name=_ACCOUNTS,
        position=20,
        query="?review__exact=pending",
    ),
)
queue(
    "taking",
    Work(
        title=_("待审的接单申请"),
        permission=DECIDE_ACCOUNTS,
        rows=lambda user: MediaAccount.objects.filter(taking=MediaAccount.Taking.APPLIED).exclude(owner=user),
        url_name=_ACCOUNTS,
        position=21,
        query="?taking__exact=applied",
    ),
)
queue(
    "suspensions",
    Work(
        title=_("待确认的暂停提议"),
        permission=DECIDE_ACCOUNTS,
        rows=lambda user: (
            SuspensionProposal.objects.filter(confirmed=None).exclude(by=user).exclude(account__owner=user)
        ),
        url_name=_ACCOUNTS,
        position=22,
        query="?proposed=open",
    ),
)
