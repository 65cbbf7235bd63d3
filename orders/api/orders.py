"""orders/: what was dispatched to one's own accounts; 接单 and 拒单 (R60-R62)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import OwnerView
from accounts.models import User
from orders import answering, queries, refusals
from orders.api.shapes import OwnersFilter, OwnersOrderOut
from weitask import clock
from weitask.rest.bodies import Body, Nothing
from weitask.rest.schema import PAGE_PARAMETERS, paged
from weitask.visitor import ip_of


class RefuseBody(Body):
    """A coded and a detailed reason, at least ten characters; the advertiser reads it."""

    reason_code = serializers.ChoiceField([(ground.code, ground.name) for ground in refusals.GROUNDS])
    reason = serializers.CharField(max_length=refusals.MOST)


class OrdersView(OwnerView):
    """Orders of one's own accounts."""

    @extend_schema(parameters=[OwnersFilter, *PAGE_PARAMETERS], responses=paged(OwnersOrderOut))
    def get(self, request: Request) -> Response:
        """The caller's orders, newest first."""
        rows, asked = _mine(self.owner(request)), OwnersFilter.read(request.query_params)
        rows = rows.with_label(asked["state"]) if "state" in asked else rows
        rows = rows.filter(account_id=asked["account"]) if "account" in asked else rows
        return self.listed(request, rows, OwnersOrderOut)


class OrderView(OwnerView):
    """One of them."""

    @extend_schema(responses=OwnersOrderOut)
    def get(self, request: Request, pk: int) -> Response:
        """One order: what will be posted and what it brings, net."""
        return Response(OwnersOrderOut(self.found(_mine(self.owner(request)), pk=pk)).data)


class OrderAcceptView(OwnerView):
    """接单."""

    @extend_schema(request=Nothing, responses={200: OwnersOrderOut})
    def post(self, request: Request, pk: int) -> Response:
        """Accept before the start; it is posted by itself at the start (R61, R80)."""
        self.body(request, Nothing)
        owner = self.owner(request)
        order = self.found(_mine(owner), pk=pk)
        with answering.turn(order=order):
            answering.accept(order=order, by=owner, ip=ip_of(request), now=clock.now())
        return Response(OwnersOrderOut(self.found(_mine(owner), pk=pk)).data)


class OrderRefuseView(OwnerView):
    """拒单."""

    moves_money = True

    @extend_schema(request=RefuseBody, responses={200: OwnersOrderOut})
    def post(self, request: Request, pk: int) -> Response:
        """Refuse with a reason; the advertiser has the money back (R62, R67)."""
        owner = self.owner(request)
        order = self.found(_mine(owner), pk=pk)
        sent = self.body(request, RefuseBody)
        with answering.turn(order=order):
            answering.refuse(order=order, by=owner, code=sent["reason_code"], reason=sent["reason"], now=clock.now())
        return Response(OwnersOrderOut(self.found(_mine(owner), pk=pk)).data)


def _mine(owner: User) -> Any:
    return queries.of_owner(owner).select_related("account__weibo", "item__submission")
