"""An indicator of an account in words, the same on every page that shows it (A27)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext

from accounts.indicators import Indicator
from accounts.models import MediaAccount
from weitask.templatetags.weitask import money, people
from weitask.xlsx import Value, amount

_SAID: dict[str, Callable[[Any], str]] = {
    "fen": money,
    "people": people,
    "percent": lambda value: f"{value // 100}.{value % 100 // 10}%",
    "minutes": lambda value: gettext("%(minutes)s 分钟") % {"minutes": value},
    "text": str,
    "score": str,
    "count": str,
}


@dataclass(frozen=True)
class Column:
    """An indicator with its name in the reader's language: translated once, not for every row."""

    indicator: Indicator
    label: str

    @classmethod
    def of(cls, indicator: Indicator) -> Self:
        return cls(indicator, str(indicator.label))

    def cell(self, account: MediaAccount) -> dict[str, str]:
        """`label`, `unit` and `text` of one figure; a dash where there is none."""
        unit, value = self.indicator.unit, self.indicator.value(account)
        if isinstance(value, bool):
            text = gettext("是") if value else gettext("否")
        else:
            text = _SAID[unit](value) if value not in (None, "") else "–"
        return {"label": self.label, "unit": unit, "text": text}


def typed(indicator: Indicator, account: MediaAccount) -> Value:
    """The same as a cell that Excel can sort and add up: yuan, per cent, whole numbers, words."""
    value = indicator.value(account)
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if value is None or indicator.unit == "text":
        return value or ""
    return amount(value) if indicator.unit in ("fen", "percent") else int(value)
