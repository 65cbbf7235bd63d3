"""A rule said no: one exception for pages, API and admin, with every broken rule at its field or row."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True)
class Problem:
    """One broken rule.

    Attributes:
        code: a stable slug for programs, e.g. `"start_too_early"`.
        message: what is wrong and what to do next, in the user's language.
        field: the form or body field it belongs to; empty when it concerns the whole.
        row: index of the selection it concerns, from 0.
        link: where the user can mend it (a recharge page, the nearest free time), or empty.
    """

    code: str
    message: str
    field: str = ""
    row: int | None = None
    link: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in ("", None)}


class Refusal(Exception):
    """Nothing was changed; `problems` says why, all of it at once. `status` is the HTTP status of the answer."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, message: str, *, field: str = "", row: int | None = None, link: str = "") -> None:
        self.problems = [Problem(code, message, field, row, link)]
        super().__init__(message)

    @classmethod
    def many(cls, problems: Sequence[Problem]) -> Self:
        """One refusal that names several broken rules (at least one)."""
        first, *rest = problems
        refusal = cls(first.code, first.message, field=first.field, row=first.row, link=first.link)
        refusal.problems += rest
        return refusal

    @property
    def code(self) -> str:
        return self.problems[0].code


class Conflict(Refusal):
    """Somebody else was first, or the state no longer allows it: 409."""

    status = 409


class Forbidden(Refusal):
    """The caller may see it but may not do it: 403."""

    status = 403
