"""Submitting and approving cost the same number of statements whatever the number of accounts."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import slots
from accounts.models import User
from tasks import review
from tasks.models import Submission, Task
from tests.factories import MediaAccountFactory
from tests.moments import MINUTE, MONDAY
from tests.tasks.making import START, draft, reviewer, submitted
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db

MOST_TO_SUBMIT, MOST_TO_APPROVE = 15, 20


def statements(work: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        work()
    return [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]


def a_draft(accounts: int) -> Task:
    """Of an advertiser who has submitted before; the rules are compiled then, and the ledger accounts made."""
    advertiser = submitted().task.advertiser
    chosen = MediaAccountFactory.create_batch(accounts)
    return Task.objects.select_related("advertiser__user").get(pk=draft(advertiser, accounts=chosen).pk)


@pytest.mark.parametrize("accounts", [1, 50])
def test_submitting_takes_at_most_fifteen_statements(accounts):
    task = a_draft(accounts)
    asked = statements(lambda: review.submit(task=task, by=task.advertiser.user, now=MONDAY))
    assert len(asked) <= MOST_TO_SUBMIT, "\n".join(asked)


@pytest.mark.parametrize("accounts", [1, 50])
def test_approving_takes_at_most_twenty_statements(accounts):
    submission = Submission.objects.get(pk=submitted(a_draft(accounts)).pk)
    by = User.objects.get(pk=reviewer().pk)  # whose permissions are read anew
    asked = statements(lambda: review.approve(submission=submission, by=by, now=MONDAY))
    assert len(asked) <= MOST_TO_APPROVE, "\n".join(asked)
    assert submission.items.filter(order__state="dispatched").count() == accounts


def test_one_and_fifty_accounts_take_the_same_statements():
    counts = []
    for accounts in (1, 50):
        task, by = a_draft(accounts), reviewer()
        sent = statements(lambda task=task: review.submit(task=task, by=task.advertiser.user, now=MONDAY))
        submission = task.submissions.get()
        decided = statements(
            lambda submission=submission, by=by: review.approve(submission=submission, by=by, now=MONDAY)
        )
        counts.append((len(sent), len(decided)))
    assert counts[0] == counts[1]


def test_the_keys_of_new_orders_are_looked_up_by_index_until_the_commit():
    review.approve(submission=submitted(), by=reviewer(), now=MONDAY)
    with connection.cursor() as cursor:  # the test's transaction is still open, and so is the approval's
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("off",)


def test_fifty_busy_accounts_are_told_in_as_many_statements_as_one():
    counts = []
    for accounts in (1, 50):
        task = a_draft(accounts)
        chosen = task.selections.values_list("account_id", flat=True)
        slots.take([slots.Wanted(pk, START + MINUTE, pk) for pk in chosen])
        with CaptureQueriesContext(connection) as asked, pytest.raises(Refusal) as refusal:
            review.submit(task=task, by=task.advertiser.user, now=MONDAY)
        assert len(refusal.value.problems) == accounts
        counts.append(len(asked))
    assert counts[0] == counts[1]
