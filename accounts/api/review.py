"""review/accounts/: 授权审核 and 接单申请, decided as in the admin (R9, R10, A48)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access, media
from accounts.api.roles import ReviewView, user_of
from accounts.models import AccountDecision, MediaAccount
from weitask import clock
from weitask.rest.bodies import Body, ReasonBody
from weitask.rest.fields import MomentField


class ApproveAccountBody(Body):
    """A word to the owner, if any."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class AccountDecisionOut(serializers.Serializer):
    """What was decided and where the account stands now."""

    id = serializers.IntegerField()
    account = serializers.IntegerField(source="account_id")
    subject = serializers.ChoiceField(AccountDecision.Subject.choices)
    approved = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    at = MomentField()
    review = serializers.ChoiceField(MediaAccount.Review.choices, source="account.review")
    taking = serializers.ChoiceField(MediaAccount.Taking.choices, source="account.taking")


class _AccountReview(ReviewView):
    decides = access.DECIDE_ACCOUNTS
    moves_money = False

    def decided(self, request: Request, pk: int, *, approved: bool, reason: str) -> Response:
        """The application that waits: 接单 where one was made, else the authorisation."""
        account = self.found(MediaAccount.objects.all(), pk=pk)
        applied = account.taking == MediaAccount.Taking.APPLIED
        subject = AccountDecision.Subject.TAKING if applied else AccountDecision.Subject.AUTHORISATION
        decision: Any = media.decide(
            account=account, subject=subject, approved=approved, reason=reason, by=user_of(request), now=clock.now()
        )
        decision.account.refresh_from_db()
        return Response(AccountDecisionOut(decision).data)


class AccountApproveView(_AccountReview):
    """通过."""

    @extend_schema(request=ApproveAccountBody, responses={200: AccountDecisionOut})
    def post(self, request: Request, pk: int) -> Response:
        """Approve what the account applied for; a non-企业认证 account takes orders at once (R9)."""
        return self.decided(request, pk, approved=True, reason=self.body(request, ApproveAccountBody)["reason"])


class AccountRejectView(_AccountReview):
    """未通过."""

    @extend_schema(request=ReasonBody, responses={200: AccountDecisionOut})
    def post(self, request: Request, pk: int) -> Response:
        """Reject it with a reason the owner will read."""
        return self.decided(request, pk, approved=False, reason=self.body(request, ReasonBody)["reason"])
