"""Who may ask for what, and when: every broken rule of a submission at once, each at its field and row."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any, Final

from django.db.models import Exists, Func, OuterRef, QuerySet, Value
from django.utils.translation import gettext as _

from accounts import slots
from accounts.models import Advertiser, MediaAccount, User
from accounts.queries import price_of
from billing import queries as wallets
from tasks import source
from tasks.models import Form, Item, Task
from tasks.planning import Plan, Wish, own_images, text_to_post
from weitask import arrays, money
from weitask.gateways.weibo_text import LONG_LIMIT, SHORT_LIMIT, text_length
from weitask.periods import SLOT, START_FROM, START_TO, shanghai
from weitask.questions import Rows
from weitask.refusal import Forbidden, Problem

THRESHOLD: Final = 200_000  # fen of accumulated recharge before an enterprise creates a task (R8)
MAX_IMAGES: Final = 9  # weibo.md section 4
MAX_SELECTIONS: Final = 1_000
RECHARGE_LINK: Final = "/wallet/recharge/"
# An earlier order of the task in one of these states left no post behind, so its text may be sent again (A44).
_UNPOSTED: Final = ("refused", "lapsed", "cancelled", "failed")


def creation_problems(*, advertiser: Advertiser, form: str) -> list[Problem]:
    """Why this advertiser may not create a task of this form now (R2, R8, A31)."""
    return [*_form(advertiser, form), *_threshold(advertiser)]


def passed_threshold(*, task: Task) -> bool:
    """Whether R8 was asked at its creation: a refund since then does not lock the draft, an upgrade unlocks none."""
    return task.kind_then == Advertiser.Kind.ENTERPRISE


def require_own(*, advertiser: Advertiser, by: User) -> None:
    """Refuse unless the user is the advertiser.

    Raises:
        Forbidden: `not_yours`.
    """
    if advertiser.user_id != by.pk:
        raise Forbidden("not_yours", _("只能操作自己的任务"))


def recharged_total(*, advertiser: Advertiser) -> int:
    """累计充值, fen: successful recharges minus refunds (A30)."""
    return wallets.recharged_total(advertiser_id=advertiser.pk)


def _offered(kind: Advertiser.Kind) -> Rows[MediaAccount]:
    """Accounts by id, with `offered`: whether an advertiser of this kind whose user is `user` may see it."""
    wanted = "(SELECT unnest(%(expressions)s::bigint[]))"

    def rows(ids: Value, user: Any) -> QuerySet[MediaAccount]:
        offered = MediaAccount.objects.visible_to(Advertiser(kind=kind, user_id=user)).filter(pk=OuterRef("pk"))
        return MediaAccount.objects.annotate(offered=Exists(offered)).filter(pk__in=Func(ids, template=wanted))

    return Rows(rows)


_OFFERED: Final = {kind: _offered(kind) for kind in Advertiser.Kind}


def chosen(plan: Plan) -> Mapping[int, MediaAccount]:
    """The accounts of the plan by id, each with `offered`: whether the advertiser may see it (R5, R12, R14, R70)."""
    asked = _OFFERED[Advertiser.Kind(plan.advertiser.kind)]
    ids = arrays.literal(set(plan.account_ids))
    return {account.pk: account for account in asked.all(ids=ids, user=plan.advertiser.user_id)}


def problems(
    *,
    plan: Plan,
    now: datetime,
    accounts: Mapping[int, MediaAccount] | None = None,
    images: Collection[int] | None = None,
) -> list[Problem]:
    """Every rule the plan breaks at `now`, money apart (R2-R14, R25, R26, R29, R70, A14, A44).

    What the caller has read already is not read again: the plan's accounts (see `chosen`), and the ids of those of its
    pictures that are the advertiser's own.
    """
    own = own_images(plan) if images is None else images
    found = [*_form(plan.advertiser, plan.task.form), *_content(plan, set(own)), *_source(plan)]
    if not plan.addition:
        found += _start(plan.task.start_at, now, row=None)
        if not passed_threshold(task=plan.task):
            found += _threshold(plan.advertiser)
    if not plan.wishes:
        return [*found, *_unwritten(plan.task), Problem("selections", _("请选择帐号"), field="selections")]
    if len(plan.wishes) > MAX_SELECTIONS:
        return [*found, too_many_selections()]
    for wish in plan.wishes:
        found += _start(wish.start_at, now, row=wish.row)
        found += _wish_content(plan, wish)
    known = chosen(plan) if accounts is None else accounts
    return [*found, *_accounts(plan, known), *_busy(plan.wishes, now), *_repeats(plan)]


def too_many_selections() -> Problem:
    """More accounts than one task takes."""
    message = _("一次最多选择 %(most)d 个帐号") % {"most": MAX_SELECTIONS}
    return Problem("selections", message, field="selections")


def _threshold(advertiser: Advertiser) -> Iterator[Problem]:
    if advertiser.is_enterprise and (recharged := recharged_total(advertiser=advertiser)) < THRESHOLD:
        message = _("累计充值满 %(needed)s 元方可创建任务，还差 %(missing)s 元") % {
            "needed": money.display(THRESHOLD),
            "missing": money.display(THRESHOLD - recharged),
        }
        yield Problem("recharge_threshold", message, link=RECHARGE_LINK)


def _form(advertiser: Advertiser, form: str) -> Iterator[Problem]:
    if form not in Form.values:
        yield Problem("form", _("请选择原发或转发"), field="form")
    elif form == Form.ORIGINAL and not advertiser.is_enterprise:
        yield Problem("form_not_allowed", _("个人用户只能发布转发任务"), field="form")


def _content(plan: Plan, own: set[int]) -> Iterator[Problem]:
    task = plan.task
    yield from _images_owned(plan, own)
    # With a text of its own in every selection the task needs none.
    if task.text:
        yield from _length(task.form, task.text, row=None)
    if len(task.image_ids) > MAX_IMAGES:
        yield Problem("too_many_images", _("最多 9 张配图"), field="images")


def _unwritten(task: Task) -> Iterator[Problem]:
    if not text_to_post(form=task.form, text=task.text).strip():
        yield Problem("text_missing", _("请填写微博内容"), field="text")


def _wish_content(plan: Plan, wish: Wish) -> Iterator[Problem]:
    form = plan.task.form
    if not wish.text.strip():
        yield Problem("text_missing", _("请填写微博内容"), field="text", row=wish.row)
    elif wish.text != plan.task.text:
        yield from _length(form, wish.text, row=wish.row)
    if form == Form.REPOST and wish.image_ids:
        yield Problem("images_not_allowed", _("转发任务不能配图"), field="images", row=wish.row)
    elif len(wish.image_ids) > MAX_IMAGES:
        yield Problem("too_many_images", _("最多 9 张配图"), field="images", row=wish.row)


def _length(form: str, text: str, *, row: int | None) -> Iterator[Problem]:
    limit = LONG_LIMIT if form == Form.ORIGINAL else SHORT_LIMIT
    length = text_length(text)
    if length > limit:
        message = _("内容 %(length)d 字，超过 %(limit)d 字") % {"length": length, "limit": limit}
        yield Problem("text_too_long", message, field="text", row=row)


def _images_owned(plan: Plan, own: set[int]) -> Iterator[Problem]:
    if set(plan.task.image_ids) - own:
        yield Problem("image_unknown", _("配图不存在，请重新上传"), field="images")
    for wish in plan.wishes:
        if set(wish.image_ids) - own - set(plan.task.image_ids):
            yield Problem("image_unknown", _("配图不存在，请重新上传"), field="images", row=wish.row)


def _source(plan: Plan) -> Iterator[Problem]:
    if plan.task.form != Form.REPOST:
        return
    if not plan.task.source_id:
        yield Problem("source_missing", _("请填写需转发的原文链接"), field="source_url")
    elif not source.may_promote(advertiser=plan.advertiser, source_uid=plan.task.source_uid):
        yield Problem("source_not_own", _("个人用户只能推广自己绑定的微博帐号发布的微博"), field="source_url")


def _start(start: datetime | None, now: datetime, *, row: int | None) -> Iterator[Problem]:
    """Whole minutes, from one hour to seven days after `now`, both ends allowed (R25, R26, A14)."""
    if start is None:
        yield Problem("start_missing", _("请设定开始时间"), field="start_at", row=row)
    elif start.second or start.microsecond:
        yield Problem("start_not_whole_minute", _("开始时间须为整分钟"), field="start_at", row=row)
    elif start < now + START_FROM:
        yield Problem("start_too_early", _("开始时间须在提交时间的一小时之后"), field="start_at", row=row)
    elif start > now + START_TO:
        yield Problem("start_too_late", _("开始时间不能晚于提交时间的 7 天之后"), field="start_at", row=row)


def _accounts(plan: Plan, accounts: Mapping[int, MediaAccount]) -> Iterator[Problem]:
    """Only accounts the advertiser may see; of a hidden one not even its existence is told (R5, R12, R14, R70)."""
    for wish in plan.wishes:
        account = accounts.get(wish.account_id)
        if account is not None and account.owner_id == plan.advertiser.user_id:
            yield Problem("own_account", _("不能选择自己的帐号"), field="account", row=wish.row)
        elif account is None or not account.offered:  # type: ignore[attr-defined]
            yield Problem("account_unavailable", _("该帐号不存在或暂时不能选择"), field="account", row=wish.row)
        elif not price_of(account, plan.task.form):
            yield Problem("account_no_price", _("该帐号未设定此形式的价格"), field="account", row=wish.row)


def _busy(wishes: Sequence[Wish], now: datetime) -> Iterator[Problem]:
    """Accounts with an accepted job within 15 minutes of the wanted start, and when they are free (R29)."""
    timed = [(wish, wish.start_at) for wish in wishes if wish.start_at is not None]
    taken = slots.taken(pairs=[(wish.account_id, start) for wish, start in timed])
    offers = slots.nearest_free_of(pairs=taken, now=now)
    for wish, start in timed:
        if (wish.account_id, start) not in taken:
            continue
        free = offers[wish.account_id, start]
        times = _("、").join(f"{shanghai(moment):%m-%d %H:%M}" for moment in free)
        message = _("该帐号在这 15 分钟内已接受其它任务，最近的空闲时间：%(times)s") % {"times": times or _("无")}
        yield Problem("account_busy", message, field="start_at", row=wish.row)


def _repeats(plan: Plan) -> Iterator[Problem]:
    """One account twice: 15 minutes apart and with different words, because Weibo refuses repeats (A44)."""
    for earlier, later in _pairs_of_one_account(plan.wishes):
        if earlier.start_at and later.start_at and abs(later.start_at - earlier.start_at) < SLOT:
            message = _("同一帐号的两次任务须相隔 15 分钟以上")
            yield Problem("repeat_too_close", message, field="start_at", row=later.row)
        if earlier.text.split() == later.text.split():
            yield Problem("repeat_same_text", _("同一帐号的两次内容不能相同"), field="text", row=later.row)
    if plan.addition:
        yield from _repeats_of_earlier(plan)


def _pairs_of_one_account(wishes: Sequence[Wish]) -> Iterator[tuple[Wish, Wish]]:
    by_account: dict[int, list[Wish]] = defaultdict(list)
    for wish in wishes:
        by_account[wish.account_id].append(wish)
    for same in by_account.values():
        yield from combinations(same, 2)


def _repeats_of_earlier(plan: Plan) -> Iterator[Problem]:
    earlier = Item.objects.filter(submission__task=plan.task, account_id__in=plan.account_ids, lapsed_at=None)
    sent = earlier.exclude(order__state__in=_UNPOSTED).exclude(submission__state__in=("rejected", "lapsed"))
    known = [(item.account_id, item.start_at, item.text.split()) for item in sent]
    for wish in plan.wishes:
        for account_id, start, text in known:
            if account_id != wish.account_id:
                continue
            if wish.start_at and abs(wish.start_at - start) < SLOT:
                message = _("该帐号在本任务中已有 15 分钟内的订单")
                yield Problem("repeat_too_close", message, field="start_at", row=wish.row)
            if text == wish.text.split():
                message = _("该帐号在本任务中已有相同内容的订单，请填写不同的内容")
                yield Problem("repeat_same_text", message, field="text", row=wish.row)
