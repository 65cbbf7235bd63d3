"""Claim while reading: a courtesy among reviewers, never a lock (A48, F36)."""

import pytest

from tasks import review
from tasks.desk import claims
from tasks.models import Claim
from tests.moments import MINUTE, MONDAY
from tests.tasks.making import reviewer, submitted

pytestmark = pytest.mark.django_db


def test_who_reads_first_holds_the_claim_and_others_see_whose_it_is():
    submission, first = submitted(), reviewer()
    claims.take(submission=submission, by=first, now=MONDAY)
    seen = claims.take(submission=submission, by=reviewer(), now=MONDAY + MINUTE)
    assert (seen.by, seen.until) == (first, MONDAY + 5 * MINUTE)


def test_reading_on_keeps_the_claim_alive():
    submission, first = submitted(), reviewer()
    claims.take(submission=submission, by=first, now=MONDAY)
    assert claims.take(submission=submission, by=first, now=MONDAY + 4 * MINUTE).until == MONDAY + 9 * MINUTE


def test_a_claim_that_ran_out_is_anybodys():
    submission, second = submitted(), reviewer()
    claims.take(submission=submission, by=reviewer(), now=MONDAY)
    assert claims.take(submission=submission, by=second, now=MONDAY + 5 * MINUTE).by == second


def test_one_gives_back_ones_own_claim_and_nobody_elses():
    submission, first = submitted(), reviewer()
    claims.take(submission=submission, by=first, now=MONDAY)
    claims.release(submission=submission, by=reviewer())
    assert Claim.objects.count() == 1
    claims.release(submission=submission, by=first)
    assert Claim.objects.count() == 0


def test_a_claim_keeps_nobody_from_deciding_and_ends_with_the_decision():
    submission = submitted()
    claims.take(submission=submission, by=reviewer(), now=MONDAY)
    assert review.approve(submission=submission, by=reviewer(), now=MONDAY).state == "approved"
    assert Claim.objects.count() == 0
