"""my/accounts/: an owner's 自媒体帐号, their prices and category (R10, R11, R127, R143)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import media
from accounts.api.roles import OwnerView
from accounts.models import Category, MediaAccount, RatingScore, User
from weitask import clock
from weitask.refusal import Refusal
from weitask.rest.bodies import Body
from weitask.rest.fields import MomentField, MoneyField, MoneyInput
from weitask.rest.schema import PAGE_PARAMETERS, paged


class CategoryOut(serializers.Serializer):
    """帐号类别; `slug` is what filters and PATCH take."""

    slug = serializers.CharField()
    name = serializers.CharField()


class RatingPartOut(serializers.Serializer):
    """One part of the 评级 and the most it can give."""

    key = serializers.CharField()
    points = serializers.IntegerField()
    most = serializers.IntegerField()


class MyAccountOut(serializers.Serializer):
    """An own account; `state` is the one that decides: suspended, unauthorised, the review, or 接单功能."""

    id = serializers.IntegerField()
    screen_name = serializers.CharField()
    followers = serializers.IntegerField()
    category = CategoryOut(allow_null=True)
    price_original = MoneyField(allow_null=True)
    price_repost = MoneyField(allow_null=True)
    accepts_personal = serializers.BooleanField(source="specific_opt_in")
    state = serializers.SerializerMethodField()
    review = serializers.ChoiceField(MediaAccount.Review.choices)
    taking = serializers.ChoiceField(MediaAccount.Taking.choices)
    authorised = serializers.BooleanField()
    suspended_at = MomentField(allow_null=True)
    suspended_reason = serializers.CharField(allow_blank=True)
    suspended_until = MomentField(allow_null=True)
    rating = serializers.IntegerField()
    rating_parts = serializers.SerializerMethodField()

    def get_state(self, account: MediaAccount) -> str:
        if account.suspended_at is not None:
            return "suspended"
        if not account.authorised:
            return "unauthorised"
        return account.taking if account.review == MediaAccount.Review.APPROVED else account.review

    @extend_schema_field(RatingPartOut(many=True))
    def get_rating_parts(self, account: MediaAccount) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = getattr(account, "rating_parts", [])
        return parts


class MyAccountBody(Body):
    """What an owner sets; null takes no orders of that form. Orders that exist keep their price (R32)."""

    price_original = MoneyInput(allow_null=True)
    price_repost = MoneyInput(allow_null=True)
    category = serializers.CharField(
        max_length=40,
        help_text="Slug or name; for an organisation this is the application to take orders, which is reviewed",
    )
    accepts_personal = serializers.BooleanField(help_text="Whether personal users may choose the account")


class MyAccountsView(OwnerView):
    """All of them."""

    @extend_schema(parameters=[*PAGE_PARAMETERS], responses=paged(MyAccountOut))
    def get(self, request: Request) -> Response:
        """The caller's own accounts, newest first."""
        return self.listed(request, _mine(self.owner(request)), MyAccountOut, prepare=_rate)


class MyAccountView(OwnerView):
    """One of them."""

    @extend_schema(responses=MyAccountOut)
    def get(self, request: Request, pk: int) -> Response:
        """One own account."""
        return self._shown(self.owner(request), pk)

    @extend_schema(request=MyAccountBody, responses=MyAccountOut)
    def patch(self, request: Request, pk: int) -> Response:
        """Set prices, category or who may order; all of it or nothing."""
        owner = self.owner(request)
        self.found(_mine(owner), pk=pk)
        sent = self.body(request, MyAccountBody, partial=True)
        with transaction.atomic():
            account = MediaAccount.objects.select_for_update().get(pk=pk)
            _change(account, owner, sent)
        return self._shown(owner, pk)

    def _shown(self, owner: User, pk: int) -> Response:
        account = self.found(_mine(owner), pk=pk)
        _rate([account])
        return Response(MyAccountOut(account).data)


def _mine(owner: User) -> Any:
    return MediaAccount.objects.owned_by(owner).select_related("category")


def _rate(accounts: Sequence[Any]) -> None:
    """The parts of each account's newest score, in one query."""
    scores = RatingScore.objects.filter(account__in=[account.pk for account in accounts])
    newest = {score.account_id: score for score in scores.order_by("account_id", "-at", "-id").distinct("account_id")}
    for account in accounts:
        account.rating_parts = newest[account.pk].parts if account.pk in newest else []


def _change(account: MediaAccount, by: User, sent: Mapping[str, Any]) -> None:
    now = clock.now()
    if "price_original" in sent or "price_repost" in sent:
        original = sent.get("price_original", account.price_original)
        repost = sent.get("price_repost", account.price_repost)
        media.set_prices(account=account, by=by, original=original, repost=repost, now=now)
    if "accepts_personal" in sent:
        media.set_opt_in(account=account, by=by, accepts=sent["accepts_personal"], now=now)
    if "category" in sent:
        category = Category.objects.called(sent["category"])
        if category is None:
            raise Refusal("category_unknown", _("没有这个类别"), field="category")
        verb = media.apply_for_taking if account.organisation else media.set_category
        verb(account=account, by=by, category=category, now=now)
