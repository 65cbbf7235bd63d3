"""docs/requirements.md: where the code keeps a requirement and which tests show it.

Drawn by `python -m tests.requirements` from the numbers (R62) that docstrings and comments name.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "requirements.md"
CODE: Final = ("accounts", "tasks", "orders", "billing", "weitask", "templates")
_NUMBER: Final = re.compile(r"\bR(\d{1,3})(?:[-–]R?(\d{1,3}))?\b")
_HEAD: Final = """# Requirements, and the tests that show them
Drawn by `python -m tests.requirements` from the numbers that docstrings and comments name; do not edit by hand.
What a number asks for stands in the specification.

| Requirement | Code | Tests |
|---|---|---|
"""


def page() -> str:
    """The whole page, by number."""
    code = _places(path for folder in CODE for path in sorted((ROOT / folder).rglob("*")) if _is_ours(path))
    tests = _places(sorted((ROOT / "tests").rglob("test_*.py")))
    rows = (f"| R{number} | {_list(code[number])} | {_list(tests[number])} |" for number in sorted({*code, *tests}))
    return _HEAD + "\n".join(rows) + "\n"


def shown() -> set[int]:
    """The numbers that a test names."""
    return set(_places(sorted((ROOT / "tests").rglob("test_*.py"))))


def _is_ours(path: Path) -> bool:
    return path.suffix in {".py", ".html"} and "migrations" not in path.parts


def _places(paths: Iterable[Path]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for path in paths:
        for number in sorted(_numbers(path.read_text(encoding="utf-8"))):
            found[number].append(path.relative_to(ROOT).as_posix())
    return found


def _numbers(text: str) -> set[int]:
    """Every number named; R60–R62 and R60-62 are three."""
    named: set[int] = set()
    for first, last in _NUMBER.findall(text):
        named.update(range(int(first), int(last or first) + 1))
    return named


def _list(paths: list[str]) -> str:
    return "<br>".join(f"`{path.removeprefix('tests/')}`" for path in paths) or "–"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
