"""选择帐号: the market with its filters, and putting the chosen into a draft (R5, R7, R21, R29)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts import favourites, indicators, queries, slots
from accounts.models import Advertiser, Category, MediaAccount, User
from accounts.searching import Search
from accounts.views.refused import tell
from accounts.workspace import advertiser_of, advertiser_required, own_advertiser
from tasks import drafting, quoting
from tasks.models import LIVE, Form, Task
from tasks.policy import MAX_SELECTIONS
from tasks.views.cells import Column, typed
from weitask import clock, keyset, lists
from weitask.forms import ShanghaiField, YuanField, whole_numbers
from weitask.lists import Found
from weitask.refusal import Refusal

AT_A_TIME = 5
ENTERPRISE = ("region", "verified", "accept_rate_min", "answer_max", "reposts_min", "comments_min", "cpm_max")
MORE = ("followers_min", "followers_max", "price_min", "price_max", "rating_min", *ENTERPRISE)


class FilterForm(forms.Form):
    """Filters live in the address, so that a search can be kept and shared."""

    form = forms.ChoiceField(label=_("形式"), choices=Form.choices, required=False)
    category = forms.ModelChoiceField(
        Category.objects.all(), label=_("类别"), required=False, to_field_name="slug", empty_label=_("全部类别")
    )
    q = forms.CharField(label=_("昵称"), required=False, max_length=30)
    followers_min = forms.IntegerField(label=_("粉丝不少于"), required=False, min_value=0)
    followers_max = forms.IntegerField(label=_("粉丝不多于"), required=False, min_value=0)
    price_min = YuanField(label=_("价格不低于（元）"), required=False)
    price_max = YuanField(label=_("价格不高于（元）"), required=False)
    rating_min = forms.IntegerField(label=_("评级不低于"), required=False, min_value=0, max_value=100)
    region = forms.CharField(label=_("地区"), required=False, max_length=20)
    verified = forms.TypedChoiceField(
        label=_("认证"),
        required=False,
        choices=[("", _("不限")), ("true", _("已认证")), ("false", _("未认证"))],
        coerce=lambda value: value == "true",
        empty_value=None,
    )
    accept_rate_min = forms.IntegerField(label=_("接单率不低于（%）"), required=False, min_value=0, max_value=100)
    answer_max = forms.IntegerField(label=_("平均响应不超过（分钟）"), required=False, min_value=0, max_value=10**6)
    reposts_min = forms.IntegerField(label=_("转发中位数不少于"), required=False, min_value=0, max_value=10**9)
    comments_min = forms.IntegerField(label=_("评论中位数不少于"), required=False, min_value=0, max_value=10**9)
    cpm_max = YuanField(label=_("千粉价不高于（元）"), required=False)
    free_at = ShanghaiField(label=_("此时空闲（北京时间）"), required=False)
    favourites = forms.BooleanField(label=_("只看收藏"), required=False)
    ordering = forms.ChoiceField(
        label=_("排序"),
        required=False,
        choices=[
            ("-followers", _("粉丝最多")),
            ("price", _("价格最低")),
            ("-rating", _("评级最高")),
            ("cpm", _("千粉价最低")),
        ],
    )

    @property
    def asked(self) -> str:
        """All that the form shows of this search, as one word: the same word, the same form."""
        return urlencode([(name, self.data.get(name, "")) for name in self.fields])

    def more_is_used(self) -> bool:
        """Whether a filter that is folded away is set or wrong; then it must be seen."""
        return any(self[name].value() not in (None, "") for name in MORE)

    def for_enterprises(self) -> list[Any]:
        """The fields over columns that a 个人用户 does not see (R7)."""
        return [self[name] for name in ENTERPRISE]

    def filters(self, *, form: str) -> queries.MarketFilters:
        """What the market understands; a field that is wrong filters nothing and shows its error."""
        data: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        category = data.pop("category", None)
        at = data.pop("free_at", None)
        data.pop("form", None)
        if "accept_rate_min" in data:
            data["accept_rate_min"] *= 100  # per cent typed, basis points asked
        return queries.MarketFilters(
            form=form, category=category.slug if category else "", free_only=at is not None, **data
        )


@advertiser_required
@require_GET
def market(request: HttpRequest) -> HttpResponse:
    """The accounts this advertiser may choose; with `?task=` they can be put into that draft."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    advertiser, now = own_advertiser(request), clock.now()
    task, search = _task(request.GET, advertiser), FilterForm(request.GET)
    found = _search(advertiser, task, search)
    form, at = found.filters.form, found.at
    key = queries.sort_key(advertiser=advertiser, filters=found.filters)
    page = keyset.ordered(
        found,
        key=key.removeprefix("-"),
        descending=key.startswith("-"),
        after=request.GET.get("after", ""),
    )
    here = {account.pk for account in page.rows}
    marked = favourites.among(advertiser=advertiser, account_ids=sorted(here))
    columns = _columns(advertiser, form)
    context = {
        "task": task,
        "search": search,
        "page": page,
        "rows": [
            _row(account, columns, form=form, at=at, advertiser=advertiser, now=now) | {"marked": account.pk in marked}
            for account in page.rows
        ],
        "favourites": found.filters.favourites,
        "columns": columns,
        "chosen": set(task.selections.values_list("account_id", flat=True)) if task else set(),
        "ticked": whole_numbers(request.GET.getlist("account"))[:MAX_SELECTIONS],
        "here": here,
        "form": form,
        "at": at,
    }
    return render(request, "tasks/market.html", context)


@advertiser_required
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Up to five accounts side by side, a line for each figure this advertiser may see (R21, R141)."""
    advertiser = own_advertiser(request)
    ticked = list(dict.fromkeys(whole_numbers(request.GET.getlist("account"))))
    accounts = queries.visible_accounts(advertiser=advertiser, account_ids=ticked[:AT_A_TIME])
    now = clock.now()
    lines = [
        {"label": one.label, "cells": [one.cell(account) for account in accounts]}
        for one in map(Column.of, indicators.shown_to(advertiser))
        if one.indicator.key != "screen_name"
    ]
    columns = [
        {
            "account": account,
            "free": slots.nearest_free(account_id=account.pk, start=now, now=now),
            "without": [other.pk for other in accounts if other != account],
        }
        for account in accounts
    ]
    context = {"columns": columns, "lines": lines, "left_out": len(ticked) > AT_A_TIME, "most": AT_A_TIME}
    return render(request, "tasks/compare.html", context)


@advertiser_required
@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the ticked accounts into a draft, at the prices that were shown."""
    advertiser = own_advertiser(request)
    task = get_object_or_404(Task.objects.visible_to(advertiser), pk=pk)
    ticked = whole_numbers(request.POST.getlist("account"))
    if task.state in LIVE:  # 增加订单 has its own page (R33)
        query = urlencode({"account": ticked}, doseq=True)
        return HttpResponseRedirect(f"{reverse('task_add_orders', args=[pk])}?{query}")
    already = set(task.selections.values_list("account_id", flat=True))
    fresh = [one for one in dict.fromkeys(ticked) if one not in already]
    if fresh:
        try:
            drafting.choose(task=task, by=advertiser.user, account_ids=fresh, now=clock.now())
        except Refusal as refusal:
            tell(request, refusal)
    return HttpResponseRedirect(reverse("task_edit", args=[pk]))


@advertiser_required
@require_GET
def sum_of_choice(request: HttpRequest) -> HttpResponse:
    """Reach and cost of what is ticked, while choosing (R31)."""
    form = request.GET.get("form", Form.REPOST)
    visible = MediaAccount.objects.visible_to(own_advertiser(request))
    ticked = whole_numbers(request.GET.getlist("account"))[:MAX_SELECTIONS]
    known = list(visible.filter(pk__in=ticked).values_list("pk", flat=True))
    quote = quoting.quote(form=form, account_ids=known, now=clock.now())
    return render(request, "tasks/_sum.html", {"quote": quote, "count": len(known)})


def _search(advertiser: Advertiser, task: Task | None, search: FilterForm) -> Search:
    """What is looked for: for the form and the start of a draft where one is named."""
    search.is_valid()
    form = (
        task.form
        if task
        else search.cleaned_data.get("form") or (Form.ORIGINAL if advertiser.is_enterprise else Form.REPOST)
    )
    at = search.cleaned_data.get("free_at") or (task.start_at if task else None)
    return Search(advertiser, search.filters(form=form), at)


def _task(asked: QueryDict, advertiser: Advertiser) -> Task | None:
    named = whole_numbers(asked.getlist("task"))
    return get_object_or_404(Task.objects.visible_to(advertiser), pk=named[-1]) if named else None


def _row(
    account: MediaAccount,
    columns: Sequence[Column],
    *,
    form: str,
    at: datetime | None,
    advertiser: Advertiser,
    now: datetime,
) -> dict[str, Any]:
    busy = bool(getattr(account, "busy", False))
    why = queries.why_not(account, form=form, start=at, advertiser=advertiser, busy=busy)
    free = slots.nearest_free(account_id=account.pk, start=at, now=now) if busy and at else []
    return {"account": account, "cells": [one.cell(account) for one in columns], "why_not": why, "free": free}


def _found(user: User, asked: QueryDict) -> Found:
    """What this advertiser may see of each account, and nothing else: the matrix that the page and the API walk."""
    advertiser = advertiser_of(user)
    columns = indicators.shown_to(advertiser)
    said = {"percent": gettext("%(name)s（%%）"), "fen": gettext("%(name)s（元）")}
    head = [said.get(one.unit, "%(name)s") % {"name": one.label} for one in columns]
    search = _search(advertiser, _task(asked, advertiser), FilterForm(asked))
    key = queries.sort_key(advertiser=advertiser, filters=search.filters)
    return Found(head, search, key, lambda some: ([typed(one, account) for one in columns] for account in some))


_FILE: Final = lists.offer("market", _("帐号"), _found)


def _columns(advertiser: Advertiser, form: str) -> list[Column]:
    """The figures shown as columns: those of the form asked for, and not what the name cell says already."""
    other = "repost" if form == Form.ORIGINAL else "original"
    left_out = {"screen_name", "category", "organisation", f"price_{other}", f"cpm_{other}"}
    return [Column.of(one) for one in indicators.shown_to(advertiser) if one.key not in left_out]
