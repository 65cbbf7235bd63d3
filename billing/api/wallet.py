"""wallet/, wallet/entries/ and recharges/ of an advertiser (R120-R125)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import AdvertiserView
from billing import queries, topups
from billing.api.entries import EntryOut, WalletFilter
from billing.models import TopUp
from weitask import clock
from weitask.rest.bodies import Body
from weitask.rest.fields import MomentField, MoneyField, MoneyInput
from weitask.rest.schema import PAGE_PARAMETERS, paged
from weitask.visitor import ip_of


class WalletOut(serializers.Serializer):
    """余额 = 可用余额 + 冻结金额, to the fen; `credit_used` is a separate debt (R120)."""

    balance = MoneyField()
    available = MoneyField()
    frozen = MoneyField()
    held = MoneyField()
    credit_limit = MoneyField()
    credit_used = MoneyField()
    spendable = MoneyField()
    recharged_total = MoneyField()


class RechargeBody(Body):
    """How much to pay in."""

    amount = MoneyInput()


class RechargeOut(serializers.Serializer):
    """`cashier_url` is where the payer goes; empty while Sina Pay has not answered."""

    id = serializers.CharField(source="number")
    state = serializers.ChoiceField(TopUp.State.choices)
    amount = MoneyField()
    cashier_url = serializers.CharField(allow_blank=True)
    created_at = MomentField()
    ended_at = MomentField(allow_null=True)


class WalletView(AdvertiserView):
    """One's own money."""

    @extend_schema(responses=WalletOut)
    def get(self, request: Request) -> Response:
        """The figures of now."""
        found = queries.wallet(advertiser_id=self.advertiser(request).pk, now=clock.now())
        return Response(WalletOut(found).data)


class WalletEntriesView(AdvertiserView):
    """Every line of the book that concerns the advertiser."""

    @extend_schema(parameters=[WalletFilter, *PAGE_PARAMETERS], responses=paged(EntryOut))
    def get(self, request: Request) -> Response:
        """The statement, newest first unless `ordering=at`."""
        lines = queries.statement(advertiser_id=self.advertiser(request).pk)
        lines, key = WalletFilter.narrowed(request.query_params, lines)
        return self.listed(request, lines, EntryOut, key=key)


class RechargesView(AdvertiserView):
    """充值 through Sina Pay."""

    calls_out = True
    moves_money = True

    @extend_schema(request=RechargeBody, responses={201: RechargeOut})
    def post(self, request: Request) -> Response:
        """Open a recharge; 503 when Sina Pay definitely did not take it."""
        advertiser = self.advertiser(request)
        amount = self.body(request, RechargeBody)["amount"]
        payer: Any = ip_of(request) or "127.0.0.1"
        topup = topups.start(advertiser=advertiser, amount=amount, payer_ip=payer, now=clock.now())
        return Response(RechargeOut(topup).data, status=status.HTTP_201_CREATED)


class RechargeView(AdvertiserView):
    """One's own."""

    @extend_schema(responses=RechargeOut)
    def get(self, request: Request, number: str) -> Response:
        """One recharge as we know it."""
        rows = TopUp.objects.visible_to(self.advertiser(request))
        return Response(RechargeOut(self.found(rows, number=number)).data)
