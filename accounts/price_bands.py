"""Where a price lies against what similar accounts were paid (R142): same category, form and band of followers.

The orders app tells the bands once a day; a page reads two rows, however large the market is. A band stands on at least
`MIN_ORDERS` settled orders of `MIN_OWNERS` different owners, so that it never says what one of them earns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts import bands
from accounts.models import MediaAccount, PriceBand

WINDOW: Final = timedelta(days=90)  # of the earning
MIN_ORDERS: Final = 8
MIN_OWNERS: Final = 5
SCALE: Final = 1_000  # the drawing's width


@dataclass(frozen=True)
class Settled:
    """What the orders app found for one group: quartiles in fen."""

    category_id: int
    followers_band: int
    form: str
    low: int
    middle: int
    high: int
    orders: int


@dataclass(frozen=True)
class Placed:
    """An account's price of a form (fen, None: not taken) and the band of its peers, None where it is hidden."""

    form: str
    price: int | None
    band: PriceBand | None

    @property
    def where(self) -> str:
        """`below`, `within` or `above` the middle half of the peers; empty without price or band."""
        if self.price is None or self.band is None:
            return ""
        if self.price < self.band.low:
            return "below"
        return "above" if self.price > self.band.high else "within"

    @property
    def drawn(self) -> dict[str, int]:
        """Places on a line of `SCALE`; nothing without a band."""
        if self.band is None:
            return {}
        end = max(self.band.high, self.price or 0) * 5 // 4
        low, middle, high, price = (
            fen * SCALE // end for fen in (self.band.low, self.band.middle, self.band.high, self.price or 0)
        )
        return {"low": low, "middle": middle, "width": max(high - low, 4), "price": price, "scale": SCALE}


def keep(settled: Sequence[Settled], *, now: datetime) -> None:
    """Put today's bands in the place of yesterday's."""
    with transaction.atomic():
        PriceBand.objects.all().delete()
        PriceBand.objects.bulk_create(PriceBand(**vars(one), at=now) for one in settled)


def of_account(account: MediaAccount) -> list[Placed]:
    """Both prices of an account among its peers, 原发 first."""
    peers = PriceBand.objects.filter(
        category_id=account.category_id or 0, followers_band=bands.followers_band(account.followers)
    )
    known = {band.form: band for band in peers}
    prices = {"original": account.price_original, "repost": account.price_repost}
    return [Placed(form, price, known.get(form)) for form, price in prices.items()]
