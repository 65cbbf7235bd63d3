"""What an advertiser types about a task: the content, and a row for each chosen account (R20, R22)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Form, Task
from weitask.forms import ShanghaiField, whole_numbers
from weitask.periods import START_FROM, START_TO, shanghai
from weitask.refusal import Problem

# Problems of the value itself; a clash with another order is the row's own, whoever set the start.
INHERITED: Final = {"start_missing", "start_not_whole_minute", "start_too_early", "start_too_late", "text_missing"}


class TaskForm(forms.Form):
    """The content every account inherits."""

    form = forms.ChoiceField(label=_("形式"), choices=Form.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("原发/转发语"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "data-count": "weibo"}),
        strip=False,
    )
    source_url = forms.CharField(
        label=_("原文链接"),
        required=False,
        max_length=300,
        help_text=_("转发任务必填，例如 https://weibo.com/1234567890/Abc123XyZ"),
    )
    start_at = ShanghaiField(
        label=_("开始时间（北京时间）"),
        required=False,
        help_text=_("须在提交审核之后 1 小时到 7 天之间；每个帐号可另设。"),
    )

    def __init__(self, *args: Any, personal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if personal:  # R2
            self.fields["form"].choices = [(Form.REPOST.value, Form.REPOST.label)]  # type: ignore[attr-defined]
            self.fields["form"].initial = Form.REPOST


class RowForm(forms.Form):
    """One chosen account: own start and own text, or the task's."""

    account = forms.IntegerField(widget=forms.HiddenInput)
    price_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    start_at = ShanghaiField(label=_("单独开始时间"), required=False)
    text = forms.CharField(
        label=_("单独内容"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2, "data-count": "weibo"}),
    )
    remove = forms.BooleanField(label=_("移除"), required=False, widget=forms.CheckboxInput(attrs={"data-recount": ""}))

    def as_input(self) -> SelectionInput:
        """The row for the domain; call after `is_valid`."""
        data = self.cleaned_data
        return SelectionInput(data["account"], data["start_at"], data["text"], None, data["price_seen"])


def offer_starts(typed: Iterable[forms.Form], *, now: datetime) -> tuple[datetime, datetime]:
    """Let the pickers offer what may be submitted now, and answer the first and the last of it; drafts may hold any
    start, and `policy` judges at the submission (R25, R26)."""
    first = (now + START_FROM + timedelta(minutes=1) - timedelta.resolution).replace(second=0, microsecond=0)
    last = (now + START_TO).replace(second=0, microsecond=0)
    bounds = {"min": f"{shanghai(first):%Y-%m-%dT%H:%M}", "max": f"{shanghai(last):%Y-%m-%dT%H:%M}"}
    for form in typed:
        form.fields["start_at"].widget.attrs.update(bounds)
    return first, last


Rows = forms.formset_factory(RowForm, extra=0, max_num=500, absolute_max=500)


def initial_of(task: Task) -> dict[str, Any]:
    """The draft as the form shows it."""
    return {"form": task.form, "text": task.text, "source_url": task.source_url, "start_at": task.start_at}


def rows_of(task: Task) -> list[dict[str, Any]]:
    """The chosen accounts as the rows show them."""
    return [
        {"account": one.account_id, "price_seen": one.price_seen, "start_at": one.start_at, "text": one.text}
        for one in task.selections.order_by("position", "id")
    ]


def account_ids(rows: Iterable[RowForm]) -> list[int]:
    """The account of each row, in their order; 0 where none is named."""
    return [next(iter(whole_numbers([str(row["account"].value())])), 0) for row in rows]


def image_ids(sent: QueryDict) -> tuple[int, ...]:
    """Pictures named by the page, in their order."""
    return tuple(whole_numbers(sent.getlist("image_ids")))


def task_input(form: TaskForm, sent: QueryDict, selections: Sequence[SelectionInput]) -> TaskInput:
    """Everything typed, for the domain."""
    data = form.cleaned_data
    repost = data["form"] == Form.REPOST
    return TaskInput(
        form=data["form"],
        text=data["text"],
        source_url=data["source_url"] if repost else "",
        image_ids=() if repost else image_ids(sent),
        start_at=data["start_at"],
        selections=tuple(selections),
    )


def put_row_problems(rows: "forms.BaseFormSet[RowForm]", problems: Sequence[Problem]) -> list[Problem]:
    """Put each problem of a row at its row, under its field; answers those that belong to the whole.

    What is wrong with a value that rows inherit is said once, at the task, and not at every row.
    """
    rest: dict[Problem, None] = {}
    kept = [row for row in rows.forms if not row.cleaned_data.get("remove")]
    for problem in problems:
        row = kept[problem.row] if problem.row is not None and problem.row < len(kept) else None
        if row is None:
            rest[problem] = None
        elif problem.code in INHERITED and not row.cleaned_data.get(problem.field):
            rest[replace(problem, row=None)] = None
        else:
            row.add_error(problem.field if problem.field in ("start_at", "text") else None, problem.message)
    return list(rest)
