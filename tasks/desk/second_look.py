"""Four eyes: what is risky is approved by two reviewers, the second one's yes is the decision."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from tasks.desk.models import FirstApproval
from tasks.models import Submission
from tasks.screening import Book
from weitask.money import display
from weitask.periods import shanghai
from weitask.refusal import Conflict


def reasons(*, submission: Submission, book: Book) -> list[str]:
    """Why approving it takes two; empty when one reviewer is enough."""
    found = {finding["category"] for finding in submission.findings} & book.four_eyes
    told = [_("机审发现「%(category)s」") % {"category": _(category)} for category in sorted(found)]
    if submission.total >= settings.FOUR_EYES_AMOUNT:
        told.append(_("金额达到 %(amount)s 元") % {"amount": display(settings.FOUR_EYES_AMOUNT)})
    return told


def confirmed(*, submission: Submission, by: User, book: Book, now: datetime) -> bool:
    """Whether an approval by this reviewer decides; otherwise it was kept as the first one. Under the task's lock.

    Raises:
        Conflict: `second_reviewer_needed`, the first approval is one's own.
    """
    why = reasons(submission=submission, book=book)
    if not why:
        return True
    first = getattr(submission, "first_approval", None)
    if first is None:
        FirstApproval.objects.create(
            submission=submission, by=by, at=now, why=_("；").join(why)[:300], rule_version=book.version
        )
        return False
    if first.by_id == by.pk:
        message = _("您已于 %(when)s 初审通过，需由另一位审核员复核") % {"when": f"{shanghai(first.at):%m-%d %H:%M}"}
        raise Conflict("second_reviewer_needed", message)
    return True
