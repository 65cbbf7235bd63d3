"""The Sina Pay client over loopback: queries, lists and the balance (sinapay.md 9)."""

from datetime import UTC, datetime, timedelta

import pytest

from weitask.gateways.errors import PermanentError, TemporaryError
from weitask.gateways.sinapay import Trade

START = datetime(2026, 11, 1, tzinfo=UTC)


ROW = "RC1^2000.00^SUCCESS^20261120100301^20261120100512"


def test_a_deposit_is_found_by_its_number(server, pay, sina):
    server.script(sina.answer(deposit_list=ROW, total_item="1", page_no="1", page_size="20"))

    assert pay.query_deposit(number="RC1") == Trade(
        number="RC1",
        amount_fen=200000,
        state="SUCCESS",
        created_at=datetime(2026, 11, 20, 2, 3, 1, tzinfo=UTC),
        modified_at=datetime(2026, 11, 20, 2, 5, 12, tzinfo=UTC),
    )


@pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "ILLEGAL_OUTER_TRADE_NO"])
def test_a_number_sina_does_not_know_is_absent(server, pay, sina, code):
    server.script(sina.answer(code), sina.answer(total_item="0"))

    assert pay.query_payout(number="PO1") is None
    assert pay.query_payout(number="PO1") is None


def test_a_refused_query_is_not_an_absence(server, pay, sina):
    server.script(sina.answer("ILLEGAL_SIGN"))

    with pytest.raises(PermanentError):
        pay.query_payout(number="PO1")


@pytest.mark.parametrize(("code", "total"), [("APPLY_SUCCESS", "1"), ("APPLY_SUCCESS", ""), ("BIZ_PENDING", "")])
def test_an_answer_without_rows_is_an_absence_only_when_it_counts_none(server, pay, sina, code, total):
    server.script(sina.answer(code, total_item=total))

    with pytest.raises(TemporaryError):
        pay.query_payout(number="PO1")


@pytest.mark.parametrize("rows", [ROW, f"{ROW}|{ROW}", "RC1^2000.00", "^1.00^SUCCESS^20261120100301^20261120100512"])
def test_a_list_that_does_not_fit_the_question_is_asked_for_again(server, pay, sina, rows):
    server.script(sina.answer(withdraw_list=rows, total_item="1"))

    with pytest.raises(TemporaryError):
        pay.query_payout(number="PO1")


@pytest.mark.parametrize(("column", "value"), [(1, "2000"), (2, "ODD"), (3, "yesterday")])
def test_a_row_that_cannot_be_read_is_asked_for_again(server, pay, sina, column, value):
    cells = ROW.split("^")
    cells[column] = value
    server.script(sina.answer(deposit_list="^".join(cells), total_item="1"))

    with pytest.raises(TemporaryError):
        pay.query_deposit(number="RC1")


def row(number: int) -> str:
    return f"RC{number}^1.00^SUCCESS^20261120100301^20261120100512"


def test_a_list_is_read_to_its_last_page(server, pay, sina):
    server.script(
        sina.answer(deposit_list="|".join(row(n) for n in range(3)), total_item="5"),
        sina.answer(deposit_list="|".join(row(n) for n in range(3, 5)), total_item="5"),
    )
    found = pay.list_deposits(start=START, end=START + timedelta(days=2))

    assert [trade.number for trade in found] == ["RC0", "RC1", "RC2", "RC3", "RC4"]
    assert [sina.open(request)["page_no"] for request in server.received] == ["1", "2"]


def test_a_long_span_is_asked_in_parts_of_thirty_days(server, pay, sina):
    server.script(sina.answer(total_item="0"))

    assert pay.list_payouts(start=START, end=START + timedelta(days=70)) == []
    asked = [sina.open(request) for request in server.received]
    assert [one["start_time"][:8] for one in asked] == ["20261101", "20261201", "20261231"]
    assert asked[2]["end_time"][:8] == "20270110"


def test_a_list_that_ends_before_its_total_is_not_the_whole_book(server, pay, sina):
    server.script(sina.answer(deposit_list=row(1), total_item="5"), sina.answer(total_item="5"))

    with pytest.raises(TemporaryError, match="ends early"):
        pay.list_deposits(start=START, end=START + timedelta(days=1))


def test_a_total_that_is_no_number_is_asked_for_again(server, pay, sina):
    server.script(sina.answer(total_item="many"))

    with pytest.raises(TemporaryError):
        pay.list_deposits(start=START, end=START + timedelta(days=1))


def test_the_balance_is_in_fen(server, pay, sina):
    server.script(sina.answer(balance="1234.56", available_balance="1.00"), sina.answer(balance=""))

    assert pay.balance() == 123456
    with pytest.raises(TemporaryError):
        pay.balance()
