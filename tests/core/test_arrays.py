"""Values reach PostgreSQL as they are."""

import pytest
from django.db import connection

from weitask import arrays

pytestmark = pytest.mark.django_db
TEXTS = [
    "",
    " ",
    "NULL",
    "null",
    'a "quoted" one',
    "back\\slash",
    "\\",
    '\\"',
    "{a,b}",
    "逗号，",
    "'; --",
    "two\nlines",
]


def through(values, kind):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [arrays.literal(values)])
        return cursor.fetchone()[0]


def test_texts_come_back_as_they_went():
    assert through([*TEXTS, None], "text") == [*TEXTS, None]


def test_numbers_come_back_as_they_went():
    numbers = [0, -1, 2**63 - 1, -(2**63), None]
    assert through(numbers, "bigint") == numbers
    assert through(iter([]), "bigint") == []


@pytest.mark.parametrize("value", [1.0, 0.1, b"1"])
def test_what_is_no_whole_number_is_refused_and_not_rounded(value):
    with pytest.raises(TypeError):
        arrays.literal([value])
