"""GET accounts/: the market as this advertiser may see it (R5, R7, R21, R29, section 5)."""

from datetime import datetime
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import indicators, queries
from accounts.api.roles import AdvertiserView
from accounts.models import Advertiser, MediaAccount
from accounts.searching import Search
from weitask.money import yuan
from weitask.rest.bodies import Filters
from weitask.rest.fields import MomentField, MoneyField, MoneyInput
from weitask.rest.schema import PAGE_PARAMETERS, paged

_MONEY = frozenset({"price", "price_original", "price_repost", "cpm_original", "cpm_repost"})


class FormFilter(Filters):
    """Which price is asked about, and for when."""

    form = serializers.ChoiceField(
        queries.FORMS, required=False, help_text="Default: original for an enterprise, repost for a person"
    )
    start_at = MomentField(
        required=False, help_text="Wanted start: accounts that are busy then are listed as not selectable"
    )


class MarketFilter(FormFilter):
    """Everything a search may ask for; 个人用户 cannot filter by what they cannot see."""

    category = serializers.CharField(required=False, max_length=40, help_text="Slug of a category, or its name")
    followers_min = serializers.IntegerField(required=False, min_value=0, max_value=10**12)
    followers_max = serializers.IntegerField(required=False, min_value=0, max_value=10**12)
    price_min = MoneyInput(required=False)
    price_max = MoneyInput(required=False)
    rating_min = serializers.IntegerField(required=False, min_value=0, max_value=100)
    verified = serializers.BooleanField(required=False, allow_null=True, default=None)
    region = serializers.CharField(required=False, max_length=40)
    accept_rate_min = serializers.IntegerField(
        required=False, min_value=0, max_value=10_000, help_text="Basis points; for an enterprise, as those below"
    )
    answer_max = serializers.IntegerField(required=False, min_value=0, max_value=10**6, help_text="Minutes")
    reposts_min = serializers.IntegerField(required=False, min_value=0, max_value=10**9, help_text="Of the median")
    comments_min = serializers.IntegerField(required=False, min_value=0, max_value=10**9, help_text="Of the median")
    cpm_max = MoneyInput(required=False, help_text="Net price of a thousand followers")
    q = serializers.CharField(required=False, max_length=60, help_text="Part of the name")
    free_at = MomentField(required=False, help_text="Only accounts that are free at this start")
    ordering = serializers.ChoiceField([(key, key) for key in queries.ORDERINGS], default=queries.DEFAULT_ORDERING)


class MarketAccountOut(serializers.Serializer):
    """`price` is the net price of the form asked for. Columns after `why_not` are shown to 企业用户 only."""

    id = serializers.IntegerField()
    screen_name = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    followers = serializers.IntegerField()
    rating = serializers.IntegerField()
    price = MoneyField(allow_null=True)
    selectable = serializers.BooleanField()
    why_not = serializers.CharField(allow_blank=True)
    price_repost = MoneyField(required=False, allow_null=True)
    price_original = MoneyField(required=False, allow_null=True)
    region = serializers.CharField(required=False, allow_blank=True)
    organisation = serializers.BooleanField(required=False)
    cpm_repost = MoneyField(required=False, allow_null=True, help_text="Net price of a thousand followers")
    cpm_original = MoneyField(required=False, allow_null=True)
    accept_rate_bp = serializers.IntegerField(required=False, allow_null=True, help_text="Basis points")
    lapse_rate_bp = serializers.IntegerField(required=False, allow_null=True, help_text="Basis points")
    answer_minutes = serializers.IntegerField(required=False, allow_null=True)
    median_reposts = serializers.IntegerField(required=False, allow_null=True)
    median_comments = serializers.IntegerField(required=False, allow_null=True)

    def to_representation(self, account: MediaAccount) -> dict[str, Any]:
        """What the declared matrix shows to this caller, and nothing else."""
        advertiser: Advertiser = self.context["advertiser"]
        form: str = self.context["form"]
        start: datetime | None = self.context["start"]
        busy = bool(getattr(account, "busy", False))
        why = queries.why_not(account, form=form, start=start, advertiser=advertiser, busy=busy)
        price = queries.price_of(account, form) if advertiser.is_enterprise or form == "repost" else None
        facts: dict[str, Any] = {"id": account.pk, "price": price, "selectable": not why, "why_not": why}
        facts |= indicators.row(account=account, advertiser=advertiser)
        for name in _MONEY & facts.keys():
            facts[name] = None if facts[name] is None else yuan(facts[name])
        return facts


class MarketView(AdvertiserView):
    """All order-taking accounts for 企业用户, 特定 accounts for 个人用户."""

    @extend_schema(parameters=[MarketFilter, *PAGE_PARAMETERS], responses=paged(MarketAccountOut))
    def get(self, request: Request) -> Response:
        """Search accounts."""
        advertiser = self.advertiser(request)
        asked = MarketFilter.read(request.query_params)
        form = asked.pop("form", None) or _usual_form(advertiser)
        free_at, start = asked.pop("free_at", None), asked.pop("start_at", None)
        at = free_at or start
        filters = queries.MarketFilters(form=form, free_only=free_at is not None, **asked)
        search = Search(advertiser, filters, at)
        key = queries.sort_key(advertiser=advertiser, filters=filters)
        return self.listed(request, search, MarketAccountOut, key=key, advertiser=advertiser, form=form, start=at)


class MarketAccountView(AdvertiserView):
    """One account of the caller's view."""

    @extend_schema(parameters=[FormFilter], responses=MarketAccountOut)
    def get(self, request: Request, pk: int) -> Response:
        """One account; 404 outside the caller's view, whatever the id."""
        advertiser = self.advertiser(request)
        asked = FormFilter.read(request.query_params)
        form, start = asked.get("form") or _usual_form(advertiser), asked.get("start_at")
        try:
            account = queries.marked(advertiser=advertiser, account_id=pk, at=start)
        except MediaAccount.DoesNotExist as error:
            raise Http404 from error
        context = {"advertiser": advertiser, "form": form, "start": start}
        return Response(MarketAccountOut(account, context=context).data)


def _usual_form(advertiser: Advertiser) -> str:
    return "original" if advertiser.is_enterprise else "repost"
