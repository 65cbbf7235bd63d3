"""写任务: content, chosen accounts, and 提交审核, with everything typed kept whatever is wrong (R20-R34)."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Advertiser
from accounts.views.refused import tell
from accounts.workspace import advertiser_required, own_advertiser
from billing import queries as money
from tasks import drafting, hints, policy, queries, quoting, review, source
from tasks.forms import (
    RowForm,
    Rows,
    TaskForm,
    account_ids,
    image_ids,
    initial_of,
    offer_starts,
    put_row_problems,
    rows_of,
    task_input,
)
from tasks.models import Form, Image, Task
from weitask import clock
from weitask.forms import put_problems, whole_numbers
from weitask.periods import shanghai
from weitask.refusal import Problem, Refusal
from weitask.retrying import retrying


@dataclass
class Editor:
    """The state of the page: the draft if it is saved already, both forms, and problems of the whole."""

    advertiser: Advertiser
    task: Task | None
    form: TaskForm
    rows: "BaseFormSet[RowForm]"
    problems: list[Problem]
    pictures: tuple[int, ...]
    price_agreed: int | None = None


@advertiser_required
@require_http_methods(["GET", "POST"])
def task_new(request: HttpRequest) -> HttpResponse:
    """A new draft. An enterprise below the threshold sees how far it is instead (R8, A31)."""
    advertiser = own_advertiser(request)
    total = policy.recharged_total(advertiser=advertiser)
    if advertiser.is_enterprise and total < policy.THRESHOLD:
        return render(request, "tasks/threshold.html", {"recharged": total, "threshold": policy.THRESHOLD})
    return _edit(request, advertiser, None)


@advertiser_required
@require_http_methods(["GET", "POST"])
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft, or a task that was rejected or lapsed in review (R23, R28)."""
    advertiser = own_advertiser(request)
    task = get_object_or_404(Task.objects.visible_to(advertiser), pk=pk)
    if not task.is_editable:
        messages.info(request, _("任务已提交，不能修改。"))
        return HttpResponseRedirect(reverse("task", args=[pk]))
    return _edit(request, advertiser, task)


@advertiser_required
@require_POST
def task_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    advertiser = own_advertiser(request)
    task = get_object_or_404(Task.objects.visible_to(advertiser), pk=pk)
    try:
        drafting.delete(task=task, by=advertiser.user)
    except Refusal as refusal:
        tell(request, refusal)
        return HttpResponseRedirect(reverse("task", args=[pk]))
    messages.success(request, _("草稿已删除。"))
    return HttpResponseRedirect(reverse("tasks"))


@advertiser_required
@require_POST
def task_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft with the same content and accounts."""
    advertiser = own_advertiser(request)
    task = get_object_or_404(Task.objects.visible_to(advertiser), pk=pk)
    try:
        fresh = drafting.copy(task=task, by=advertiser.user, now=clock.now())
    except Refusal as refusal:
        tell(request, refusal)
        return HttpResponseRedirect(reverse("task", args=[pk]))
    return HttpResponseRedirect(reverse("task_edit", args=[fresh.pk]))


@advertiser_required
@require_GET
def fetch_source(request: HttpRequest) -> HttpResponse:
    """The original behind a link, or 无法取回数据 with a way to try again; nothing typed is touched (R34)."""
    found, why = None, ""
    url = request.GET.get("source_url", "").strip()
    if url:
        try:
            found = source.fetch(advertiser=own_advertiser(request), url=url, now=clock.now())
        except Refusal as refusal:
            why = str(refusal)
    return render(request, "tasks/_source.html", {"source": found, "why": why})


@advertiser_required
@require_POST
def text_hints(request: HttpRequest) -> HttpResponse:
    """What the machine would say to the texts as typed so far, while typing goes on."""
    texts = [value for name, value in request.POST.items() if name == "text" or name.endswith("-text")]
    typed = [str(text) for text in texts if str(text).strip()]
    return render(request, "tasks/_hints.html", {"hints": hints.of_texts(typed), "typed": bool(typed)})


@advertiser_required
@require_POST
def running_sum(request: HttpRequest, pk: int) -> HttpResponse:
    """Reach and cost of what the page says now: its form, and the rows that are not taken out (R31)."""
    advertiser = own_advertiser(request)
    task = get_object_or_404(Task.objects.visible_to(advertiser), pk=pk)
    form = TaskForm(request.POST, personal=not advertiser.is_enterprise)
    editor = Editor(advertiser, task, form, Rows(request.POST, prefix="rows"), [], ())
    return render(request, "tasks/_running_sum.html", _sum(editor, _quote(editor, kept=True)))


def _edit(request: HttpRequest, advertiser: Advertiser, task: Task | None) -> HttpResponse:
    personal = not advertiser.is_enterprise
    if request.method != "POST":
        first = {"form": Form.REPOST if personal else Form.ORIGINAL}
        form = TaskForm(initial=initial_of(task) if task else first, personal=personal)
        rows = Rows(initial=rows_of(task) if task else [], prefix="rows")
        return _page(request, Editor(advertiser, task, form, rows, [], tuple(task.image_ids) if task else ()))
    form = TaskForm(request.POST, personal=personal)
    rows = Rows(request.POST, prefix="rows")
    editor = Editor(advertiser, task, form, rows, [], image_ids(request.POST))
    if request.POST.get("action") == "autosave":
        return _autosave(request, editor)
    if not (form.is_valid() & rows.is_valid()):
        return _page(request, editor, status=400)
    try:
        saved = _save(request, editor)
        action = request.POST.get("action")
        if action == "submit":
            return _submit(request, saved)
    except Refusal as refusal:
        return _refused(request, editor, refusal)
    if action == "choose":
        return HttpResponseRedirect(f"{reverse('market')}?task={saved.pk}")
    messages.success(request, _("草稿已保存。"))
    return HttpResponseRedirect(reverse("task_edit", args=[saved.pk]))


def _autosave(request: HttpRequest, editor: Editor) -> JsonResponse:
    """`{"url", "at"}` of the saved draft, or `{"why"}` when what is typed so far cannot be saved; nothing is shown."""
    if not (editor.form.is_valid() & editor.rows.is_valid()):
        return JsonResponse({"why": _("有内容需要修改，暂未自动保存")}, status=400)
    try:
        saved = _save(request, editor)
    except Refusal as refusal:
        return JsonResponse({"why": str(refusal)}, status=refusal.status)
    at = f"{shanghai(clock.now()):%H:%M}"
    return JsonResponse({"url": reverse("task_edit", args=[saved.pk]), "at": _("草稿已自动保存 %(at)s") % {"at": at}})


def _save(request: HttpRequest, editor: Editor) -> Task:
    """Save the draft first: whatever the submission says, nothing typed is lost (R30)."""
    kept = [row.as_input() for row in editor.rows.forms if not row.cleaned_data.get("remove")]
    data = task_input(editor.form, request.POST, kept)
    by, now = editor.advertiser.user, clock.now()
    if editor.task is None:
        editor.task = drafting.create(advertiser=editor.advertiser, by=by, data=data, now=now)
    else:
        editor.task = drafting.change(task=editor.task, by=by, data=data, now=now)
    return editor.task


def _submit(request: HttpRequest, task: Task) -> HttpResponse:
    price = next(iter(whole_numbers(request.POST.getlist("price_agreed"))), None)
    by = task.advertiser.user
    retrying(lambda: review.submit(task=task, by=by, now=clock.now(), price_agreed=price))
    messages.success(request, _("已提交审核。通过后会立即通知所选帐号，结果会用站内通知告诉您。"))
    return HttpResponseRedirect(reverse("task", args=[task.pk]))


def _refused(request: HttpRequest, editor: Editor, refusal: Refusal) -> HttpResponse:
    """Every broken rule at its row or field, with all that was typed."""
    rest = put_row_problems(editor.rows, refusal.problems)
    editor.problems = put_problems(editor.form, Refusal.many(rest)) if rest else []
    if any(problem.code == "price_changed" for problem in refusal.problems) and editor.task is not None:
        editor.price_agreed = _quote(editor).total
    return _page(request, editor, status=refusal.status)


def _quote(editor: Editor, *, kept: bool = False) -> quoting.Quote:
    """The price of every row, or of those that are `kept` alone."""
    ids = account_ids(row for row in editor.rows.forms if not (kept and row["remove"].value()))
    form = str(editor.form["form"].value() or Form.REPOST)
    known = queries.namable(advertiser=editor.advertiser, task=editor.task)
    return quoting.quote(form=form, account_ids=ids, now=clock.now(), among=known)


def _page(request: HttpRequest, editor: Editor, *, status: int = 200) -> HttpResponse:
    quote = _quote(editor)
    first, last = offer_starts([editor.form, *editor.rows.forms], now=clock.now())
    ids = account_ids(editor.rows.forms)
    accounts = queries.namable(advertiser=editor.advertiser, task=editor.task).in_bulk(ids)
    known = Image.objects.filter(advertiser=editor.advertiser).in_bulk(editor.pictures)
    lines: list[dict[str, Any]] = [
        {"form": row, "account": accounts.get(pk), "quote": one}
        for row, pk, one in zip(editor.rows.forms, ids, quote.rows, strict=True)
    ]
    context = {
        "task": editor.task,
        "form": editor.form,
        "rows": editor.rows,
        "lines": lines,
        "images": [known[pk] for pk in editor.pictures if pk in known],
        "problems": editor.problems,
        "first_start": first,
        "last_start": last,
        "price_agreed": editor.price_agreed,
        **_sum(editor, quote),
        "decision": editor.task.decisions.first() if editor.task else None,
    }
    return render(request, "tasks/editor.html", context, status=status)


def _sum(editor: Editor, quote: quoting.Quote) -> dict[str, Any]:
    """What the task costs and what is left after it."""
    wallet = money.wallet(advertiser_id=editor.advertiser.pk, now=clock.now())
    left = wallet.spendable - quote.total
    return {"task": editor.task, "quote": quote, "count": len(quote.rows), "wallet": wallet, "after": left}
