"""任务 of an advertiser: the list, one task with its orders as they stand, 增加订单 (R33, R66, R88)."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Advertiser, User
from accounts.workspace import advertiser_of, advertiser_required, own_advertiser
from orders import labels, queries, results, sheets, spread, story
from orders.moves import HOLDING_MONEY
from tasks import queries as task_queries
from tasks import quoting, review
from tasks.forms import RowForm, Rows, account_ids, put_row_problems
from tasks.models import LIVE, Image, Task, TaskState
from weitask import clock, lists, sorting
from weitask.forms import chosen, whole_numbers
from weitask.lists import Found
from weitask.refusal import Problem, Refusal
from weitask.retrying import retrying
from weitask.sorting import Sort

SORTS = (
    Sort("start", gettext_lazy("开始时间从早到晚"), sorting.moment("start_at")),
    Sort("-start", gettext_lazy("开始时间从晚到早"), sorting.moment("start_at"), falling=True),
)


@advertiser_required
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """Newest first; `?state=` filters, `?ordering=` sorts, `?format=xlsx` is the same as a file."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    page = sorting.page(request, _asked_for(own_advertiser(request), request.GET), SORTS)
    totals = queries.task_totals(page.rows)
    offers = task_queries.latest_offers([one for one in page.rows if one.pk not in totals])
    rows = [(one, totals.get(one.pk), offers.get(one.pk)) for one in page.rows]
    context = {
        "page": page,
        "states": TaskState.choices,
        "chosen": chosen(request.GET, TaskState),
        "rows": rows,
        "sorts": SORTS,
    }
    return render(request, "orders/tasks.html", context)


def _asked_for(advertiser: Advertiser, asked: QueryDict) -> QuerySet[Task]:
    mine = Task.objects.visible_to(advertiser).only("form", "state", "text", "start_at")
    state = chosen(asked, TaskState)
    return mine.filter(state=state) if state else mine


def _found(user: User, asked: QueryDict) -> Found:
    rows, key = sorting.order(asked, _asked_for(advertiser_of(user), asked), SORTS)
    return Found(sheets.TASKS, rows, key, sheets.of_tasks)


_FILE: Final = lists.offer("tasks", gettext_lazy("任务"), _found)


@advertiser_required
@require_GET
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task; its live part is fetched again by htmx while something can still change."""
    found = get_object_or_404(Task.objects.visible_to(own_advertiser(request)), pk=pk)
    report = results.report(found)
    submission = found.submissions.order_by("-number").first()
    context = {
        "task": found,
        "report": report,
        "submission": submission,
        "moving": found.state in (TaskState.IN_REVIEW, *LIVE)
        or any(line.order.state in HOLDING_MONEY for line in report.lines),
        "now": clock.now(),
    }
    if request.htmx:  # type: ignore[attr-defined]
        part = render(request, "orders/_task_orders.html", context)
        if request.GET.get("seen") != found.state:
            part["HX-Refresh"] = "true"  # buttons and cards around this part differ from state to state
        return part
    context |= {
        "items": submission.items.select_related("account") if submission and not report.lines else [],
        "decisions": found.decisions.select_related("by"),
        "images": Image.objects.filter(pk__in=found.image_ids),
        "can_add": found.state in LIVE,
        "chart": spread.chart(found) if report.lines else None,
    }
    return render(request, "orders/task.html", context)


@advertiser_required
@require_GET
def task_story(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened when, and where the money went: fetched after the page, and again while the task moves."""
    found = get_object_or_404(Task.objects.visible_to(own_advertiser(request)), pk=pk)
    context = {
        "task": found,
        "timeline": story.timeline(found),
        "money": story.money(found),
        "moving": found.state in (TaskState.IN_REVIEW, *LIVE),
    }
    return render(request, "orders/_task_story.html", context)


@advertiser_required
@require_GET
def advertiser_order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order of one's own task, with the evidence (spec 5)."""
    found = get_object_or_404(queries.of_advertiser(own_advertiser(request)), pk=pk)
    context = {
        "order": found,
        "label": labels.label(found),
        "retention": labels.retention(found),
        "evidence": queries.evidence(found),
        "content": queries.content(found),
        "images": Image.objects.filter(pk__in=found.image_ids),
    }
    return render(request, "orders/advertiser_order.html", context)


@advertiser_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """增加订单: the same content goes out at once, a new text is reviewed first (A17)."""
    advertiser = own_advertiser(request)
    found = get_object_or_404(Task.objects.visible_to(advertiser), pk=pk)
    if found.state not in LIVE:
        messages.error(request, _("只有已通过且未结束的任务可以增加订单"))
        return HttpResponseRedirect(reverse("task", args=[pk]))
    if request.method != "POST":
        ticked = whole_numbers(request.GET.getlist("account"))[:100]
        start = found.start_at if found.start_at and found.start_at > clock.now() else None
        rows = Rows(initial=[{"account": one, "start_at": start} for one in ticked], prefix="rows")
        return _add_page(request, found, rows, [])
    rows = Rows(request.POST, prefix="rows")
    problems: list[Problem] = []
    if rows.is_valid():
        chosen = [row.as_input() for row in rows.forms if not row.cleaned_data.get("remove")]
        try:
            retrying(lambda: review.add_orders(task=found, by=advertiser.user, selections=chosen, now=clock.now()))
        except Refusal as refusal:
            problems = put_row_problems(rows, refusal.problems)
        else:
            messages.success(request, _("已增加订单。内容已审核过的会立即派单，新内容需先通过审核。"))
            return HttpResponseRedirect(reverse("task", args=[pk]))
    return _add_page(request, found, rows, problems, status=400)


def _add_page(
    request: HttpRequest, found: Task, rows: Any, problems: list[Problem], *, status: int = 200
) -> HttpResponse:
    ids = account_ids(rows.forms)
    known = task_queries.namable(advertiser=found.advertiser, task=found)
    quote = quoting.quote(form=found.form, account_ids=ids, now=clock.now(), among=known)
    accounts = known.in_bulk(ids)
    for row, one in zip(rows.forms, quote.rows, strict=True):
        _note_price(row, one.price)
    lines = [
        {"form": row, "account": accounts.get(pk), "quote": one}
        for row, pk, one in zip(rows.forms, ids, quote.rows, strict=True)
    ]
    context = {
        "task": found,
        "rows": rows,
        "lines": lines,
        "quote": quote,
        "count": len(lines),
        "problems": problems,
    }
    return render(request, "orders/add.html", context, status=status)


def _note_price(row: RowForm, price: int | None) -> None:
    """Let the row send back the price the page shows; another one by then is asked about once more (A43)."""
    if row.is_bound:
        row.data = {**dict(row.data.items()), row.add_prefix("price_seen"): price or ""}
    else:
        row.initial["price_seen"] = price
