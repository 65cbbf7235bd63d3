"""GET me/: who is calling, and as what."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import workspace
from accounts.api.roles import user_of
from accounts.models import Advertiser, Identity, User
from weitask.rest.views import ApiView


class UserOut(serializers.Serializer):
    """The login itself."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    is_staff = serializers.BooleanField()


class AdvertiserOut(serializers.Serializer):
    """The advertising side of a login."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Advertiser.Kind.choices)
    name = serializers.CharField()


class MeOut(serializers.Serializer):
    """`identity` is the workspace chosen for the pages, empty before the first 身份选择; the API does not need it."""

    user = UserOut()
    identity = serializers.ChoiceField(Identity.choices, allow_blank=True)
    identities = serializers.ListField(child=serializers.ChoiceField(Identity.choices))
    advertiser = AdvertiserOut(allow_null=True)


class MeView(ApiView):
    """Every login."""

    @extend_schema(responses=MeOut)
    def get(self, request: Request) -> Response:
        """The login, the identities it can act as, and the one active on the pages."""
        return Response(MeOut(_facts(user_of(request))).data)


def _facts(user: User) -> dict[str, Any]:
    advertiser = Advertiser.objects.filter(user=user).first()
    identities = workspace.identities(user)
    advertising = user.identity in (Identity.PERSONAL, Identity.ENTERPRISE)
    active = advertiser.kind if advertiser and advertising else user.identity
    return {
        "user": user,
        "identity": active if active in identities else "",
        "identities": identities,
        "advertiser": advertiser,
    }
