"""POST token/: a name and a password for a token, counted by axes like every other login."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from weitask.problems import MEDIA_TYPE, problem
from weitask.rest.bodies import Body
from weitask.rest.schema import ApiSchema, Problem


class CredentialsBody(Body):
    """What one logs in with."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False, style={"input_type": "password"})


class TokenOut(serializers.Serializer):
    """For `Authorization: Token …`."""

    token = serializers.CharField()


class TokenView(APIView):
    """No key, no session: the answer is a secret and is not stored."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    schema = ApiSchema()

    @extend_schema(
        request=CredentialsBody,
        responses={200: TokenOut, (429, MEDIA_TYPE): OpenApiResponse(Problem, description="Too many tries")},
    )
    def post(self, request: Request) -> Response:
        """Log in; 401 for anything wrong, 429 after too many tries."""
        sent = CredentialsBody(data=request.data)
        sent.is_valid(raise_exception=True)
        django_request = request._request
        user = authenticate(request=django_request, **sent.validated_data)
        if getattr(django_request, "axes_locked_out", False):
            # axes' middleware would put a page of its own in the place of this document.
            django_request.axes_locked_out = False  # type: ignore[attr-defined]
            return problem(code="locked-out", http_status=429, detail=_("登录失败次数过多，请 15 分钟后再试"))
        if not isinstance(user, User):
            answer = problem(code="bad-credentials", http_status=401, detail=_("用户名或密码不正确"))
            answer["WWW-Authenticate"] = "Token"
            return answer
        if is_mfa_enabled(user):
            message = _("该帐号已开启两步验证，请登录网站后使用会话访问")
            return problem(code="second-factor-needed", http_status=403, detail=message)
        answer = Response({"token": Token.objects.get_or_create(user=user)[0].key})
        answer["Cache-Control"] = "no-store"
        return answer
