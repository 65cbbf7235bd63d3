"""Who sends a token. Every call begins with it, so login and advertiser are read by one written-out statement: putting
it together from a queryset takes several times as long as running it (docs/performance.md)."""

from functools import cache
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import Advertiser, User


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token …`, as DRF has it; the user comes with its `advertiser`, if it is one."""

    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        with connection.cursor() as cursor:
            cursor.execute(_statement(), [key])
            row = cursor.fetchone()
        if row is None:
            raise AuthenticationFailed(_("令牌无效"))
        user, advertiser = _made(row)
        if not user.is_active:
            raise AuthenticationFailed(_("帐户已停用"))
        user._state.fields_cache["advertiser"] = advertiser
        if advertiser is not None:
            advertiser.user = user
        return user, Token(key=key, user=user)


@cache
def _names(model: type[Any]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _statement() -> str:
    columns = [f"u.{name}" for name in _names(User)] + [f"a.{name}" for name in _names(Advertiser)]
    return (
        f"SELECT {', '.join(columns)} FROM authtoken_token t JOIN accounts_user u ON u.id = t.user_id"  # noqa: S608
        " LEFT JOIN accounts_advertiser a ON a.user_id = u.id WHERE t.key = %s"
    )


def _made(row: tuple[Any, ...]) -> tuple[User, Advertiser | None]:
    users, advertisers = _names(User), _names(Advertiser)
    user = User.from_db(connection.alias, users, row[: len(users)])
    mine = row[len(users) :]
    return user, None if mine[0] is None else Advertiser.from_db(connection.alias, advertisers, mine)
