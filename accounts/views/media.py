"""自媒体帐号 of an owner: state, prices, 接单申请, rating with its parts and advice (R9-R11, R140, R142, R143)."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.db.models import F
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import advice, media, price_bands, rating, sheets, workspace
from accounts.forms import CategoryForm, PriceForm
from accounts.models import MediaAccount, User
from accounts.querysets import MediaAccountQuerySet
from accounts.views.refused import tell
from accounts.workspace import owner_required
from weitask import clock, lists, sorting
from weitask.forms import put_problems
from weitask.lists import Found
from weitask.refusal import Problem, Refusal
from weitask.sorting import Sort

SORTS = (
    Sort("-followers", gettext_lazy("粉丝数从多到少"), F("followers"), falling=True),
    Sort("-rating", gettext_lazy("评级从高到低"), F("rating"), falling=True),
)


@owner_required
@require_GET
def media_accounts(request: HttpRequest) -> HttpResponse:
    """The accounts of the owner, newest first; `?ordering=` one of `SORTS`."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    mine = _mine(request).select_related("category")
    context = {"page": sorting.page(request, mine, SORTS), "sorts": SORTS}
    return render(request, "accounts/media_accounts.html", context)


@owner_required
@require_http_methods(["GET", "POST"])
def media_account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account; POST sets the prices."""
    account = get_object_or_404(_mine(request).select_related("category", "weibo"), pk=pk)
    prices = PriceForm(
        request.POST or None,
        initial={"price_original": account.price_original, "price_repost": account.price_repost},
    )
    if request.method == "POST" and prices.is_valid():

        def save() -> None:
            media.set_prices(
                account=account,
                by=account.owner,
                original=prices.cleaned_data["price_original"],
                repost=prices.cleaned_data["price_repost"],
                now=clock.now(),
            )

        problems = _try(save, prices)
        if problems is None:
            messages.success(request, _("价格已保存，只影响之后的新订单。"))
            return HttpResponseRedirect(reverse("media_account", args=[pk]))
    category = CategoryForm(initial={"category": account.category})
    return _page(request, account, prices, category)


@owner_required
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """接单申请 of an 企业认证 account; others set their category freely."""
    account = get_object_or_404(_mine(request), pk=pk)
    category = CategoryForm(request.POST)
    verb = media.apply_for_taking if account.organisation else media.set_category
    if category.is_valid():

        def save() -> None:
            verb(account=account, by=account.owner, category=category.cleaned_data["category"], now=clock.now())

        if _try(save, category) is None:
            done = _("接单申请已提交，请等待审核。") if account.organisation else _("帐号类别已保存。")
            messages.success(request, done)
            return HttpResponseRedirect(reverse("media_account", args=[pk]))
    prices = PriceForm(initial={"price_original": account.price_original, "price_repost": account.price_repost})
    return _page(request, account, prices, category)


@owner_required
@require_POST
def opt_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether 个人用户 may choose the account (A26)."""
    account = get_object_or_404(_mine(request), pk=pk)
    try:
        accepts = request.POST.get("accepts") == "1"
        media.set_opt_in(account=account, by=account.owner, accepts=accepts, now=clock.now())
    except Refusal as refusal:
        tell(request, refusal)
    return HttpResponseRedirect(reverse("media_account", args=[pk]))


def _found(owner: User, asked: QueryDict) -> Found:
    rows, key = sorting.order(asked, MediaAccount.objects.owned_by(owner).select_related("category"), SORTS)
    return Found(sheets.ACCOUNTS, rows, key, sheets.of_accounts)


_FILE: Final = lists.offer("media_accounts", gettext_lazy("我的帐号"), _found)


def _mine(request: HttpRequest) -> MediaAccountQuerySet:
    user = workspace.active(request).user
    return MediaAccount.objects.owned_by(user) if user else MediaAccount.objects.none()


def _try(save: Callable[[], None], form: Form) -> list[Problem] | None:
    """None when it went well; otherwise the problems are at their fields and what is left is answered."""
    try:
        save()
    except Refusal as refusal:
        rest = put_problems(form, refusal)
        for problem in rest:
            form.add_error(None, problem.message)
        return rest
    return None


def _page(request: HttpRequest, account: MediaAccount, prices: PriceForm, category: CategoryForm) -> HttpResponse:
    placed = price_bands.of_account(account)
    context = {
        "account": account,
        "prices": prices,
        "category": category,
        "placed": placed,
        "peers": price_bands,
        "advice": advice.advise(account=account, prices=placed),
        "score": (score := account.scores.first()),
        "parts": rating.named(score.parts) if score else [],
        "decisions": account.decisions.all()[:10],
    }
    status = 400 if prices.errors or category.errors else 200
    return render(request, "accounts/media_account.html", context, status=status)
