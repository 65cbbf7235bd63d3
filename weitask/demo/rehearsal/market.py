"""The cast: staff, advertisers, owners with their accounts, habits, prices and bank cards. All from one seed."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts import access, identity, media, pool, weibo_binding
from accounts.models import Advertiser, Category, MediaAccount, User
from billing import cards
from weitask.demo.control import Control
from weitask.gateways import weibo
from weitask.gateways.sinapay import CardDetails
from weitask.local.demo_logins import PASSWORD

PLACES: Final = ("城南", "江边", "老街", "北郊", "山里", "海岸", "胡同", "云上", "西岭", "东湖")
TOPICS: Final = ("食记", "慢游", "穿搭", "美妆局", "数码志", "开车去", "球评", "影话", "听歌", "趣闻")
COMPANIES: Final = (("qiye", "城南食品有限公司"), ("qiye2", "江边文旅有限公司"), ("qiye3", "老街图书有限公司"))
PERSONS: Final = (("geren", "小满"), ("geren2", "白露"))
IP: Final = "203.0.113.9"
SPECIFIC_EVERY: Final = 3  # every third account is on the list of 特定 accounts
ORGANISATION: Final = 7  # of each dozen one account is 企业认证
VERIFIED_COMPANY: Final = 2  # Weibo's verified_type
_TOKEN_SECONDS: Final = 90 * 86_400
_FIRST_UID: Final = 5_200_000_000
_FIRST_PERSON: Final = 900

# The sandbox's bank decides by the last digit of a card.
GOOD, REFUSED, COMES_BACK = "8", "1", "2"
CARDS: Final = {2: REFUSED, 5: COMES_BACK, 7: ""}  # by owner; "" is an owner without a card


@dataclass(frozen=True)
class Habit:
    """How an owner deals with orders, in shares of a hundred; what is neither accepted nor refused lapses.

    Attributes:
        ground: the code a refusal names.
        deletes_early, deletes_late: posts deleted within a day, and after some days.
        slow: answers twenty minutes before the start instead of at once.
    """

    name: str
    accepts: int
    refuses: int = 0
    ground: str = "style"
    deletes_early: int = 0
    deletes_late: int = 0
    slow: bool = False


STEADY: Final = Habit("steady", accepts=100)
SLOW: Final = Habit("slow", accepts=92, slow=True)
CHOOSY: Final = Habit("choosy", accepts=60, refuses=35)
DEAR: Final = Habit("dear", accepts=55, refuses=40, ground="price")
ABSENT: Final = Habit("absent", accepts=45)
CARELESS: Final = Habit("careless", accepts=95, deletes_early=25)
TIDY: Final = Habit("tidy", accepts=95, deletes_late=25)
HABITS: Final = (STEADY, CARELESS, STEADY, SLOW, CHOOSY, TIDY, ABSENT, STEADY, STEADY, DEAR)  # by account number


@dataclass(frozen=True)
class Member:
    """An account that takes part."""

    pk: int
    uid: str
    owner: User
    habit: Habit
    specific: bool


@dataclass
class Cast:
    """Everybody, in the order they came; the first advertisers and the first owner are the demo logins."""

    control: Control
    seed: int
    reviewer: User
    finance: User
    enterprises: list[Advertiser] = field(default_factory=list)
    persons: list[Advertiser] = field(default_factory=list)
    owners: list[User] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)  # by id of the account
    sources: dict[int, str] = field(default_factory=dict)  # personal advertiser → link to a Weibo of their own

    def chance(self, *subject: object) -> random.Random:
        """Chance that depends on the seed and the subject alone, not on what was drawn before."""
        return random.Random("|".join(map(str, (self.seed, *subject))))  # noqa: S311 [a script, not a secret]


def gather(*, control: Control, seed: int, accounts: int, now: datetime) -> Cast:
    """Make the whole cast at `now`: `accounts` 自媒体帐号, two to an owner. Nobody has money yet."""
    cast = Cast(
        control, seed, _staff("shenhe", access.TASK_REVIEW, access.ACCOUNT_REVIEW), _staff("caiwu", access.FINANCE)
    )
    _user("admin", is_staff=True, is_superuser=True)
    for name, company in COMPANIES:
        cast.enterprises.append(_advertiser(name, "enterprise", company, now))
    for number, (name, person) in enumerate(PERSONS):
        advertiser = _advertiser(name, "personal", person, now)
        cast.persons.append(advertiser)
        uid = str(_FIRST_UID + _FIRST_PERSON + number)
        bind(control, advertiser.user, {"uid": uid, "screen_name": person, "followers_count": 320}, now=now)
        post = control.post("weibo/posts/", {"uid": uid, "text": "我的新书出版了，求扩散"})
        cast.sources[advertiser.pk] = f"https://weibo.com/{uid}/{post['id']}"
    for number in range(accounts):
        member = _member(cast, number, now)
        cast.members[member.pk] = member
    return cast


def bind(control: Control, user: User, profile: dict[str, object], *, now: datetime) -> None:
    """The user of Weibo authorises us, for the first time or again."""
    given = control.post("weibo/users/", {**profile, "token": True, "token_seconds": _TOKEN_SECONDS})
    token = weibo.Token(given["access_token"], str(profile["uid"]), given["expires_in"])
    known = weibo.client().user(token=token.access_token, uid=token.uid)
    weibo_binding.bind(user=user, token=token, profile=known, now=now)


def give_card(*, owner: User, last_digit: str, now: datetime) -> None:
    """Bind a bank card, with the code the sandbox always texts."""
    number = f"62220200{owner.pk:09d}{last_digit}"
    details = CardDetails("ICBC", number, "张小满", "110101199001011237", "13800138000", "四川", "成都")
    card = cards.submit(owner=owner, details=details, client_ip=IP, now=now)
    cards.confirm(card=card, code="123456", client_ip=IP, now=now)


def _user(name: str, **more: bool) -> User:
    """Only the logins that are told to people get a password."""
    user = User.objects.create_user(name, None, None, **more)
    if name in {"admin", "geren", "qiye", "zimeiti", "shenhe", "caiwu"}:
        user.password = _hashed()
        user.save(update_fields=["password"])
    return user


@cache
def _hashed() -> str:
    """They share one; hashing it takes a third of a second."""
    return make_password(PASSWORD)


def _staff(name: str, *groups: str) -> User:
    user = _user(name, is_staff=True)
    user.groups.add(*Group.objects.filter(name__in=groups))
    return user


def _advertiser(name: str, kind: str, called: str, now: datetime) -> Advertiser:
    user = _user(name)
    identity.choose(user=user, identity=kind, profile=identity.Profile(called, "王敏", "13900139000"), now=now)
    return Advertiser.objects.get(user=user)


def _owner(cast: Cast, place: int, now: datetime) -> User:
    if place < len(cast.owners):
        return cast.owners[place]
    owner = _user("zimeiti" if place == 0 else f"zhu{place:02d}")
    identity.choose(user=owner, identity="media", now=now)
    cast.owners.append(owner)
    if digit := CARDS.get(place, GOOD):
        give_card(owner=owner, last_digit=digit, now=now)
    return owner


def _member(cast: Cast, number: int, now: datetime) -> Member:
    owner, chance = _owner(cast, number // 2, now), cast.chance("account", number)
    company = number % 12 == ORGANISATION
    profile = {
        "uid": str(_FIRST_UID + number),
        "screen_name": f"{PLACES[number // 10 % 10]}{TOPICS[number % 10]}{number}",
        "followers_count": chance.randrange(8_000, 900_000),
        "verified": company,
        "verified_type": VERIFIED_COMPANY if company else -1,
    }
    bind(cast.control, owner, profile, now=now)
    bound = owner.weibo_accounts.get(uid=profile["uid"])
    account = media.open_account(weibo=bound, by=owner, now=now)
    _open(cast, account, Category.objects.order_by("position")[number % 10], now)
    price = chance.randrange(30, 200) * 100
    media.set_prices(account=account, by=owner, original=price, repost=price // 2, now=now)
    specific = number % SPECIFIC_EVERY == 0
    if specific:
        pool.change(accounts=[account], wish=pool.Wish.IN, reason="", by=cast.reviewer, now=now)
    return Member(account.pk, bound.uid, owner, HABITS[number % len(HABITS)], specific)


def _open(cast: Cast, account: MediaAccount, category: Category, now: datetime) -> None:
    """授权审核, and 接单功能: at once, or for 企业认证 accounts by application (R9, R10)."""
    media.decide(account=account, subject="authorisation", approved=True, reason="", by=cast.reviewer, now=now)
    account.refresh_from_db()
    if not account.organisation:
        media.set_category(account=account, by=account.owner, category=category, now=now)
        return
    media.apply_for_taking(account=account, by=account.owner, category=category, now=now)
    media.decide(account=account, subject="taking", approved=True, reason="", by=cast.reviewer, now=now)
