"""What waits for the review desk (R40, A48)."""

from django.utils.translation import gettext_lazy as _

from accounts.access import DECIDE_TASKS
from tasks.models import Submission
from weitask.work import Work, queue

queue(
    "submissions",
    Work(
        title=_("待审核的任务"),
        permission=DECIDE_TASKS,
        rows=lambda user: Submission.objects.in_review().reviewable_by(user),
        url_name="admin:tasks_submission_changelist",
        position=10,
    ),
)
