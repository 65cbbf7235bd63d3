"""The rules of retention on plain values: A4-A7, A23, and the retention lines of the boundary sheet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.models import Reading
from orders.moves import Cause, State
from orders.verdicts import SCHEDULE, Facts, Observation, next_reading, rule
from tests.moments import DAY, HOUR, MINUTE, MONDAY, SECOND

SEEN, MISSING, HIDDEN = Reading.Outcome.SEEN, Reading.Outcome.MISSING, Reading.Outcome.HIDDEN
BLOCKED, EDITED, UNKNOWN = Reading.Outcome.BLOCKED, Reading.Outcome.EDITED, Reading.Outcome.UNKNOWN
MARK = MONDAY + DAY
END = MONDAY + 30 * DAY
LIVE = Facts(State.PUBLISHED, posted_at=MONDAY, last_seen_at=MARK - MINUTE)
KEPT = Facts(State.ACHIEVED, posted_at=MONDAY, last_seen_at=END - 10 * MINUTE)


def see(facts, outcome, at, *, took=timedelta(0)):
    return rule(facts, Observation(outcome, asked_at=at, answered_at=at + took))


def gone(facts, *, first, outcome=MISSING, second=None):
    """Two probes that do not find it: the first at `first`, the second five minutes later."""
    once = see(facts, outcome, first)
    known = replace(facts, first_missing_at=once.first_missing_at, previous=outcome)
    return see(known, second or outcome, first + 5 * MINUTE)


def test_the_schedule_is_dense_before_both_marks():
    hours = [offset / HOUR for offset in SCHEDULE]
    assert hours[:5] == [0, 1, 6, 12, 23]
    assert [offset / MINUTE for offset in SCHEDULE[5:10]] == [23 * 60 + m for m in (30, 50, 55, 59, 60)]
    assert hours[10:38] == [day * 24 for day in range(2, 30)]
    assert [offset / MINUTE for offset in SCHEDULE[38:]] == [29 * 1440 + 1380, 29 * 1440 + 1430, 30 * 1440]


def test_the_next_reading_is_the_first_moment_later_than_the_last():
    assert next_reading(posted_at=MONDAY, after=MONDAY) == MONDAY + HOUR
    assert next_reading(posted_at=MONDAY, after=END - SECOND) == END
    assert next_reading(posted_at=MONDAY, after=END) is None


def test_alive_at_exactly_24_hours_is_kept():
    ruling = see(LIVE, SEEN, MARK)
    assert (ruling.new, ruling.cause) == (State.ACHIEVED, Cause.KEPT)
    assert ruling.next_check_at == MONDAY + 2 * DAY


def test_alive_a_second_before_24_hours_decides_nothing():
    ruling = see(LIVE, SEEN, MARK - SECOND)
    assert (ruling.new, ruling.next_check_at, ruling.last_seen_at) == (None, MARK, MARK - SECOND)


def test_seen_counts_when_it_was_asked_not_when_it_was_answered():
    assert see(LIVE, SEEN, MARK - SECOND, took=5 * SECOND).new is None


def test_missing_once_is_a_suspicion_only():
    ruling = see(LIVE, MISSING, MARK - SECOND)
    assert (ruling.new, ruling.first_missing_at) == (None, MARK - SECOND)
    assert ruling.next_check_at == MARK - SECOND + 5 * MINUTE


def test_a_second_probe_too_early_proves_nothing():
    suspected = replace(LIVE, first_missing_at=MARK - SECOND, previous=MISSING)
    ruling = see(suspected, MISSING, MARK + 4 * MINUTE)
    assert (ruling.new, ruling.next_check_at) == (None, MARK - SECOND + 5 * MINUTE)


def test_missing_at_23_59_59_and_again_is_failed():
    ruling = gone(LIVE, first=MARK - SECOND)
    assert (ruling.new, ruling.cause, ruling.next_check_at) == (State.FAILED, Cause.DELETED, None)


def test_missing_counts_when_it_was_answered():
    suspicion = see(LIVE, MISSING, MARK - SECOND, took=2 * SECOND)
    assert suspicion.first_missing_at == MARK + SECOND


def test_a_post_that_is_back_at_the_second_probe_is_kept():
    suspected = replace(LIVE, first_missing_at=MARK - SECOND, previous=MISSING)
    ruling = see(suspected, SEEN, MARK + 5 * MINUTE)
    assert (ruling.new, ruling.first_missing_at) == (State.ACHIEVED, None)


def test_first_missing_at_exactly_24_hours_is_to_the_owners_benefit():
    ruling = gone(LIVE, first=MARK)
    assert (ruling.new, ruling.cause, ruling.gone_early) == (State.ACHIEVED, Cause.KEPT, True)


def test_a_blind_gap_of_30_minutes_over_the_mark_is_kept():
    facts = replace(LIVE, last_seen_at=MARK - MINUTE)
    assert gone(facts, first=MARK + 29 * MINUTE).new == State.ACHIEVED


def test_a_blind_gap_over_30_minutes_is_left_to_a_person():
    facts = replace(LIVE, last_seen_at=MARK - MINUTE)
    ruling = gone(facts, first=MARK + 29 * MINUTE + SECOND)
    assert (ruling.new, ruling.undecided, ruling.next_check_at) == (None, "straddle", None)


def test_alive_after_an_outage_is_kept_however_long():
    assert see(LIVE, SEEN, MARK + 9 * HOUR).new == State.ACHIEVED


def test_unknown_never_decides_and_asks_again_each_minute_near_the_mark():
    ruling = see(LIVE, UNKNOWN, MARK + 10 * MINUTE)
    assert (ruling.new, ruling.undecided) == (None, "")
    assert ruling.next_check_at == MARK + 11 * MINUTE


def test_unknown_far_from_a_mark_asks_again_after_five_minutes():
    assert see(LIVE, UNKNOWN, MONDAY + 3 * HOUR).next_check_at == MONDAY + 3 * HOUR + 5 * MINUTE


def test_unknown_skips_no_moment_of_the_schedule():
    assert see(LIVE, UNKNOWN, MARK - 30 * SECOND).next_check_at == MARK


def test_unknown_past_30_days_keeps_asking():
    assert see(KEPT, UNKNOWN, END + DAY).next_check_at == END + DAY + 5 * MINUTE


def test_hidden_counts_as_missing():
    assert gone(LIVE, first=MARK - HOUR, outcome=HIDDEN).new == State.FAILED


def test_removal_by_weibo_is_an_emergency_stop():
    ruling = gone(LIVE, first=MARK - HOUR, outcome=BLOCKED)
    assert (ruling.new, ruling.exempt_from, ruling.next_check_at) == (None, MARK - HOUR, MARK)
    exempt = replace(LIVE, exempt_from=ruling.exempt_from, first_missing_at=ruling.first_missing_at)
    assert see(exempt, MISSING, MARK).cause == Cause.EXEMPT


def test_removal_by_weibo_proven_after_the_mark_pays_at_once():
    assert gone(LIVE, first=MARK + MINUTE, outcome=BLOCKED).cause == Cause.EXEMPT


@pytest.mark.parametrize(("first", "second"), [(BLOCKED, MISSING), (MISSING, BLOCKED)])
def test_removed_and_missing_mixed_is_left_to_a_person(first, second):
    assert gone(LIVE, first=MARK - HOUR, outcome=first, second=second).undecided == "removed"


def test_an_edit_is_left_to_a_person_and_watched_on():
    ruling = see(LIVE, EDITED, MARK)
    assert (ruling.new, ruling.undecided, ruling.next_check_at) == (None, "edited", MONDAY + 2 * DAY)


def test_nothing_is_decided_while_a_person_has_not():
    open_case = replace(LIVE, undecided="edited")
    assert see(open_case, SEEN, MARK).new is None
    assert gone(open_case, first=MARK - HOUR).undecided == "edited"


def test_an_open_case_past_30_days_is_read_daily():
    assert see(replace(KEPT, undecided="edited"), SEEN, END).next_check_at == END + DAY


def test_alive_at_exactly_30_days_is_completed():
    ruling = see(KEPT, SEEN, END)
    assert (ruling.new, ruling.cause, ruling.next_check_at) == (State.COMPLETED, Cause.KEPT, None)


def test_alive_a_second_before_30_days_is_read_again_at_30_days():
    ruling = see(KEPT, SEEN, END - SECOND)
    assert (ruling.new, ruling.next_check_at) == (None, END)


def test_missing_a_second_before_30_days_is_deleted_early_and_never_completed():
    ruling = gone(KEPT, first=END - SECOND)
    assert (ruling.new, ruling.gone_early, ruling.next_check_at) == (None, True, None)


def test_first_missing_at_30_days_is_completed_however_wide_the_gap():
    ruling = gone(replace(KEPT, last_seen_at=END - 5 * DAY), first=END)
    assert (ruling.new, ruling.gone_early) == (State.COMPLETED, False)


EXEMPT = replace(LIVE, exempt_from=MONDAY + HOUR)


@pytest.mark.parametrize("outcome", [SEEN, MISSING, UNKNOWN])
def test_an_exempt_order_moves_at_its_mark_whatever_is_seen(outcome):
    assert see(EXEMPT, outcome, MARK - SECOND).next_check_at == MARK
    ruling = see(EXEMPT, outcome, MARK)
    assert (ruling.new, ruling.cause, ruling.next_check_at) == (State.ACHIEVED, Cause.EXEMPT, END)


def test_an_exempt_order_completes_at_30_days_and_not_earlier():
    exempt = replace(KEPT, exempt_from=MONDAY + HOUR)
    assert see(exempt, MISSING, END - SECOND).new is None
    assert see(exempt, MISSING, END).new == State.COMPLETED


def test_missing_before_the_exemption_is_still_failed():
    suspected = replace(EXEMPT, first_missing_at=MONDAY + HOUR - SECOND, previous=MISSING)
    assert see(suspected, MISSING, MONDAY + HOUR + 4 * MINUTE + 59 * SECOND).new == State.FAILED


def test_missing_from_the_exemption_on_is_exempt():
    suspected = replace(EXEMPT, first_missing_at=MONDAY + HOUR, previous=MISSING)
    assert see(suspected, MISSING, MONDAY + 2 * HOUR).next_check_at == MARK


def test_a_post_nobody_could_read_for_two_days_past_24_hours_is_left_to_a_person_and_read_on():
    assert see(LIVE, UNKNOWN, MARK + 2 * DAY - SECOND).undecided == ""
    ruling = see(LIVE, UNKNOWN, MARK + 2 * DAY)
    assert (ruling.new, ruling.undecided) == (None, "unseen")
    assert ruling.next_check_at == MARK + 2 * DAY + 5 * MINUTE


def test_an_order_that_has_earned_waits_for_nobody_while_its_post_cannot_be_read():
    assert see(KEPT, UNKNOWN, END + 9 * DAY).undecided == ""


@pytest.mark.parametrize(("outcome", "new"), [(SEEN, State.ACHIEVED), (MISSING, None)])
def test_once_it_can_be_read_again_the_evidence_decides(outcome, new):
    ruling = see(replace(LIVE, undecided="unseen"), outcome, MARK + 3 * DAY)
    assert (ruling.new, ruling.undecided) == (new, "")
