"""Drafts: writing, changing, copying and deleting a task before it is submitted (R20-R23, R27, R34)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Advertiser, MediaAccount, User
from tasks import policy, quoting, source
from tasks.models import EDITABLE, Form, Image, Selection, Task, TaskState
from tasks.planning import SelectionInput
from tasks.source import Source
from weitask.refusal import Conflict, Problem, Refusal

__all__ = ["SelectionInput", "TaskInput", "change", "choose", "copy", "create", "delete"]

MAX_CHARACTERS: Final = 5_000  # of a draft; what may be posted is judged at submission


@dataclass(frozen=True, slots=True)
class TaskInput:
    """A draft as typed; only the form is needed to save one (R23)."""

    form: str
    text: str = ""
    source_url: str = ""
    image_ids: tuple[int, ...] = ()
    start_at: datetime | None = None
    selections: tuple[SelectionInput, ...] = ()
    proof_id: int | None = None  # 销售授权证明 (R44)


def as_input(*, task: Task) -> TaskInput:
    """The draft as if it were typed again."""
    chosen = [
        SelectionInput(
            one.account_id,
            one.start_at,
            one.text,
            None if one.image_ids is None else tuple(one.image_ids),
            one.price_seen,
        )
        for one in task.selections.order_by("position", "id")
    ]
    return TaskInput(
        form=task.form,
        text=task.text,
        source_url=task.source_url,
        image_ids=tuple(task.image_ids),
        start_at=task.start_at,
        selections=tuple(chosen),
        proof_id=task.proof_id,
    )


def create(*, advertiser: Advertiser, by: User, data: TaskInput, now: datetime) -> Task:
    """Save a new draft; nothing is frozen, dispatched or told (R23). Calls Weibo for a 原文链接.

    Raises:
        Forbidden: `by` is not the advertiser.
        Refusal: R2, R3, R5, R8, or something named does not exist.
        Unreachable: 无法取回数据; nothing was saved (R34).
    """
    policy.require_own(advertiser=advertiser, by=by)
    problems = [*policy.creation_problems(advertiser=advertiser, form=data.form), *_problems(advertiser, data)]
    if problems:
        raise Refusal.many(problems)
    found = _read_source(advertiser, data, now)
    with transaction.atomic():
        task = Task(advertiser=advertiser, created_at=now, kind_then=advertiser.kind)
        task.recharged_then = policy.recharged_total(advertiser=advertiser)
        _fill(task, data, found, now)
        task.save()
        _choose(task, data.selections, now)
    return task


def change(*, task: Task, by: User, data: TaskInput, now: datetime) -> Task:
    """Replace the draft's content and selections. Calls Weibo when the link is new.

    Raises:
        Conflict: the task is published (R27).
        Refusal, Unreachable: as in `create`; the draft stays as it was.
    """
    advertiser = task.advertiser
    policy.require_own(advertiser=advertiser, by=by)
    _require_editable(task)
    problems = [*policy.creation_problems(advertiser=advertiser, form=data.form), *_problems(advertiser, data)]
    if policy.passed_threshold(task=task):
        problems = [one for one in problems if one.code != "recharge_threshold"]
    if problems:
        raise Refusal.many(problems)
    same_link = data.form == task.form and data.source_url.strip() == task.source_url and task.source_id
    found = _kept_source(task) if same_link else _read_source(advertiser, data, now)
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        _require_editable(locked)
        kept = {} if locked.form != data.form else _prices_seen(locked)
        _fill(locked, data, found, now)
        locked.save()
        locked.selections.all().delete()
        _choose(locked, data.selections, now, kept=kept)
    return locked


def choose(*, task: Task, by: User, account_ids: Sequence[int], now: datetime) -> Task:
    """Put further accounts into a draft, at the prices of now, behind those it has.

    Raises:
        Conflict: the task is published (R27).
        Refusal: an account that the advertiser cannot see (R5), or more than may be chosen.
    """
    policy.require_own(advertiser=task.advertiser, by=by)
    chosen = tuple(SelectionInput(pk) for pk in account_ids)
    if problems := _account_problems(task.advertiser, TaskInput(form=task.form, selections=chosen)):
        raise Refusal.many(problems)
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        _require_editable(locked)
        has = locked.selections.count()
        if has + len(chosen) > policy.MAX_SELECTIONS:
            raise Refusal.many([policy.too_many_selections()])
        _choose(locked, chosen, now, after=has)
    return locked


def delete(*, task: Task, by: User) -> None:
    """Throw a draft away. What was ever submitted stays.

    Raises:
        Conflict: it is no longer a draft.
    """
    policy.require_own(advertiser=task.advertiser, by=by)
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        if locked.state != TaskState.DRAFT:
            raise Conflict("not_a_draft", _("只有草稿可以删除"))
        locked.delete()


def copy(*, task: Task, by: User, now: datetime) -> Task:
    """A new draft with the content and accounts of one's own task, without its times.

    Raises:
        Refusal: R8, R2.
    """
    advertiser = task.advertiser
    policy.require_own(advertiser=advertiser, by=by)
    if problems := policy.creation_problems(advertiser=advertiser, form=task.form):
        raise Refusal.many(problems)
    visible = MediaAccount.objects.visible_to(advertiser).filter(pk__in=task.selections.values("account_id"))
    still = set(visible.values_list("pk", flat=True))
    with transaction.atomic():
        twin = Task(advertiser=advertiser, created_at=now, kind_then=advertiser.kind, proof_id=task.proof_id)
        twin.recharged_then = policy.recharged_total(advertiser=advertiser)
        data = TaskInput(task.form, task.text, task.source_url, tuple(task.image_ids))
        _fill(twin, data, _kept_source(task), now)
        twin.save()
        chosen = [
            SelectionInput(one.account_id, None, one.text, None if one.image_ids is None else tuple(one.image_ids))
            for one in task.selections.all()
            if one.account_id in still
        ]
        _choose(twin, chosen, now)
    return twin


def cleaned(text: str) -> str:
    """Typed text without control characters; line ends as one character."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs")).strip()


def _require_editable(task: Task) -> None:
    if task.state not in EDITABLE:
        raise Conflict("task_published", _("任务已发布，不能修改或撤销"))


def _problems(advertiser: Advertiser, data: TaskInput) -> list[Problem]:
    """What cannot even be saved: too much of it, or things that are not there for this advertiser (R5)."""
    found: list[Problem] = []
    if len(data.selections) > policy.MAX_SELECTIONS:
        return [policy.too_many_selections()]
    texts = [(data.text, None), *((one.text, row) for row, one in enumerate(data.selections))]
    found += [
        Problem("text_too_long", _("内容过长"), field="text", row=row)
        for text, row in texts
        if len(text) > MAX_CHARACTERS
    ]
    return [*found, *_image_problems(advertiser, data), *_account_problems(advertiser, data)]


def _image_problems(advertiser: Advertiser, data: TaskInput) -> list[Problem]:
    rows = [(data.image_ids, None), *((one.image_ids or (), row) for row, one in enumerate(data.selections))]
    named = {pk for ids, _row in rows for pk in ids}
    named |= {data.proof_id} if data.proof_id is not None else set()
    own = set(Image.objects.filter(advertiser=advertiser, pk__in=named).values_list("pk", flat=True))
    found = [
        Problem("image_unknown", _("配图不存在，请重新上传"), field="images", row=row)
        for ids, row in rows
        if set(ids) - own
    ]
    if data.form == Form.REPOST:
        found += [
            Problem("images_not_allowed", _("转发任务不能配图"), field="images", row=row) for ids, row in rows if ids
        ]
    if data.proof_id is not None and data.proof_id not in own:
        found.append(Problem("image_unknown", _("授权证明不存在，请重新上传"), field="proof"))
    return found


def _account_problems(advertiser: Advertiser, data: TaskInput) -> list[Problem]:
    """Unknown, hidden and own accounts get one and the same answer."""
    asked = {one.account_id for one in data.selections}
    seen = set(MediaAccount.objects.visible_to(advertiser).filter(pk__in=asked).values_list("pk", flat=True))
    return [
        Problem("account_unavailable", _("该帐号不存在或暂时不能选择"), field="account", row=row)
        for row, one in enumerate(data.selections)
        if one.account_id not in seen
    ]


def _read_source(advertiser: Advertiser, data: TaskInput, now: datetime) -> Source | None:
    if data.form != Form.REPOST or not data.source_url.strip():
        return None
    return source.fetch(advertiser=advertiser, url=data.source_url, now=now)


def _kept_source(task: Task) -> Source | None:
    return Source(task.source_id, task.source_uid, task.source_text, "", task.source_url) if task.source_id else None


def _fill(task: Task, data: TaskInput, found: Source | None, now: datetime) -> None:
    task.form = data.form
    task.text = cleaned(data.text)
    task.image_ids = list(data.image_ids)
    task.start_at = data.start_at
    task.proof_id = data.proof_id
    task.updated_at = now
    task.source_url = found.url if found else ""
    task.source_id = found.post_id if found else ""
    task.source_uid = found.uid if found else ""
    task.source_text = found.text if found else ""


def _prices_seen(task: Task) -> dict[int, int | None]:
    return dict(task.selections.values_list("account_id", "price_seen"))


def _choose(
    task: Task,
    chosen: Sequence[SelectionInput],
    now: datetime,
    *,
    kept: dict[int, int | None] | None = None,
    after: int = 0,
) -> None:
    """Save the selections. The price seen is the one of the first choice, until the user agrees to another (A43)."""
    quote = quoting.quote(form=task.form, account_ids=[one.account_id for one in chosen], now=now)
    first_seen = kept or {}
    Selection.objects.bulk_create(
        Selection(
            task=task,
            account_id=one.account_id,
            start_at=one.start_at,
            text=cleaned(one.text),
            image_ids=None if one.image_ids is None else list(one.image_ids),
            price_seen=one.price_seen or first_seen.get(one.account_id) or row.price,
            position=position,
        )
        for position, (one, row) in enumerate(zip(chosen, quote.rows, strict=True), start=after)
    )
