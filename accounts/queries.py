"""Reading: the market as an advertiser may see it, and advice for owners (R5, R7, R21, R29, R142)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import Advertiser, Category, MediaAccount, Slot
from weitask.periods import SLOT

FORMS: Final = ("original", "repost")
# What a search may be sorted by, and the columns behind it; `{form}` is the form asked about.
ORDERINGS: Final = {"-followers": "-followers", "price": "price_{form}", "-rating": "-rating", "cpm": "cpm_{form}"}
DEFAULT_ORDERING: Final = "-followers"
ADVANCED: Final = frozenset(  # 高级筛选: for 企业用户 only (R7)
    {"verified", "region", "accept_rate_min", "answer_max", "reposts_min", "comments_min", "cpm_max"}
)

_WHY_NOT: Final = (
    _("不能选择自己的帐号"),
    _("个人用户只能以转发的形式推广"),
    _("该帐号未开通接单功能"),
    _("该帐号的授权已失效"),
    _("该帐号已暂停交易"),
    _("该帐号不在个人用户可选范围内"),
    _("该帐号未设定此形式的价格"),
    _("该帐号在所选时间前后 15 分钟内已接受其它任务，请调整时间"),
)


@dataclass(frozen=True)
class MarketFilters:
    """What to look for; prices in fen, net. Filters over columns a 个人用户 cannot see do not apply to them."""

    form: str = "repost"
    category: str = ""  # slug or name, see `CategoryQuerySet.named`
    followers_min: int | None = None
    followers_max: int | None = None
    price_min: int | None = None
    price_max: int | None = None
    rating_min: int | None = None
    verified: bool | None = None
    region: str = ""
    accept_rate_min: int | None = None  # basis points
    answer_max: int | None = None  # minutes
    reposts_min: int | None = None  # medians
    comments_min: int | None = None
    cpm_max: int | None = None  # fen per 1,000 followers
    q: str = ""
    free_only: bool = False  # with `at`
    favourites: bool = False  # only those the advertiser marked
    ordering: str = DEFAULT_ORDERING


def offers(form: str, advertiser: Advertiser) -> bool:
    """Whether the advertiser may search for this form at all (R2)."""
    return form in FORMS and (form != "original" or advertiser.is_enterprise)


def market(*, advertiser: Advertiser, filters: MarketFilters, at: datetime | None = None) -> "QuerySet[MediaAccount]":
    """Accounts the advertiser may choose for a form, with `price`, `cpm` (fen per 1,000 followers) and `busy`.

    `busy`: another job within 15 minutes of `at`; False when no time is asked about. This says what a search means, in
    plain words; pages are found by `searching`, and tests hold one against the other.
    """
    if not offers(filters.form, advertiser):
        return MediaAccount.objects.none()
    seen = MediaAccount.objects.visible_to(advertiser, form=filters.form).select_related("category")
    rows = seen.annotate(price=F(f"price_{filters.form}"), cpm=F(f"cpm_{filters.form}"), busy=_busy(at))
    rows = rows.filter(_conditions(filters, advanced=advertiser.is_enterprise))
    if filters.free_only:
        rows = rows.filter(busy=False)
    if filters.favourites:
        rows = rows.filter(favourites__advertiser=advertiser)
    key = sort_key(advertiser=advertiser, filters=filters)
    return rows.order_by(key, "-pk" if key.startswith("-") else "pk")


def sort_key(*, advertiser: Advertiser, filters: MarketFilters) -> str:
    """The column a search is sorted by, `-` for descending; none that the advertiser cannot see."""
    known = filters.ordering in ORDERINGS and (advertiser.is_enterprise or filters.ordering != "cpm")
    return ORDERINGS[filters.ordering if known else DEFAULT_ORDERING].format(form=filters.form)


def visible_account(*, advertiser: Advertiser, account_id: int) -> MediaAccount:
    """One account of the caller's view.

    Raises:
        MediaAccount.DoesNotExist: it is not there or not to be seen; pages answer 404 (R5).
    """
    return MediaAccount.objects.visible_to(advertiser).select_related("category", "weibo").get(pk=account_id)


def visible_accounts(*, advertiser: Advertiser, account_ids: Sequence[int]) -> list[MediaAccount]:
    """Those of the caller's view, in the order asked; others are passed over (R5)."""
    seen = MediaAccount.objects.visible_to(advertiser).select_related("category", "weibo").in_bulk(account_ids)
    return [seen[pk] for pk in account_ids if pk in seen]


def marked(*, advertiser: Advertiser, account_id: int, at: datetime | None) -> MediaAccount:
    """The same with `busy`, as in `market`."""
    seen = MediaAccount.objects.visible_to(advertiser).select_related("category", "weibo")
    return seen.annotate(busy=_busy(at)).get(pk=account_id)


def why_not(account: MediaAccount, *, form: str, start: datetime | None, advertiser: Advertiser, busy: bool) -> str:
    """Why the account cannot be chosen for this form and start; empty when it can (R2, R11, R12, R14, R29, R70)."""
    broken = (
        account.owner_id == advertiser.user_id,
        form == "original" and not advertiser.is_enterprise,
        account.taking != MediaAccount.Taking.OPEN,
        not account.authorised,
        account.suspended_at is not None,
        not advertiser.is_enterprise and not (account.specific and account.specific_opt_in),
        not price_of(account, form),
        busy and start is not None,
    )
    return str(_WHY_NOT[broken.index(True)]) if True in broken else ""


def price_of(account: MediaAccount, form: str) -> int | None:
    """The net price of a form in fen, None when the owner set none (R11)."""
    return account.price_original if form == "original" else account.price_repost


def _busy(at: datetime | None) -> Exists | Value:
    if at is None:
        return Value(value=False, output_field=BooleanField())
    return Exists(Slot.objects.filter(account=OuterRef("pk"), period__overlap=(at, at + SLOT)))


def _conditions(filters: MarketFilters, *, advanced: bool) -> Q:
    wanted = {
        "category": Subquery(Category.objects.named(filters.category).values("pk")) if filters.category else None,
        "followers__gte": filters.followers_min,
        "followers__lte": filters.followers_max,
        f"price_{filters.form}__gte": filters.price_min,
        f"price_{filters.form}__lte": filters.price_max,
        "rating__gte": filters.rating_min,
        "screen_name__icontains": filters.q.strip() or None,
    }
    if advanced:
        wanted |= {
            "verified": filters.verified,
            "region__startswith": filters.region.strip() or None,
            "accept_rate_bp__gte": filters.accept_rate_min,
            "answer_minutes__lte": filters.answer_max,
            "median_reposts__gte": filters.reposts_min,
            "median_comments__gte": filters.comments_min,
            f"cpm_{filters.form}__lte": filters.cpm_max,
        }
    return Q(**{name: value for name, value in wanted.items() if value is not None})
