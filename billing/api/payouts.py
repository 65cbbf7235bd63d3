"""payouts/, bank-card/ and earnings/entries/ of an owner (R13, R126-R128)."""

from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import OwnerView
from accounts.models import User
from billing import cards, queries
from billing.api.entries import EarningsFilter, EntryOut
from billing.banks import Bank
from billing.models import BankCard, Payout
from weitask import clock, proof
from weitask.gateways.sinapay import CardDetails
from weitask.refusal import Conflict, Forbidden, Refusal
from weitask.rest.bodies import Body
from weitask.rest.fields import MomentField, MoneyField
from weitask.rest.schema import PAGE_PARAMETERS, paged
from weitask.visitor import ip_of


class PayoutOut(serializers.Serializer):
    """What a Friday pays; `friday` is its cut-off, `orders` how many it settles."""

    id = serializers.IntegerField()
    friday = MomentField(source="run.cutoff")
    amount = MoneyField()
    orders = serializers.IntegerField()
    state = serializers.ChoiceField(Payout.State.choices)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    problem = serializers.CharField(allow_blank=True)
    retry_at = MomentField(allow_null=True)
    paid_at = MomentField(allow_null=True)

    def get_label(self, payout: Payout) -> str:
        return str(payout.get_state_display())


class CardBody(Body):
    """A debit card in the owner's own name. Identity number and phone go to Sina Pay and are not kept."""

    bank_code = serializers.ChoiceField(Bank.choices)
    number = serializers.CharField(max_length=24)
    name = serializers.CharField(max_length=40)
    cert_no = serializers.CharField(max_length=18)
    phone = serializers.CharField(max_length=11)
    province = serializers.CharField(max_length=20)
    city = serializers.CharField(max_length=20)
    consent = serializers.BooleanField(
        help_text="Agrees that these details go to Sina Pay to be verified; must be true"
    )


class CodeBody(Body):
    """The code texted by the bank."""

    code = serializers.CharField(max_length=8)


class CardOut(serializers.Serializer):
    """Only the last four digits are ever shown."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(BankCard.State.choices)
    bank_code = serializers.CharField()
    last4 = serializers.CharField()
    problem = serializers.CharField(allow_blank=True)
    created_at = MomentField()
    bound_at = MomentField(allow_null=True)


class CardsOut(serializers.Serializer):
    """`bound` gets the income; `waiting` wants its texted code."""

    bound = CardOut(allow_null=True)
    waiting = CardOut(allow_null=True)


class PayoutsView(OwnerView):
    """One's own."""

    @extend_schema(parameters=[*PAGE_PARAMETERS], responses=paged(PayoutOut))
    def get(self, request: Request) -> Response:
        """Friday's payments, newest first."""
        rows = Payout.objects.visible_to(self.owner(request)).select_related("run").annotate(orders=Count("lines"))
        return self.listed(request, rows, PayoutOut)


class EarningsEntriesView(OwnerView):
    """Every line of the book that concerns the owner."""

    @extend_schema(parameters=[EarningsFilter, *PAGE_PARAMETERS], responses=paged(EntryOut))
    def get(self, request: Request) -> Response:
        """The statement, newest first unless `ordering=at`."""
        lines = queries.statement(owner_id=self.owner(request).pk)
        lines, key = EarningsFilter.narrowed(request.query_params, lines)
        return self.listed(request, lines, EntryOut, key=key)


class BankCardView(OwnerView):
    """The card all income is paid to."""

    calls_out = True

    @extend_schema(responses=CardsOut)
    def get(self, request: Request) -> Response:
        """The card bound, and the one that waits for its code."""
        return Response(_cards(self.owner(request)))

    @extend_schema(request=CardBody, responses=CardsOut)
    def put(self, request: Request) -> Response:
        """Hand in a card; the bank texts a code, which `bank-card/confirm/` takes."""
        owner = self.owner(request)
        sent = dict(self.body(request, CardBody))
        if not sent.pop("consent"):
            raise Refusal("consent_missing", _("须同意将信息提交给新浪支付验证"), field="consent")
        if request.auth is None and not proof.of_the_moment(request._request):
            raise Forbidden("reauthenticate", _("请先再次确认身份"), link=reverse("account_reauthenticate"))
        details = CardDetails(**{**sent, "number": sent["number"].replace(" ", "")})
        cards.submit(owner=owner, details=details, client_ip=ip_of(request) or "127.0.0.1", now=clock.now())
        return Response(_cards(owner))


class BankCardConfirmView(OwnerView):
    """The second step of a card."""

    calls_out = True

    @extend_schema(request=CodeBody, responses={200: CardsOut})
    def post(self, request: Request) -> Response:
        """Bind the waiting card with the texted code."""
        owner = self.owner(request)
        code = self.body(request, CodeBody)["code"]
        card = _waiting(owner)
        if card is None:
            raise Conflict("not_waiting", _("没有等待验证的银行卡，请先提交银行卡"))
        cards.confirm(card=card, code=code, client_ip=ip_of(request) or "127.0.0.1", now=clock.now())
        return Response(_cards(owner))


def _waiting(owner: User) -> BankCard | None:
    mine = BankCard.objects.filter(owner=owner, state=BankCard.State.PENDING)
    return mine.exclude(ticket="").order_by("-pk").first()


def _cards(owner: User) -> Any:
    return CardsOut({"bound": cards.bound_card(owner.pk), "waiting": _waiting(owner)}).data
