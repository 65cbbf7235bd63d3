"""评级 of one account: its parts, how it moved and why, what each order costs, and 申诉 (R140, A40, A42)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import rating as rates
from accounts import workspace
from accounts.models import MediaAccount, User
from accounts.workspace import owner_required
from orders import appeals, conduct
from orders.forms import AppealForm
from orders.models import RatingAppeal
from weitask import clock
from weitask.forms import put_problems, whole_numbers
from weitask.refusal import Refusal


@owner_required
@require_http_methods(["GET", "POST"])
def rating(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; POST appeals about an order of it."""
    account = _mine(request, pk)
    now = clock.now()
    costs = conduct.costs(account=account, now=now)
    open_to = [cost for cost in costs if cost.may_appeal]
    choices = [(str(cost.order.pk), f"{cost.order.number} · {cost.mark}") for cost in open_to]
    named = whole_numbers(request.GET.getlist("order"))
    form = AppealForm(request.POST or None, choices=choices, initial={"order": named[-1] if named else ""})
    if request.method == "POST" and form.is_valid():
        chosen = next(cost.order for cost in open_to if str(cost.order.pk) == form.cleaned_data["order"])
        try:
            appeals.appeal(order=chosen, by=account.owner, reason=form.cleaned_data["reason"], now=now)
        except Refusal as refusal:
            for problem in put_problems(form, refusal):
                form.add_error(None, problem.message)
        else:
            messages.success(request, _("申诉已提交，结果会通知您；处理期间评级不变。"))
            return HttpResponseRedirect(reverse("media_rating", args=[pk]))
    score = account.scores.first()
    days = conduct.daily(account=account, now=now)
    context = {
        "account": account,
        "score": score,
        "parts": rates.named(score.parts) if score else [],
        "chart": _chart(days) if len(days) > 1 else None,
        "changes": conduct.changes(account=account),
        "costs": costs,
        "appeals": RatingAppeal.objects.filter(account=account).select_related("order")[:20],
        "form": form if open_to else None,
        "window": rates.WINDOW.days,
    }
    return render(request, "orders/rating.html", context, status=400 if form.errors else 200)


def _chart(days: "list[tuple[conduct.date, int]]") -> dict[str, object]:
    return {
        "moments": [f"{day:%m-%d}" for day, _score in days],
        "lines": [{"name": _("评级"), "values": [score for _day, score in days]}],
    }


def _mine(request: HttpRequest, pk: int) -> MediaAccount:
    user = workspace.active(request).user
    if not isinstance(user, User):
        raise Http404
    return get_object_or_404(MediaAccount.objects.owned_by(user).select_related("owner"), pk=pk)
