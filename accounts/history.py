"""How the indicators of an account moved: kept where they change, shown day by day (R21, R141, A27)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from accounts.indicators import INDICATORS
from accounts.models import Figures, MediaAccount
from weitask.periods import shanghai

DAYS: Final = 90  # of a chart
KEPT: Final = tuple(one.key for one in INDICATORS if one.kept)
# The names are our own: a kept indicator is the column of its name.
_NOTE: Final = f"""
INSERT INTO accounts_figures (account_id, day, figures)
SELECT id, %s, jsonb_build_object({", ".join(f"'{key}', {key}" for key in KEPT)})
FROM accounts_mediaaccount WHERE id = ANY(%s)
ON CONFLICT (account_id, day) DO UPDATE SET figures = EXCLUDED.figures
WHERE accounts_figures.figures <> EXCLUDED.figures
"""  # noqa: S608
# Of the days before the chart one is left: the figures with which it begins.
_FORGET: Final = """
DELETE FROM accounts_figures old WHERE account_id = ANY(%(accounts)s) AND day < %(first)s AND EXISTS (
    SELECT FROM accounts_figures later
    WHERE later.account_id = old.account_id AND later.day > old.day AND later.day < %(first)s)
"""


@dataclass(frozen=True)
class History:
    """One value for each day and indicator, oldest first; None where nothing was known."""

    days: Sequence[date]
    values: dict[str, list[int | None]]


def note(*, account_ids: Collection[int], now: datetime) -> None:
    """Keep what these accounts show now as the figures of the day; the last of a day stays, for 90 days."""
    if account_ids:
        today, accounts = shanghai(now).date(), list(account_ids)
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [today, accounts])
            cursor.execute(_FORGET, {"accounts": accounts, "first": _first(today)})


def daily(*, account: MediaAccount, keys: Collection[str], now: datetime) -> History:
    """The last 90 days from the first that is known, today as the account shows it; days without a change repeat."""
    today = shanghai(now).date()
    first = _first(today)
    rows = Figures.objects.filter(account=account)
    before = rows.filter(day__lt=first).order_by("-day").first()
    kept: dict[date, dict[str, Any]] = dict(rows.filter(day__gte=first).order_by("day").values_list("day", "figures"))
    kept[today] = {key: getattr(account, key) for key in KEPT}
    start = first if before else min(kept)
    days = [start + timedelta(days=number) for number in range((today - start).days + 1)]
    figures: dict[str, Any] = before.figures if before else {}
    values: dict[str, list[int | None]] = {key: [] for key in keys}
    for day in days:
        figures = kept.get(day, figures)
        for key, line in values.items():
            line.append(figures.get(key))
    return History(days, values)


def _first(today: date) -> date:
    """The first day of the chart."""
    return today - timedelta(days=DAYS - 1)
