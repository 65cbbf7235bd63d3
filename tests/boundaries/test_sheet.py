"""The page of boundaries says what is there: each line has its tests, each named test exists, none is left out."""

import ast
from pathlib import Path

import pytest

from tests.boundaries.sheet import PAGE, SHEET, page

HERE = Path(__file__).parent


def written() -> set[tuple[str, str]]:
    """(module, test) of every boundary test, both without `test_`."""
    found = set()
    for path in HERE.glob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and path != Path(__file__):
                found.add((path.stem.removeprefix("test_"), node.name.removeprefix("test_")))
    return found


def named() -> list[tuple[str, str]]:
    return [(line.file, name) for line in SHEET for name in (*line.fails, *line.passes, *line.beside)]


def test_every_test_the_sheet_names_exists():
    assert set(named()) - written() == set()


def test_no_boundary_test_is_missing_on_the_sheet():
    assert written() - set(named()) == set()


def test_no_test_stands_for_two_lines():
    assert len(named()) == len(set(named()))


@pytest.mark.parametrize("line", [one for one in SHEET if one.file], ids=lambda one: one.clock)
def test_every_side_of_a_line_has_its_test(line):
    assert bool(line.fails) is (line.just_fails not in ("", "–"))
    assert line.passes


def test_the_page_is_the_sheet():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.boundaries.sheet"
