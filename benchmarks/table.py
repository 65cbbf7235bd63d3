"""The table of all paths: on the screen, and in docs/performance.md between its marks."""

import os
import platform
from collections.abc import Iterator, Sequence
from typing import Any, Final

from benchmarks.scratch import ROOT

PAGE: Final = ROOT / "docs" / "performance.md"
BEGIN: Final = "<!-- figures: written by `make bench ARGS=--write` -->"
END: Final = "<!-- end of figures -->"


def text(reports: Sequence[dict[str, Any]]) -> str:
    """All cases as a Markdown table."""
    rows = [row for report in reports for row in _rows(report)]
    head = "| Path | Case | Figure | Floor | Ratio | Goal | |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *rows])


def write(reports: Sequence[dict[str, Any]]) -> None:
    """Put the table, the machine and the growth into the page; what people wrote around the marks stays."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    parts = [BEGIN, "", _machine(), "", text(reports), "", *_growth(reports), *_plans(reports), END]
    PAGE.write_text(before + "\n".join(parts) + after)


def _rows(report: dict[str, Any]) -> Iterator[str]:
    for case in report["cases"]:
        floor = "–" if case["floor"] is None else f"{case['floor']:,.4g}"
        ratio = "–" if case["ratio"] is None else f"{case['ratio']:.2f}"
        note = f" ({case['note']})" if case["note"] else ""
        yield (
            f"| `{report['name']}` | {case['name']}{note} | {case['figure']:,.4g} {case['unit']} | {floor} | {ratio}"
            f" | {case['side']} {case['goal']:g} | {'ok' if case['ok'] else '**no**'} |"
        )
    for what, holds in report["checks"].items():
        yield f"| `{report['name']}` | checked: {what} | | | | | {'ok' if holds else '**no**'} |"


def _growth(reports: Sequence[dict[str, Any]]) -> Iterator[str]:
    rows = [(report["name"], step) for report in reports for step in report["growth"]]
    if rows:
        yield "How cost grows:\n\n| Path | N | Figure |\n|---|---|---|"
        yield "\n".join(f"| `{name}` | {step['n']:,} | {step['figure']:,.4g} {step['unit']} |" for name, step in rows)
        yield ""


def _plans(reports: Sequence[dict[str, Any]]) -> Iterator[str]:
    for report in reports:
        for statement, plan in report["plans"].items():
            title = f"<summary><code>{report['name']}</code>: {statement}</summary>"
            yield f"<details>{title}\n\n```\n{plan}\n```\n</details>\n"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"Measured on {os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}."
