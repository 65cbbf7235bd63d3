"""Every requirement of what is built is shown by a test that names it."""

import pytest

from tests import requirements

# Of the numbers that the specification gives; refunds, invoices and working days (R129 to R133) come later.
BUILT = [
    *(*range(1, 17), *range(20, 35), *range(40, 51), *range(60, 71), *range(80, 91)),
    *(*range(100, 114), *range(120, 129), *range(140, 144)),
]


def test_the_page_of_requirements_is_current():
    drawn = requirements.page()
    assert requirements.PAGE.read_text(encoding="utf-8") == drawn, "run: python -m tests.requirements"


@pytest.mark.parametrize("number", BUILT)
def test_a_requirement_is_named_by_a_test(number):
    assert number in requirements.shown()
