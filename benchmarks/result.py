"""What a benchmark says: cases with a figure beside its floor, and one JSON line at the end."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

AT_LEAST: Final = "≥"
AT_MOST: Final = "≤"


@dataclass(frozen=True)
class Case:
    """One measured case.

    Attributes:
        name: what was done, e.g. `spread, 4 processes`.
        figure: what we reached, in `unit`.
        goal: what `value` is held against: the ratio figure / floor where there is a floor, else the figure.
        side: `≥` or `≤`.
        floor: the bare work in the same run and unit; None where the goal is absolute.
        note: anything a reader of the table needs.
    """

    name: str
    figure: float
    unit: str
    goal: float
    side: str
    floor: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.figure / self.floor if self.floor else None

    @property
    def value(self) -> float:
        return self.figure if self.ratio is None else self.ratio

    @property
    def ok(self) -> bool:
        return self.value >= self.goal if self.side == AT_LEAST else self.value <= self.goal

    @property
    def margin(self) -> float:
        """Above 1: the goal is met with so much to spare."""
        if self.side == AT_LEAST:
            return self.value / self.goal if self.goal else 1.0
        if self.value == self.goal:
            return 1.0
        return self.goal / self.value if self.value else float("inf")


@dataclass
class Report:
    """The cases of one path and what was checked of its result; `growth` says how cost grows with N."""

    name: str
    cases: list[Case] = field(default_factory=list)
    checks: dict[str, bool] = field(default_factory=dict)
    growth: list[dict[str, Any]] = field(default_factory=list)
    plans: dict[str, str] = field(default_factory=dict)

    def check(self, what: str, *, holds: bool) -> None:
        """A result that is wrong makes every time worthless: the path is not ok."""
        self.checks[what] = self.checks.get(what, True) and holds

    def add(self, case: Case) -> None:
        self.cases.append(case)
        print(f"  {row_of(case)}", flush=True)

    @property
    def ok(self) -> bool:
        return bool(self.cases) and all(case.ok for case in self.cases) and all(self.checks.values())

    def line(self) -> str:
        """The closing JSON line: the case with the least to spare stands for the path, all are listed."""
        worst = min(self.cases, key=lambda case: case.margin)
        return json.dumps(
            {
                "name": self.name,
                "figure": round(worst.figure, 3),
                "unit": worst.unit,
                "floor": None if worst.floor is None else round(worst.floor, 3),
                "ratio": None if worst.ratio is None else round(worst.ratio, 3),
                "goal": f"{worst.side} {worst.goal:g}",
                "ok": self.ok,
                "cases": [asdict(case) | {"ratio": case.ratio, "ok": case.ok} for case in self.cases],
                "checks": self.checks,
                "growth": self.growth,
                "plans": self.plans,
            },
            ensure_ascii=False,
        )


def row_of(case: Case) -> str:
    """One case as a line of text."""
    floor = f", floor {case.floor:,.4g}, ratio {case.ratio:.3f}" if case.floor and case.ratio is not None else ""
    note = f" ({case.note})" if case.note else ""
    verdict = "ok" if case.ok else "NOT MET"
    return f"{case.name}: {case.figure:,.4g} {case.unit}{floor}; goal {case.side} {case.goal:g}: {verdict}{note}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie, e.g. 0.95."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median_of(work: Callable[[], float], *, runs: int = 3) -> float:
    """The middle of several runs; `work` answers its own figure."""
    return statistics.median(work() for _ in range(runs))


def must(what: str, *, holds: bool) -> None:
    """Break the path off when what it takes for granted is not so."""
    if not holds:
        raise SystemExit(f"not so: {what}")
