"""Rows beside the market: what an advertiser marked, what similar accounts earned, how figures moved."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PriceBand(models.Model):
    """Settled net prices (fen) of similar accounts: one category, one band of followers, one form (R142).

    Written by `accounts.price_bands`; no row where too few orders or owners stand behind it.
    """

    category = models.ForeignKey("accounts.Category", models.CASCADE, related_name="+", db_index=False)
    followers_band = models.SmallIntegerField()  # edges of `bands.FOLLOWERS` reached
    form = models.CharField(max_length=10)
    low = models.BigIntegerField()  # a quarter is cheaper
    middle = models.BigIntegerField()
    high = models.BigIntegerField()  # a quarter is dearer
    orders = models.IntegerField()
    at = models.DateTimeField(_("时间"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "followers_band", "form"], name="price_band_once"),
            models.CheckConstraint(
                condition=Q(low__gt=0, middle__gte=F("low"), high__gte=F("middle")), name="price_band_in_order"
            ),
        ]


class Favourite(models.Model):
    """收藏: an account that an advertiser marked to find it again. Written by `accounts.favourites`."""

    advertiser = models.ForeignKey("accounts.Advertiser", models.CASCADE, related_name="favourites", db_index=False)
    account = models.ForeignKey("accounts.MediaAccount", models.CASCADE, related_name="favourites")
    at = models.DateTimeField(_("时间"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["advertiser", "account"], name="favourite_once")]


class Figures(models.Model):
    """An account's indicators at the end of a Shanghai day on which one of them changed. Written by `history`."""

    account = models.ForeignKey("accounts.MediaAccount", models.CASCADE, related_name="figures", db_index=False)
    day = models.DateField()
    figures = models.JSONField()  # {indicator key: number or null}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="figures_once_a_day")]
