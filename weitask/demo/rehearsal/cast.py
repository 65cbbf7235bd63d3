"""Who takes part: staff, advertisers with money, owners with accounts, prices and bank cards."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.contrib.auth.models import Group

from accounts import access, identity, media, weibo_binding
from accounts.models import Advertiser, Category, MediaAccount, User
from billing import cards, notifications, topups
from weitask.demo.control import Control
from weitask.gateways import weibo
from weitask.gateways.sinapay import CardDetails
from weitask.local.demo_logins import PASSWORD

PLACES: Final = ("城南", "江边", "老街", "北郊", "山里", "海岸", "胡同", "云上", "西岭", "东湖")
TOPICS: Final = ("食记", "慢游", "穿搭", "美妆局", "数码志", "开车去", "球评", "影话", "听歌", "趣闻")
GOOD_CARD, BAD_CARD = "622202000000000008", "622202000000000001"  # the sandbox decides by the last digit
IP: Final = "203.0.113.9"
_FIRST_UID: Final = 5_200_000_000


@dataclass
class Cast:
    """Everybody, in the order they were made; the first advertisers and owner are the demo logins."""

    control: Control
    rng: random.Random
    reviewer: User
    finance: User
    enterprises: list[Advertiser] = field(default_factory=list)
    persons: list[Advertiser] = field(default_factory=list)
    accounts: list[MediaAccount] = field(default_factory=list)
    sources: dict[int, str] = field(default_factory=dict)  # personal advertiser → link to their own Weibo


def gather(*, control: Control, rng: random.Random, accounts: int, now: datetime) -> Cast:
    """Make the whole cast at `now`; `accounts` 自媒体帐号, two to an owner."""
    cast = Cast(
        control, rng, _staff("shenhe", access.TASK_REVIEW, access.ACCOUNT_REVIEW), _staff("caiwu", access.FINANCE)
    )
    User.objects.create_superuser("admin", password=PASSWORD)
    for number, name in enumerate(("qiye", "qiye2", "qiye3")):
        cast.enterprises.append(_advertiser(cast, name, "enterprise", 3_000_000 + number * 500_000, now))
    for number, name in enumerate(("geren", "geren2")):
        person = _advertiser(cast, name, "personal", 300_000, now)
        cast.persons.append(person)
        _bind(cast, person.user, _FIRST_UID + 900 + number, f"普通人小{number + 1}", followers=320, now=now)
        post = control.post("weibo/posts/", {"uid": str(_FIRST_UID + 900 + number), "text": "我的新书出版了，求扩散"})
        cast.sources[person.pk] = f"https://weibo.com/{_FIRST_UID + 900 + number}/{post['id']}"
    for number in range(accounts):
        cast.accounts.append(_account(cast, number, now))
    return cast


def deliver_notifications(*, control: Control, now: datetime) -> int:
    """Fetch what Sina Pay would send by now, hand each signed body to the real handler, and give its answer back."""
    due = control.get("sinapay/notifications/", due=1)
    for one in due:
        answer = notifications.receive(body=one["body"].encode(), now=now)
        control.post(f"sinapay/notifications/{one['id']}/answer/", {"answer": answer})
    return len(due)


def give_card(*, owner: User, number: str, now: datetime) -> None:
    """Bind a bank card, with the code the sandbox always texts."""
    details = CardDetails("ICBC", number, "张小满", "110101199001011237", "13800138000", "四川", "成都")
    card = cards.submit(owner=owner, details=details, client_ip=IP, now=now)
    cards.confirm(card=card, code="123456", client_ip=IP, now=now)


def _staff(name: str, *groups: str) -> User:
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    user.groups.add(*Group.objects.filter(name__in=groups))
    return user


def _advertiser(cast: Cast, name: str, kind: str, amount: int, now: datetime) -> Advertiser:
    user = User.objects.create_user(name, password=PASSWORD)
    profile = identity.Profile(
        f"{PLACES[len(cast.enterprises)]}食品有限公司" if kind == "enterprise" else "小满", "王敏", "13900139000"
    )
    identity.choose(user=user, identity=kind, profile=profile, now=now)
    advertiser = Advertiser.objects.get(user=user)
    topup = topups.start(advertiser=advertiser, amount=amount, payer_ip=IP, now=now)
    cast.control.post(f"sinapay/deposits/{topup.number}/pay/")
    deliver_notifications(control=cast.control, now=now)
    return advertiser


def _bind(cast: Cast, user: User, uid: int, name: str, *, followers: int, now: datetime) -> weibo.Token:
    given = cast.control.post(
        "weibo/users/",
        {
            "uid": str(uid),
            "screen_name": name,
            "followers_count": followers,
            "token": True,
            "token_seconds": 90 * 86_400,
        },
    )
    token = weibo.Token(given["access_token"], str(uid), given["expires_in"])
    profile = weibo.client().user(token=token.access_token, uid=token.uid)
    weibo_binding.bind(user=user, token=token, profile=profile, now=now)
    return token


def _account(cast: Cast, number: int, now: datetime) -> MediaAccount:
    name = "zimeiti" if number < 2 else f"zhu{number // 2:02d}"
    owner = User.objects.filter(username=name).first()
    if owner is None:
        owner = User.objects.create_user(name, password=PASSWORD)
        identity.choose(user=owner, identity="media", now=now)
        give_card(owner=owner, number=BAD_CARD if number == 4 else GOOD_CARD, now=now)
    screen_name = f"{PLACES[number // 10 % 10]}{TOPICS[number % 10]}{number}"
    _bind(cast, owner, _FIRST_UID + number, screen_name, followers=cast.rng.randrange(8_000, 900_000), now=now)
    bound = owner.weibo_accounts.get(uid=str(_FIRST_UID + number))
    account = media.open_account(weibo=bound, by=owner, now=now)
    media.decide(account=account, subject="authorisation", approved=True, reason="", by=cast.reviewer, now=now)
    category = Category.objects.order_by("position")[number % 10]
    account.refresh_from_db()
    media.set_category(account=account, by=owner, category=category, now=now)
    price = cast.rng.randrange(30, 200) * 100
    media.set_prices(account=account, by=owner, original=price, repost=price // 2, now=now)
    if number % 3 == 0:
        media.set_specific(account=account, specific=True, by=cast.reviewer, now=now)
    account.refresh_from_db()
    return account
