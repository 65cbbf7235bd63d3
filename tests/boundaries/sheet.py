"""The boundary sheet of the specification (section 6), line by line, with the tests that hold it.

`python -m tests.boundaries.sheet` writes docs/boundaries.md from it; `test_sheet.py` proves that the page is current,
that every test named here exists, and that no boundary test is missing here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "boundaries.md"
LATER: Final = "Its feature is not built yet."


@dataclass(frozen=True)
class Line:
    """One line of the sheet: its clock, what just fails and what just passes, and the tests of each.

    Attributes:
        file: name of the test module without `test_` and `.py`; empty while the feature is not there.
        beside: tests next to the line: its other doors, its negative control.
    """

    clock: str
    just_fails: str
    just_passes: str
    file: str = ""
    fails: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


SHEET: Final = (
    Line(
        "Recharge threshold",
        "1999.99",
        "2000.00",
        "recharge_threshold",
        ("with_1999_99_recharged_no_task_is_created",),
        ("with_2000_00_recharged_a_task_is_created",),
        (
            "with_1999_99_a_task_is_not_created_by_copying_either",
            "credit_does_not_count_towards_the_threshold",
            "spending_it_does_not_take_the_threshold_away",
        ),
    ),
    Line(
        "Start, lower",
        "submit + 59:59",
        "submit + 1:00:00",
        "starts",
        ("a_start_59_minutes_59_after_the_submit_is_refused",),
        ("a_start_one_hour_after_the_submit_passes",),
    ),
    Line(
        "Start, upper",
        "submit + 7 d 0:00:01",
        "submit + 7 d",
        "starts",
        ("a_start_7_days_and_a_second_after_the_submit_is_refused",),
        ("a_start_7_days_after_the_submit_passes",),
    ),
    Line(
        "Override start",
        "any one outside → whole submit refused, row named",
        "all inside",
        "starts",
        ("one_override_a_second_outside_refuses_the_whole_and_names_its_row",),
        ("overrides_at_both_ends_of_the_window_pass",),
        ("an_addition_a_second_outside_is_refused_at_its_row", "an_addition_at_either_end_passes"),
    ),
    Line(
        "Slot",
        "14:59 apart",
        "15:00 apart; also across midnight, month end",
        "slots",
        (
            "the_database_refuses_slots_14_59_apart",
            "accepting_14_59_from_an_accepted_order_is_refused",
            "an_account_taken_14_59_from_the_wanted_start_cannot_be_chosen",
        ),
        (
            "the_database_takes_slots_15_minutes_apart",
            "accepting_15_minutes_from_an_accepted_order_passes",
            "an_account_taken_15_minutes_from_the_wanted_start_can_be_chosen",
        ),
        (
            "accepting_gives_up_what_is_14_59_away",
            "accepting_leaves_what_is_15_minutes_away",
            "the_market_shows_as_busy_what_is_nearer_than_15_minutes",
            "the_nearest_free_time_offered_is_exactly_15_minutes_away",
            "one_account_twice_in_a_task_needs_15_minutes_between",
            "a_slot_of_14_59_is_no_slot",
        ),
    ),
    Line(
        "Accept",
        "at start",
        "start − 1 s",
        "answers",
        ("accepting_at_the_start_is_refused",),
        ("accepting_a_second_before_the_start_passes",),
        ("an_answer_that_waited_for_its_turn_past_the_start_is_too_late",),
    ),
    Line(
        "Two accepts in one slot",
        "second gets a clear refusal",
        "first",
        "answers",
        ("the_second_accept_in_one_slot_gets_a_clear_refusal", "two_accepts_at_once_leave_one_and_tell_the_other"),
        ("the_first_accept_in_a_slot_passes",),
        (
            "a_rival_given_up_by_the_first_accept_says_what_became_of_it",
            "control_without_lock_and_slot_both_accepts_win",
        ),
    ),
    Line(
        "Accept vs sweep race",
        "never both; loser sees final state",
        "",
        "answers",
        ("of_an_accept_and_the_sweep_one_wins_and_the_loser_sees_the_final_state",),
        ("the_sweep_lapses_at_the_start_and_not_a_millisecond_before",),
        (
            "control_without_compare_and_set_a_lapsed_order_is_accepted",
            "the_database_refuses_to_accept_what_has_lapsed",
        ),
    ),
    Line(
        "Posting window",
        "start + 15:00 → 已取消",
        "start + 14:59",
        "posting_window",
        ("15_minutes_after_the_start_the_order_is_cancelled_uncharged",),
        ("14_59_after_the_start_the_order_is_posted",),
        (
            "a_try_refused_until_14_59_is_given_up_at_15_minutes",
            "a_try_refused_before_is_made_good_at_14_59",
        ),
    ),
    Line(
        "Retention 24 h",
        "missing at +23:59:59 proven → 订单失败",
        "alive at +24:00:00 → 已达成",
        "retention",
        ("missing_at_23_59_59_and_proven_is_failed",),
        ("alive_at_24_00_00_is_achieved",),
        ("alive_at_23_59_59_is_not_achieved_yet", "first_missing_at_24_00_00_is_to_the_owners_benefit"),
    ),
    Line(
        "Outage over the 24 h mark",
        "no verdict while blind; then missing, gap > 30 min → reviewer",
        "then alive → 已达成; missing, gap ≤ 30 min → 已达成",
        "retention",
        (
            "while_blind_no_verdict_falls",
            "missing_after_a_gap_of_30_minutes_and_a_second_is_left_to_a_reviewer",
        ),
        (
            "alive_after_an_outage_of_hours_is_achieved_as_of_24_hours",
            "missing_after_a_gap_of_30_minutes_is_achieved",
        ),
    ),
    Line(
        "Retention 30 d",
        "missing at +29 d 23:59:59 → 提前删除",
        "alive at +30 d → 已完成",
        "retention",
        ("missing_at_29_days_23_59_59_is_deleted_early_and_never_completed",),
        ("alive_at_30_days_is_completed",),
        ("first_missing_at_30_days_is_completed",),
    ),
    Line(
        "Stop",
        "posted one second before stop → 已发布 + exemption",
        "not yet posted → 已取消",
        "halts",
        ("an_order_posted_a_second_before_the_stop_stays_published_and_is_exempt",),
        ("an_order_not_yet_posted_is_cancelled_and_never_posted",),
        (
            "deleted_right_after_the_stop_it_earns_at_24_hours_and_completes_at_30_days",
            "the_exemption_begins_at_the_instant_of_the_stop",
        ),
    ),
    Line(
        "Friday cut",
        "00:00:00.001 → next Friday",
        "00:00:00.000",
        "fridays",
        ("an_order_earned_a_millisecond_past_midnight_waits_for_the_next_friday",),
        ("an_order_earned_at_midnight_is_in",),
    ),
    Line(
        "UTC trap",
        "Thursday 16:00:00Z + 1 ms → next week",
        "Thursday 16:00:00Z",
        "fridays",
        ("thursday_16_00_utc_and_a_millisecond_is_next_week", "midnight_of_a_friday_in_london_is_no_cutoff"),
        ("thursday_16_00_utc_is_this_week", "thursday_16_00_utc_is_a_cutoff_for_the_database_too"),
    ),
    Line(
        "Settlement twice",
        "second run empty",
        "",
        "fridays",
        ("a_second_settlement_is_empty", "the_database_takes_an_order_into_one_batch_only"),
        ("two_settlements_at_once_take_each_order_once",),
        ("control_without_the_lock_of_the_run_two_settlements_meet_over_one_order",),
    ),
    Line(
        "Card fix",
        "day 7 passed unpaid → alarm",
        "paid by day 7",
        "payments",
        ("unpaid_when_day_7_after_the_card_fix_has_passed_is_an_alarm",),
        ("paid_by_day_7_after_the_card_fix_is_no_alarm",),
    ),
    Line(
        "Bank return after 已付款",
        "–",
        "支付失败, liability back",
        "payments",
        (),
        ("a_payment_returned_after_it_was_paid_is_failed_and_owed_again",),
        ("what_came_back_is_paid_again_once_the_card_is_fixed",),
    ),
    Line("Refund", "requested > 可用 − 预占; credit part", "≤"),
    Line("Working days", "weekend, 调休 Saturday counts as working", ""),
    Line("Invoice", "day after three months", "last day; 31 → clamped"),
    Line(
        "个人 link",
        "other author's post; deleted post",
        "own live post",
        "sources",
        ("the_post_of_another_author_is_refused", "an_own_post_that_was_deleted_is_refused"),
        ("an_own_live_post_passes_to_review",),
        (
            "the_post_of_another_author_under_ones_own_name_is_refused",
            "an_own_post_deleted_since_the_draft_stops_the_submission",
        ),
    ),
    Line(
        "个人 account by id",
        "404 outside 特定",
        "",
        "visibility",
        (
            "an_account_outside_is_404_by_id",
            "an_account_outside_cannot_be_put_into_a_task_by_id",
        ),
        ("a_specific_account_is_found_by_id", "a_specific_account_is_put_into_a_task_by_id"),
        (
            "an_account_outside_answers_what_an_unknown_id_answers",
            "an_account_outside_cannot_be_added_to_a_draft_by_id",
            "an_account_outside_is_in_no_list_and_no_sum",
            "a_specific_account_is_in_every_list_and_sum",
            "an_enterprise_finds_by_id_what_a_person_does_not",
        ),
    ),
    Line(
        "Balance race",
        "two submits over the same money",
        "only one holds",
        "balance_races",
        (
            "what_the_first_submit_holds_the_second_does_not_get",
            "one_fen_less_than_the_task_costs_is_refused_and_the_draft_kept",
        ),
        (
            "of_two_submits_at_once_one_holds_and_the_other_keeps_its_draft",
            "exactly_what_the_task_costs_is_enough",
        ),
        (
            "control_without_the_lock_both_submits_hold_the_same_money",
            "the_hold_itself_refuses_one_fen_more_than_is_there",
        ),
    ),
    Line(
        "Excel",
        "text starting with = + - @ stays text",
        "",
        file="excel",
        fails=("no_text_becomes_a_formula",),
        passes=("a_text_is_read_back_as_it_was_written",),
    ),
)


def page() -> str:
    """The sheet as a page to hold beside the specification."""
    head = (
        "# Boundaries and their tests\n\n"
        "Written by `python -m tests.boundaries.sheet`; do not edit by hand. Every line of the boundary sheet "
        "with the tests of `tests/boundaries/`\nthat hold its two sides, on real PostgreSQL and, where something is "
        "posted, read or paid, against the live sandbox.\nWhere a rule also stands in a form, the API or the "
        "database, the same test knocks there too.\n\n"
        "| Clock | Just fails | Just passes | Beside it |\n|---|---|---|---|\n"
    )
    return head + "".join(_row(line) for line in SHEET)


def _row(line: Line) -> str:
    if not line.file:
        return f"| {line.clock} | {line.just_fails} | {line.just_passes} | {LATER} |\n"
    cells = [
        _cell(line, words, names)
        for words, names in ((line.just_fails, line.fails), (line.just_passes, line.passes), ("", line.beside))
    ]
    return f"| {line.clock}<br>`test_{line.file}.py` | {' | '.join(cells)} |\n"


def _cell(line: Line, words: str, names: tuple[str, ...]) -> str:
    return "<br>".join([*([words] if words else []), *(f"`test_{name}`" for name in names)])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
