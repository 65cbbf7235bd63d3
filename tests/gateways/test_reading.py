"""Strict reading of what a provider sent."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weitask.gateways import reading
from weitask.gateways.reading import Malformed

NONSENSE = [
    b"",
    b"<html>",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a"',
    b"\xff\xfe",
    b"[" * 200_000,
    b'{"a": ' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_malformed_and_its_text_is_not_repeated(body):
    with pytest.raises(Malformed) as caught:
        reading.parse_json(body)

    assert str(caught.value) in {"not JSON", "NaN is not JSON", "Infinity is not JSON"}
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_repeated_key_is_refused_where_keys_are_signed():
    with pytest.raises(Malformed):
        reading.parse_json(b'{"a": "1", "a": "2"}', unique_keys=True)
    assert reading.parse_json(b'{"a": "1", "a": "2"}') == {"a": "2"}


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_malformed(body):
    with contextlib.suppress(Malformed):
        reading.parse_json(body)


def test_a_text_loses_what_the_database_cannot_store():
    assert reading.text({"a": "好\x00\ud800!"}, "a") == "好?!"
    assert reading.text({"a": None}, "a") == ""


def test_numbers_come_as_numbers_or_texts():
    assert reading.number({"a": "12"}, "a") == 12
    assert reading.number({"a": -1}, "a") == -1
    assert reading.number({}, "a", default=0) == 0


@pytest.mark.parametrize("value", [None, True, 1.5, "x", "", [], 2**63, "9" * 5000])
def test_what_is_no_number_is_malformed(value):
    with pytest.raises(Malformed):
        reading.number({"a": value}, "a")


def test_an_id_is_taken_from_the_first_field_that_has_one():
    assert reading.identifier({"idstr": "", "id": 5233901188472301}, "idstr", "id") == "5233901188472301"


@pytest.mark.parametrize("fields", [{}, {"id": 0}, {"id": -4}, {"id": "abc"}, {"id": None}])
def test_no_id_is_malformed(fields):
    with pytest.raises(Malformed):
        reading.identifier(fields, "id")


def test_shapes_are_checked():
    with pytest.raises(Malformed):
        reading.as_object([])
    with pytest.raises(Malformed):
        reading.as_list({})
    with pytest.raises(Malformed):
        reading.text({"a": 3}, "a")
