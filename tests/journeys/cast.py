"""The people of a journey, as far as they do not click their own way in: staff, and owners who already take orders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group

from accounts import access, identity, media, weibo_binding
from accounts.models import Category, MediaAccount, User, WeiboAccount
from billing import cards, credit
from tests.sandbox_process import SandboxProcess
from weitask.gateways import weibo
from weitask.gateways.sinapay import CardDetails

PASSWORD = "journeys-2026-weitask"
COMPANY = "城南食品有限公司"
CARD = CardDetails("ICBC", "622202000000000008", "张小满", "110101199001011237", "13800138000", "四川", "成都")


@dataclass(frozen=True)
class Owner:
    """A login with one account on Weibo. Prices of 原发 in fen, as the owner set them."""

    username: str
    uid: str
    screen_name: str
    price: int
    followers: int = 120_000


TAKES = Owner("jiedan", "5600000001", "城南食记", 38_800, 482_000)
REFUSES = Owner("judan", "5600000002", "江边慢游", 25_650)
FORGETS = Owner("liudan", "5600000003", "老街影话", 12_025, 38_600)
OWNERS = (TAKES, REFUSES, FORGETS)


def gather(*, sandbox: SandboxProcess, now: datetime) -> None:
    """Staff, a fee of ten per cent, an advertiser who never logged in, and three owners with prices and bank cards."""
    reviewer = login("shenhe", is_staff=True)
    reviewer.groups.add(*Group.objects.filter(name__in=(access.TASK_REVIEW, access.ACCOUNT_REVIEW)))
    finance = login("caiwu", is_staff=True)
    finance.groups.add(Group.objects.get(name=access.FINANCE))
    credit.set_fee_rate(rate_bp=1_000, valid_from=now, by=finance, now=now)
    login("qiye")
    for number, owner in enumerate(OWNERS):
        account = _account(owner, sandbox=sandbox, reviewer=reviewer, now=now)
        media.set_category(
            account=account, by=account.owner, category=Category.objects.order_by("position")[number], now=now
        )
        media.set_prices(account=account, by=account.owner, original=owner.price, repost=owner.price // 2, now=now)
        _bind_card(account.owner, now=now)


def login(name: str, *, is_staff: bool = False) -> User:
    """Somebody who can log in."""
    return User.objects.create_user(name, password=PASSWORD, is_staff=is_staff)


def _account(owner: Owner, *, sandbox: SandboxProcess, reviewer: User, now: datetime) -> MediaAccount:
    user = login(owner.username)
    identity.choose(user=user, identity="media", now=now)
    wanted = {"uid": owner.uid, "screen_name": owner.screen_name, "followers_count": owner.followers}
    account = media.open_account(weibo=bind(user, wanted, sandbox=sandbox, now=now), by=user, now=now)
    media.decide(account=account, subject="authorisation", approved=True, reason="", by=reviewer, now=now)
    account.refresh_from_db()
    return account


def bind(user: User, wanted: dict[str, Any], *, sandbox: SandboxProcess, now: datetime) -> WeiboAccount:
    """A Weibo user of these facts, bound to the login with an authorisation for 90 days."""
    given = sandbox.control("weibo/users/", {**wanted, "token": True, "token_seconds": 90 * 86_400})
    token = weibo.Token(given["access_token"], wanted["uid"], given["expires_in"])
    profile = weibo.client().user(token=token.access_token, uid=wanted["uid"])
    return weibo_binding.bind(user=user, token=token, profile=profile, now=now)


def _bind_card(owner: User, *, now: datetime) -> None:
    """A bank card that every payment reaches, with the code the sandbox always texts."""
    card = cards.submit(owner=owner, details=CARD, client_ip="203.0.113.9", now=now)
    cards.confirm(card=card, code="123456", client_ip="203.0.113.9", now=now)
