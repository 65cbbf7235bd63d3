"""收入 of an owner, and the bank card it is paid to (R13, R126-R128)."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import workspace
from accounts.models import User
from accounts.workspace import owner_required
from billing import cards, queries
from billing.forms import CardForm, CodeForm
from billing.models import BankCard, Payout
from billing.views import statements
from weitask import clock, lists
from weitask.forms import put_problems
from weitask.gateways.sinapay import CardDetails
from weitask.lists import Found
from weitask.periods import cutoff_for
from weitask.proof import of_the_moment_required
from weitask.questions import Rows
from weitask.refusal import Refusal
from weitask.visitor import ip_of

_BOUND: Final = Rows(lambda owner: BankCard.objects.filter(owner=owner, state=BankCard.State.BOUND).order_by("pk")[:1])
_PAYOUTS: Final = Rows(lambda user: Payout.objects.visible_to(user).select_related("run").order_by("-pk")[:5])


@owner_required
@require_GET
def earnings(request: HttpRequest) -> HttpResponse:
    """What is owed, on its way and paid; the last payments; every line of the book, as `StatementForm` narrows it."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    user = _owner(request)
    card = _bound(user)
    lines = queries.earned(owner_id=user.pk)
    context = {
        "earnings": queries.earnings(owner_id=user.pk),
        "payouts": _PAYOUTS.all(user=user.pk),
        "order_page": "order",
        "card": card and cards.title_of(card),
        "friday": cutoff_for(clock.now()),
        **statements.context(request, lines),
    }
    return render(request, "billing/earnings.html", context)


@owner_required
@require_http_methods(["GET", "POST"])
def bank_card(request: HttpRequest) -> HttpResponse:
    """The card now bound, the one that waits for its code, or the form for a new one."""
    user = _owner(request)
    if request.method == "GET" and "new" not in request.GET and (_bound(user) or _waiting(user)):
        return _card_page(request, user, CardForm(), CodeForm())
    return _new_card(request, user)


@of_the_moment_required
def _new_card(request: HttpRequest, user: User) -> HttpResponse:
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "consent"}
        try:
            cards.submit(
                owner=user, details=CardDetails(**data), client_ip=ip_of(request) or "127.0.0.1", now=clock.now()
            )
        except Refusal as refusal:
            for problem in put_problems(form, refusal):
                messages.error(request, problem.message)
        else:
            messages.info(request, _("验证码已发送到银行预留手机，请在 15 分钟内填写。"))
            return HttpResponseRedirect(reverse("bank_card"))
    return _card_page(request, user, form, CodeForm())


@owner_required
@require_POST
def confirm_card(request: HttpRequest) -> HttpResponse:
    """Finish binding with the texted code; a wrong one is told at its field."""
    user = _owner(request)
    waiting = BankCard.objects.filter(owner=user, state=BankCard.State.PENDING).order_by("-pk").first()
    form = CodeForm(request.POST)
    if waiting is None:
        messages.error(request, _("没有等待验证码的银行卡，请重新填写。"))
        return HttpResponseRedirect(reverse("bank_card"))
    if form.is_valid():
        code, ip = form.cleaned_data["code"], ip_of(request) or "127.0.0.1"
        try:
            cards.confirm(card=waiting, code=code, client_ip=ip, now=clock.now())
        except Refusal as refusal:
            for problem in put_problems(form, refusal):
                messages.error(request, problem.message)
        else:
            messages.success(request, _("银行卡已绑定，收入将在周五结算到这张卡。"))
            return HttpResponseRedirect(reverse("bank_card"))
    return _card_page(request, user, CardForm(), form)


def _card_page(request: HttpRequest, user: User, form: CardForm, code: CodeForm) -> HttpResponse:
    bound, waiting = _bound(user), _waiting(user)
    context = {
        "bound": bound,
        "title": bound and cards.title_of(bound),
        "waiting": waiting and cards.title_of(waiting),
        "form": form,
        "code": code,
        "replacing": "new" in request.GET or bool(form.errors),
    }
    return render(request, "billing/bank_card.html", context, status=400 if form.errors or code.errors else 200)


def _found(user: User, asked: QueryDict) -> Found:
    return statements.found(queries.earned(owner_id=user.pk), asked)


_FILE: Final = lists.offer("earnings", gettext_lazy("收入明细"), _found)


def _bound(user: User) -> BankCard | None:
    return _BOUND.first(owner=user.pk)


def _waiting(user: User) -> BankCard | None:
    mine = BankCard.objects.filter(owner=user, state=BankCard.State.PENDING)
    return mine.exclude(ticket="").order_by("-pk").first()


def _owner(request: HttpRequest) -> User:
    user = workspace.active(request).user
    assert user is not None  # noqa: S101 [owner_required]
    return user
