"""订单 of an owner: the list by label, one order with its content and evidence, 接单 and 拒单 (R60-R64)."""

from typing import Final

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import workspace
from accounts.models import User
from accounts.views.refused import tell
from accounts.workspace import owner_required
from orders import answering, conduct, labels, queries, sheets
from orders.forms import RefusalForm
from orders.models import Order
from orders.moves import Cause
from orders.querysets import OrderQuerySet
from tasks.models import Image
from weitask import clock, keyset, lists, sorting
from weitask.forms import put_problems, whole_numbers
from weitask.lists import Found
from weitask.refusal import Refusal
from weitask.retrying import retrying
from weitask.sorting import Sort
from weitask.visitor import ip_of

SORTS = (
    Sort("start", gettext_lazy("开始时间从早到晚"), sorting.moment("start_at")),
    Sort("-price", gettext_lazy("净收入从高到低"), F("price"), falling=True),
)


@owner_required
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """Orders of one's own accounts; `?state=` is a label, `?account=` an own account, `?ordering=` one of `SORTS`."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    owner = _owner(request)
    page = _shown(request, owner)
    counts, now = queries.label_counts(owner=owner), clock.now()
    clashes = answering.clashes(orders=page.rows, now=now)
    context = {
        "page": page,
        "rows": [(order, labels.label(order), clashes.get(order.pk)) for order in page.rows],
        "labels": [(label, counts[label.slug]) for label in labels.LABELS],
        "total": sum(counts[label.slug] for label in labels.LABELS if not label.is_payout),
        "chosen": request.GET.get("state"),
        "sorts": SORTS,
        "any_open": any(order.state == "dispatched" and order.start_at > now for order in page.rows),
        "now": now,
    }
    return render(request, "orders/inbox.html", context)


@owner_required
@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: exactly what will be posted, what it brings, what it clashes with, what was seen."""
    return _page(request, _mine(request, pk), RefusalForm())


@owner_required
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """接单."""
    found = _mine(request, pk)
    try:
        _accept(request, found)
    except Refusal as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("已接单，到开始时间会自动发布，请保留至少 24 小时。"))
    return HttpResponseRedirect(reverse("order", args=[pk]))


@owner_required
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """拒单 with its reason."""
    found = _mine(request, pk)
    form = RefusalForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data
        try:
            _refuse(request, found, code=reason["reason_code"], reason=reason["reason"])
        except Refusal as refusal:
            for problem in put_problems(form, refusal):
                messages.error(request, problem.message)
        else:
            messages.success(request, _("已拒单，订单不会执行。"))
            return HttpResponseRedirect(reverse("orders"))
    return _page(request, found, form)


@owner_required
@require_POST
def accept_many(request: HttpRequest) -> HttpResponse:
    """接单 of several, the earliest first; each that cannot be taken says why."""
    chosen = whole_numbers(request.POST.getlist("order"))[:100]
    taken = clashed = 0
    for found in queries.of_owner(_owner(request)).filter(pk__in=chosen).order_by("start_at", "pk"):
        try:
            _accept(request, found)
        except Refusal as refusal:
            if found.cause == Cause.SLOT_CLASH:  # read anew: an order accepted just now took its 15 minutes
                clashed += 1
            else:
                messages.error(request, _("%(what)s：%(why)s") % {"what": found.number, "why": refusal})
        else:
            taken += 1
    if taken:
        messages.success(request, ngettext("已接 %(count)s 单", "已接 %(count)s 单", taken) % {"count": taken})
    if clashed:
        words = ngettext("%(count)s 单时段冲突，已自动拒绝", "%(count)s 单时段冲突，已自动拒绝", clashed)
        messages.warning(request, words % {"count": clashed})
    if not chosen:
        messages.info(request, _("请先勾选要接的订单。"))
    return HttpResponseRedirect(reverse("orders"))


def _accept(request: HttpRequest, found: Order) -> None:
    """Once more after a lost race inside PostgreSQL: nobody is to see a deadlock (F41)."""

    def answer() -> None:
        with answering.turn(order=found):
            answering.accept(order=found, by=_owner(request), ip=ip_of(request), now=clock.now())

    retrying(answer)


def _refuse(request: HttpRequest, found: Order, *, code: str, reason: str) -> None:
    def answer() -> None:
        with answering.turn(order=found):
            answering.refuse(order=found, by=_owner(request), code=code, reason=reason, now=clock.now())

    retrying(answer)


def _owner(request: HttpRequest) -> User:
    user = workspace.active(request).user
    if user is None:
        raise Http404
    return user


def _mine(request: HttpRequest, pk: int) -> Order:
    return get_object_or_404(queries.of_owner(_owner(request)), pk=pk)


def _shown(request: HttpRequest, owner: User) -> keyset.Page | keyset.OrderedPage:
    if request.GET.keys() & {"state", "account", "ordering"}:
        return sorting.page(request, _filtered(owner, request.GET), SORTS)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return keyset.page(queries.LINES.of(user=owner.pk), after=after, before=before)


def _filtered(owner: User, asked: QueryDict) -> OrderQuerySet:
    mine = queries.lines(owner)
    if state := asked.get("state"):
        mine = mine.with_label(state)
    account = whole_numbers(asked.getlist("account"))
    return mine.filter(account_id=account[-1]) if account else mine


def _found(owner: User, asked: QueryDict) -> Found:
    rows, key = sorting.order(asked, _filtered(owner, asked), SORTS)
    return Found(sheets.ORDERS, rows, key, sheets.of_orders)


_FILE: Final = lists.offer("orders", gettext_lazy("订单"), _found)


def _page(request: HttpRequest, found: Order, form: RefusalForm) -> HttpResponse:
    now = clock.now()
    open_now = found.state == "dispatched" and found.start_at > now
    context = {
        "order": found,
        "label": labels.label(found),
        "retention": labels.retention(found),
        "content": queries.content(found),
        "images": Image.objects.filter(pk__in=found.image_ids),
        "open": open_now,
        "clashing": answering.clashing(order=found, now=now)[:5] if open_now else [],
        "prospect": conduct.prospect(order=found, now=now) if open_now else None,
        "forecast": queries.forecast(found),
        "evidence": queries.evidence(found),
        "form": form,
        "now": now,
    }
    return render(request, "orders/order.html", context, status=400 if form.errors else 200)
