"""Which rules there are."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, or the part of it that concerns one app.

    Attributes:
        name: `"L01"`; several apps may each register a part of the same rule.
        sql: a SELECT without a semicolon whose every row is a violation; `%(as_of)s` is the moment of the audit, any
            other per cent sign is doubled.
        app: who registered it.
    """

    name: str
    sql: str
    app: str


RULES: Final[list[Rule]] = []


def rule(name: str, sql: str, *, app: str) -> Rule:
    """Register a rule."""
    made = Rule(name, sql.strip(), app)
    RULES.append(made)
    return made
