"""The review desk: queue, one page per submission, the stop of a task; decisions are read-only (R16, R49, A48)."""

from tasks.admin.records import DecisionAdmin
from tasks.admin.submissions import SubmissionAdmin
from tasks.admin.tasks import TaskAdmin

__all__ = ["DecisionAdmin", "SubmissionAdmin", "TaskAdmin"]
