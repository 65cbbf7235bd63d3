"""钱包 of an advertiser: every figure with what it means, the statement, and 充值 through Sina Pay (R120-R125)."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts import workspace
from accounts.models import Advertiser, User
from accounts.workspace import advertiser_required
from billing import queries, topups
from billing.forms import RechargeForm
from billing.models import TopUp
from billing.views import statements
from weitask import clock, lists
from weitask.forms import put_problems
from weitask.lists import Found
from weitask.questions import Rows
from weitask.refusal import Refusal
from weitask.visitor import ip_of

_TOPUPS: Final = Rows(lambda advertiser: TopUp.objects.visible_to(advertiser).order_by("-pk")[:5])


@advertiser_required
@require_GET
def wallet(request: HttpRequest) -> HttpResponse:
    """The figures, the last recharges and every line of the book, as `StatementForm` narrows it."""
    advertiser = _advertiser(request)
    if lists.is_wanted(request):
        return _FILE.answer(request)
    lines = queries.statement(advertiser_id=advertiser.pk)
    context = {
        "wallet": queries.wallet(advertiser_id=advertiser.pk, now=clock.now()),
        "topups": _TOPUPS.all(advertiser=advertiser.pk),
        "order_page": "task_order",
        **statements.context(request, lines),
    }
    return render(request, "billing/wallet.html", context)


@advertiser_required
@require_http_methods(["GET", "POST"])
def recharge(request: HttpRequest) -> HttpResponse:
    """Ask for an amount, then send the browser to Sina Pay's cashier."""
    advertiser = _advertiser(request)
    form = RechargeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            amount = form.cleaned_data["amount"]
            topup = topups.start(
                advertiser=advertiser, amount=amount, payer_ip=ip_of(request) or "127.0.0.1", now=clock.now()
            )
        except Refusal as refusal:
            for problem in put_problems(form, refusal):
                messages.error(request, problem.message)
        else:
            if topup.cashier_url:
                return HttpResponseRedirect(topup.cashier_url)
            messages.warning(request, _("新浪支付没有及时回应，正在查询这笔充值。"))
            return HttpResponseRedirect(f"/wallet/recharge/{topup.number}/")
    money = queries.wallet(advertiser_id=advertiser.pk, now=clock.now())
    status = 400 if form.errors else 200
    return render(request, "billing/recharge.html", {"form": form, "wallet": money}, status=status)


@advertiser_required
@require_GET
def returned(request: HttpRequest, number: str) -> HttpResponse:
    """Where the cashier sends the browser back: shows what we know, and believes nothing it is told (F29)."""
    topup = get_object_or_404(TopUp.objects.visible_to(_advertiser(request)), number=number)
    part = request.htmx and "billing/_recharge_state.html"  # type: ignore[attr-defined]
    return render(request, part or "billing/recharge_return.html", {"topup": topup})


@advertiser_required
@require_GET
def came_back(request: HttpRequest) -> HttpResponse:
    """The return address without a number of ours in its path; the query names it, but proves nothing."""
    number = request.GET.get("out_trade_no", "")
    found = TopUp.objects.visible_to(_advertiser(request))
    newest = found.filter(number=number).first() or found.order_by("-pk").first()
    return HttpResponseRedirect(f"/wallet/recharge/{newest.number}/" if newest else "/wallet/")


def _found(user: User, asked: QueryDict) -> Found:
    return statements.found(queries.statement(advertiser_id=workspace.advertiser_of(user).pk), asked)


_FILE: Final = lists.offer("wallet", gettext_lazy("收支明细"), _found)


def _advertiser(request: HttpRequest) -> Advertiser:
    advertiser = workspace.active(request).advertiser
    if advertiser is None:
        raise Http404
    return advertiser
