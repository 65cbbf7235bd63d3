"""Fen in, fen out, one rounding rule (R131, A10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weitask.money import MAX_FEN, display, fen, share, yuan


@pytest.mark.parametrize(("text", "amount"), [("2000", 200_000), ("1999.99", 199_999), (" 0.5 ", 50), ("-3.20", -320)])
def test_typed_yuan_become_fen(text, amount):
    assert fen(text) == amount


@pytest.mark.parametrize("text", ["", "1.234", "1e3", "１００", "¥5", "1,000", "9999999999999", "--1", "nan"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match="not an amount"):
        fen(text)


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_an_amount_survives_being_written_and_read(amount):
    assert fen(yuan(amount)) == amount


def test_a_page_groups_thousands():
    assert display(-123_456_789) == "-1,234,567.89"


@pytest.mark.parametrize(("amount", "rate", "part"), [(1, 5000, 1), (1, 4999, 0), (105, 1000, 11), (104, 1000, 10)])
def test_a_share_is_rounded_half_up_to_the_fen(amount, rate, part):
    assert share(amount, rate) == part
