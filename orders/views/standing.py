"""自动接单: the standing rule of one account (R61)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import workspace
from accounts.models import MediaAccount, User
from accounts.workspace import owner_required
from orders import standing
from orders.forms import StandingRuleForm
from orders.models import StandingRule
from weitask import clock
from weitask.forms import put_problems
from weitask.refusal import Refusal
from weitask.visitor import ip_of


@owner_required
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """What the rule takes; POST sets it."""
    account = _mine(request, pk)
    current = StandingRule.objects.filter(account=account).first()
    form = StandingRuleForm(request.POST or None, initial=StandingRuleForm.initial_of(current))
    if request.method == "POST" and form.is_valid():
        try:
            wanted = form.wanted(ip=ip_of(request))
            standing.set_rule(account=account, by=account.owner, wanted=wanted, now=clock.now())
        except Refusal as refusal:
            for problem in put_problems(form, refusal):
                form.add_error(None, problem.message)
        else:
            messages.success(request, _("自动接单已设定，对之后派来的订单生效。"))
            return HttpResponseRedirect(reverse("media_rule", args=[pk]))
    context = {"account": account, "form": form, "rule": current}
    return render(request, "orders/rule.html", context, status=400 if form.errors else 200)


@owner_required
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to answering by hand."""
    account = _mine(request, pk)
    if standing.drop_rule(account=account, by=account.owner):
        messages.success(request, _("自动接单已关闭，订单由您自己处理。"))
    return HttpResponseRedirect(reverse("media_rule", args=[pk]))


def _mine(request: HttpRequest, pk: int) -> MediaAccount:
    user = workspace.active(request).user
    if not isinstance(user, User):
        raise Http404
    return get_object_or_404(MediaAccount.objects.owned_by(user), pk=pk)
