"""The search of the market, by index alone (R7, R21, R29): what `queries.market` means, found in short walks.

Followers and price go together. An index on the price would be walked past nearly the whole market before it met the
cheapest account with a million followers. So each sort has one index, led by the band of followers and price: each
band that can fit gives its first rows, and the best of those are the answer. Sorted by followers or price, whole steps
of bands lie before others, and what a page does not reach is not looked at (a LATERAL is walked in the order of what
it is joined to). The statement is written out here, because putting it together from querysets takes longer than
running it (docs/performance.md).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

from django.db import connection

from accounts import bands
from accounts.models import Advertiser, Category, MediaAccount
from accounts.queries import ADVANCED, MarketFilters, offers
from weitask.periods import SLOT

_PAGE: Final = """
SELECT m.*, c.name, c.name_en, {is_busy} AS busy
FROM accounts_mediaaccount m LEFT JOIN accounts_category c ON c.id = m.category_id
WHERE m.id IN (
    SELECT first.id FROM unnest(%(steps)s::smallint[]) AS step (number) CROSS JOIN LATERAL (
        SELECT one.id FROM unnest(%(added)s::smallint[]) AS added (number) CROSS JOIN LATERAL (
            SELECT m.id, m.{key} FROM accounts_mediaaccount m
            WHERE {band}{conditions}
            ORDER BY m.{key} {way}, m.id {way} LIMIT %(count)s
        ) AS one (id, value)
        ORDER BY one.value {way}, one.id {way} LIMIT %(count)s
    ) AS first
    LIMIT %(count)s
)
ORDER BY m.{key} {way}, m.id {way}
"""
# Asked account by account, in the index of an account's slots: a page wants some twenty of a million.
_BUSY: Final = """EXISTS (
    SELECT FROM accounts_slot s WHERE s.account_id = m.id AND s.start_at > %(before)s AND s.start_at < %(until)s
)"""
# When the best are all taken, a search passes thousands before it meets a page of free ones. So the taken are read at
# once where they are few, and what they leave over is asked as above (performance sheet, C).
_FEW: Final = 6_000
_FREE: Final = """NOT {busy} AND ((
    SELECT count(*) > {few} FROM (
        SELECT FROM accounts_slot s WHERE s.start_at > %(before)s AND s.start_at < %(until)s LIMIT {few} + 1
    ) AS taken
) OR m.id NOT IN (
    SELECT s.account_id FROM accounts_slot s WHERE s.start_at > %(before)s AND s.start_at < %(until)s
))"""
_NAMED: Final = """SELECT id FROM accounts_category WHERE %(category)s IN (slug, name, name_en)
    ORDER BY position, id LIMIT 1"""  # as `CategoryQuerySet.named` has it
_ASKED: Final = {
    "category": "m.category_id = ({named})",
    "followers_min": "m.followers >= %(followers_min)s",
    "followers_max": "m.followers <= %(followers_max)s",
    "price_min": "m.price_{form} >= %(price_min)s",
    "price_max": "m.price_{form} <= %(price_max)s",
    "rating_min": "m.rating >= %(rating_min)s",
    "verified": "m.verified = %(verified)s",
    "region": "starts_with(m.region, %(region)s)",
    "q": "upper(m.screen_name) LIKE upper(%(q)s)",
    "favourites": "m.id = ANY (ARRAY(SELECT account_id FROM accounts_favourite WHERE advertiser_id = %(favourites)s))",
    "accept_rate_min": "m.accept_rate_bp >= %(accept_rate_min)s",
    "answer_max": "m.answer_minutes <= %(answer_max)s",
    "reposts_min": "m.median_reposts >= %(reposts_min)s",
    "comments_min": "m.median_comments >= %(comments_min)s",
    # Asked for, or following from a price and a number of followers together: they tell an index when to stop.
    "cpm_max": "m.cpm_{form} <= %(cpm_max)s",
    "cpm_min": "m.cpm_{form} >= %(cpm_min)s",
    "free": _FREE,
    "seen": "(m.{key}, m.id) {beyond} (%(value)s, %(id)s)",
}

_FEW_FIRST: Final = frozenset({"q", "favourites"})  # what is asked of few accounts, read without the bands


@dataclass(frozen=True)
class Search:
    """What an advertiser asks of the market. `at`: the start that `busy` speaks of."""

    advertiser: Advertiser
    filters: MarketFilters
    at: datetime | None = None

    def window(self, *, key: str, seen: tuple[int, int] | None, count: int) -> list[Any]:
        """The first `count` accounts by `key` (a column, `-` for descending) and id, behind the (value, id) seen."""
        if not offers(self.filters.form, self.advertiser):
            return []
        asked = self._asked(key)
        if seen:
            asked |= {"seen": True, "value": seen[0], "id": seen[1]}
        with connection.cursor() as cursor:
            cursor.execute(self._statement(key, asked), asked | {"count": count})
            return _listed(cursor, self.filters.form)

    def _statement(self, key: str, asked: dict[str, Any]) -> str:
        falling, form = key.startswith("-"), self.filters.form
        conditions = [text for name, text in _ASKED.items() if name in asked]
        words = {
            "form": form,
            "key": key.removeprefix("-"),
            "way": "DESC" if falling else "ASC",
            "beyond": "<" if falling else ">",
            "busy": _BUSY,
            "is_busy": _BUSY if self.at and "free" not in asked else "false",
            "named": _NAMED,
            "few": _FEW,
            # A name has an index of its own, which finds its few bearers at once; favourites are few, and known by id.
            "band": "true" if _FEW_FIRST & asked.keys() else f"m.{form}_band = step.number + added.number",
        }
        where = "".join(f" AND {text}" for text in conditions).format(**words)
        return _PAGE.format(conditions=f" AND {_policy(self.advertiser.kind, form)}{where}", **words)

    def _asked(self, key: str) -> dict[str, Any]:
        """What is asked for, by the names of the conditions, and what they need besides."""
        filters = self.filters
        given = {name: value for name, value in vars(filters).items() if value not in (None, "")}
        if not self.advertiser.is_enterprise:
            given = {name: value for name, value in given.items() if name not in ADVANCED}
        for name in ("q", "region"):
            if not (words := str(given.pop(name, "")).strip()):
                continue
            given[name] = f"%{_plain(words)}%" if name == "q" else words
        if "price_max" in given and given.get("followers_min"):
            dearest = given["price_max"] * 1000 // given["followers_min"]
            given["cpm_max"] = min(dearest, given.get("cpm_max", dearest))
        if "price_min" in given and given.get("followers_max"):
            given["cpm_min"] = given["price_min"] * 1000 // given["followers_max"]
        if given.pop("favourites", False):
            given["favourites"] = self.advertiser.pk
        at = self.at
        if filters.free_only and at:
            given["free"] = True
        steps, added = ([0], [0]) if _FEW_FIRST & given.keys() else self._bands(key)
        times = {"before": at and at - SLOT, "until": at and at + SLOT}
        return given | times | {"user": self.advertiser.user_id, "steps": steps, "added": added}

    def _bands(self, key: str) -> tuple[list[int], list[int]]:
        asked = self.filters
        followers, price = (asked.followers_min, asked.followers_max), (asked.price_min, asked.price_max)
        return bands.walk(key, followers=followers, price=price)


@cache
def _policy(kind: str, form: str) -> str:
    """Who may be chosen for a form, in SQL about `m` and %(user)s: `visible_to` itself, put into words once (R5, R7,
    R9-R14, R70)."""
    somebody = -1
    seen = MediaAccount.objects.visible_to(Advertiser(user_id=somebody, kind=kind), form=form).query
    words, values = seen.get_compiler(connection=connection).compile(seen.where)
    with connection.cursor() as cursor:
        written = [
            "%(user)s" if value == somebody else cursor.mogrify("%s", [value]).decode().replace("%", "%%")
            for value in values
        ]
    return str(words % tuple(written)).replace(f'"{MediaAccount._meta.db_table}"', "m")


class Listed(SimpleNamespace):
    """An account as the market lists it: the columns of its row, its category's name, and `price`, `cpm`, `busy`.

    Lighter than a model, of which a page would make twenty.
    """

    def __str__(self) -> str:
        return f"@{self.screen_name}"


def _listed(cursor: Any, form: str) -> list[Listed]:
    """The rows of the statement."""
    names = [column.name for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    named = {row["category_id"]: row for row in rows if row["category_id"]}
    categories = {pk: Category.spoken(row["name"], row["name_en"]) for pk, row in named.items()}
    return [
        Listed(
            **row,
            pk=row["id"],
            category=categories.get(row["category_id"], ""),
            price=row[f"price_{form}"],
            cpm=row[f"cpm_{form}"],
        )
        for row in rows
    ]


def _plain(words: str) -> str:
    """Typed words for LIKE: every character stands for itself."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
