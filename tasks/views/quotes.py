"""报价单: sharing what a draft costs, and the page that a link shows (R31)."""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.views.refused import tell
from accounts.workspace import advertiser_required, own_advertiser
from tasks import sharing
from tasks.models import SharedQuote, Task
from weitask import clock, keyset, lists, sorting
from weitask.forms import whole_numbers
from weitask.refusal import Refusal
from weitask.sorting import Sort
from weitask.xlsx import Sheet, amount

SORTS: Final = (
    Sort("oldest", gettext_lazy("最早"), F("pk")),
    Sort("expires", gettext_lazy("即将到期"), sorting.moment("expires_at")),
)


@advertiser_required
@require_http_methods(["GET", "POST"])
def quotes(request: HttpRequest, pk: int) -> HttpResponse:
    """The links of a draft, newest first or by one of `SORTS`, and a form for another one.

    They are so few (`sharing.AT_ONCE`) that `?format=xlsx` is answered at once.
    """
    task = _mine(request, pk)
    if request.method == "POST":
        days = next(iter(whole_numbers(request.POST.getlist("days"))), 0)
        try:
            sharing.share(task=task, by=task.advertiser.user, days=days, now=clock.now())
        except Refusal as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("报价单已生成，复制链接发给对方即可。"))
        return HttpResponseRedirect(reverse("task_quotes", args=[pk]))
    live = task.quotes.filter(expires_at__gt=clock.now()).defer("text", "lines")
    if lists.is_wanted(request):
        return lists.file_of(_sheet(request, keyset.in_order(*sorting.order(request.GET, live, SORTS))))
    page = sorting.page(request, live, SORTS)
    rows = [(one, _link(request, one)) for one in page.rows]
    context = {"task": task, "page": page, "rows": rows, "days": sharing.DAYS, "sorts": SORTS}
    return render(request, "tasks/quotes.html", context)


@advertiser_required
@require_POST
def take_back(request: HttpRequest, pk: int, quote: int) -> HttpResponse:
    """The link shows nothing any more."""
    task = _mine(request, pk)
    sharing.take_back(quote=get_object_or_404(task.quotes, pk=quote), by=task.advertiser.user)
    messages.success(request, _("报价单已撤回，链接不再有效。"))
    return HttpResponseRedirect(reverse("task_quotes", args=[pk]))


@never_cache
@require_GET
def quote(request: HttpRequest, token: str) -> HttpResponse:
    """What the link shows to anybody, without a login and unseen by search engines."""
    found = sharing.read(token=token, now=clock.now())
    context: dict[str, Any] = {"quote": found}
    if found is not None:
        context["lines"] = [{**line, "start_at": _moment(line["start_at"])} for line in found.lines]
    response = render(request, "tasks/quote.html", context, status=200 if found else 404)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _sheet(request: HttpRequest, quotes: QuerySet[SharedQuote]) -> Sheet:
    head = [_("链接"), _("合计（元）"), _("有效期至（北京时间）")]
    return Sheet(_("分享报价"), head, [[_link(request, one), amount(one.total), one.expires_at] for one in quotes])


def _link(request: HttpRequest, quote: SharedQuote) -> str:
    return request.build_absolute_uri(reverse("quote", args=[quote.token]))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _mine(request: HttpRequest, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(own_advertiser(request)), pk=pk)
