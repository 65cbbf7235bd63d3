"""The review desk: queue, one page per submission, the stop of a task, the rule book (R16, R40-R49, A48)."""

from tasks.admin import waiting
from tasks.admin.records import DecisionAdmin
from tasks.admin.rulebook import ReasonTemplateAdmin, RuleAdmin, RuleCategoryAdmin, RuleSetAdmin
from tasks.admin.submissions import SubmissionAdmin
from tasks.admin.tasks import TaskAdmin

__all__ = [
    "DecisionAdmin",
    "ReasonTemplateAdmin",
    "RuleAdmin",
    "RuleCategoryAdmin",
    "RuleSetAdmin",
    "SubmissionAdmin",
    "TaskAdmin",
    "waiting",
]
