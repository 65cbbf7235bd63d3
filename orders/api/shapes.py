"""Orders as they go out: net income to owners, net and fee to advertisers, the label to both (section 5, R112)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders import labels, queries
from orders.models import Order
from orders.moves import State
from tasks.models import Form
from weitask.gateways.weibo_text import post_url
from weitask.rest.bodies import Filters
from weitask.rest.fields import IdField, MomentField, MoneyField

CHINESE = "zh-hans"  # labels are names of spec 1.6, the same in every language
_SLUGS = ", ".join(label.slug for label in labels.LABELS)


class LabelFilter(Filters):
    """`state`: a label's slug, or its Chinese name."""

    state = serializers.CharField(required=False, max_length=20, help_text=_SLUGS)

    def validate_state(self, value: str) -> str:
        with override(CHINESE):
            by_name = {str(label.name): label.slug for label in labels.LABELS}
        slug = by_name.get(value, value)
        if slug not in labels.BY_SLUG:
            raise serializers.ValidationError(_("没有这个订单状态"))
        return slug


class OwnersFilter(LabelFilter):
    """What an owner may narrow the list to."""

    account = IdField(required=False)


class AccountOut(serializers.Serializer):
    """The account that posts."""

    id = serializers.IntegerField()
    screen_name = serializers.CharField()


class PictureOut(serializers.Serializer):
    """A picture that goes with the post."""

    id = serializers.IntegerField()
    url = serializers.CharField()


class OrderOut(serializers.Serializer):
    """What both sides see of an order. Needs `account__weibo` loaded and `payout_state` annotated."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    account = AccountOut()
    state = serializers.ChoiceField(State.choices)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    retention = serializers.SerializerMethodField(help_text="How the post stands, beside a payout label")
    form = serializers.ChoiceField(Form.choices)
    text = serializers.CharField(allow_blank=True)
    images = serializers.SerializerMethodField()
    start_at = MomentField()
    dispatched_at = MomentField()
    answered_at = MomentField(allow_null=True)
    refusal_code = serializers.CharField(allow_blank=True)
    refusal_reason = serializers.CharField(allow_blank=True)
    posted_at = MomentField(allow_null=True)
    post_url = serializers.SerializerMethodField()
    achieved_at = MomentField(allow_null=True)
    completed_at = MomentField(allow_null=True)
    ended_at = MomentField(allow_null=True)
    deleted_early = serializers.BooleanField()
    reposts = serializers.IntegerField()
    comments = serializers.IntegerField()
    likes = serializers.IntegerField()
    counted_at = MomentField(allow_null=True)

    def get_label(self, order: Order) -> str:
        with override(CHINESE):
            return str(labels.label(order))

    def get_retention(self, order: Order) -> str:
        with override(CHINESE):
            return labels.retention(order)

    @extend_schema_field(PictureOut(many=True))
    def get_images(self, order: Order) -> list[dict[str, Any]]:
        return [{"id": pk, "url": reverse("image", args=[pk])} for pk in order.image_ids]

    def get_post_url(self, order: Order) -> str:
        return post_url(order.account.weibo.uid, order.weibo_id) if order.weibo_id else ""


class OwnersOrderOut(OrderOut):
    """`income` is net, all an owner ever sees of the price (section 5); `friday` is the cut-off that will settle it."""

    income = MoneyField(source="price")
    source_url = serializers.CharField(allow_blank=True, source="item.submission.source_url")
    source_text = serializers.CharField(allow_blank=True, source="item.submission.source_text")
    exempt_from = MomentField(allow_null=True)
    friday = serializers.SerializerMethodField()

    @extend_schema_field(MomentField(allow_null=True))
    def get_friday(self, order: Order) -> str | None:
        moment = queries.forecast(order)
        return MomentField().to_representation(moment) if moment else None


class AdvertisersOrderOut(OrderOut):
    """An order of one's own task, with the split of its price."""

    price = MoneyField()
    fee = MoneyField()
    total = MoneyField()
    followers = serializers.IntegerField()
    rating = serializers.IntegerField()
