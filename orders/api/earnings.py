"""earnings/: earned, in transit, paid, and which Friday settles which order (R126)."""

from itertools import groupby
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import OwnerView
from accounts.models import User
from billing import queries as money
from orders import queries
from orders.models import Order
from orders.moves import EARNED, State
from weitask.rest.fields import MomentField, MoneyField


class ForecastOrderOut(serializers.Serializer):
    """An order that no batch has taken in yet; `earned` tells whether its income stands already."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    income = MoneyField(source="price")
    earned = serializers.SerializerMethodField()

    def get_earned(self, order: Order) -> bool:
        return order.state in EARNED


class ForecastOut(serializers.Serializer):
    """One Friday 00:00 Shanghai and what its batch will take in, if the posts stand."""

    friday = MomentField()
    income = MoneyField()
    orders = ForecastOrderOut(many=True)


class EarningsOut(serializers.Serializer):
    """earned_total = payable + transit + paid_total."""

    payable = MoneyField()
    transit = MoneyField()
    paid_total = MoneyField()
    earned_total = MoneyField()
    forecast = ForecastOut(many=True)


class EarningsView(OwnerView):
    """One's own income."""

    @extend_schema(responses=EarningsOut)
    def get(self, request: Request) -> Response:
        """The figures of now and the forecast by Friday."""
        owner = self.owner(request)
        found = money.earnings(owner_id=owner.pk)
        facts = {
            "payable": found.payable,
            "transit": found.transit,
            "paid_total": found.paid_total,
            "earned_total": found.earned_total,
            "forecast": _forecast(owner),
        }
        return Response(EarningsOut(facts).data)


def _forecast(owner: User) -> list[dict[str, Any]]:
    open_orders = queries.of_owner(owner).filter(state__in=[State.PUBLISHED, *EARNED], payout_state=None)
    dated = [(friday, order) for order in open_orders.order_by("pk") if (friday := queries.forecast(order))]
    dated.sort(key=lambda pair: pair[0])
    groups = [(friday, [order for _friday, order in pairs]) for friday, pairs in groupby(dated, lambda pair: pair[0])]
    return [
        {"friday": friday, "income": sum(order.price for order in orders), "orders": orders}
        for friday, orders in groups
    ]
