"""What is asked for, with everything inherited filled in: what rules, quote, screening and snapshots work on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accounts.models import Advertiser
from tasks.models import Form, Image, Item, Selection, Submission, Task
from tasks.screening import Part
from weitask.questions import Rows

_SAVED: Final = Rows(
    lambda task: (
        Selection.objects.filter(task=task)
        .order_by("position", "id")
        .values_list("account_id", "start_at", "text", "image_ids", "price_seen")
    )
)
DEFAULT_REPOST: Final = (
    "转发微博"  # what Weibo writes for an empty 转发语; said outright, so that it can be found again
)


@dataclass(frozen=True, slots=True)
class SelectionInput:
    """A chosen account; what is None or blank is the task's (R22). `price_seen`: net fen the page showed (A43)."""

    account_id: int
    start_at: datetime | None = None
    text: str = ""
    image_ids: tuple[int, ...] | None = None
    price_seen: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One selection as it would be carried out. `row` counts from 0, as the caller sent them."""

    row: int
    account_id: int
    start_at: datetime | None
    text: str
    image_ids: tuple[int, ...]
    price_seen: int | None

    @property
    def content(self) -> tuple[str, tuple[int, ...]]:
        return self.text, self.image_ids


@dataclass(frozen=True, slots=True)
class Plan:
    """A task with its selections, judged as a whole. `task` is not written to."""

    task: Task
    advertiser: Advertiser
    wishes: tuple[Wish, ...]
    addition: bool

    @property
    def account_ids(self) -> list[int]:
        return [wish.account_id for wish in self.wishes]

    @property
    def image_ids(self) -> set[int]:
        return {pk for wish in self.wishes for pk in wish.image_ids} | set(self.task.image_ids)


def of_task(*, task: Task) -> Plan:
    """The draft as it stands, with its saved selections."""
    return of_selections(task=task, selections=saved(task), addition=False)


def saved(task: Task) -> list[SelectionInput]:
    """The selections of the draft, in its order."""
    return [
        SelectionInput(account_id, start_at, text, None if image_ids is None else tuple(image_ids), price_seen)
        for account_id, start_at, text, image_ids, price_seen in _SAVED.all(task=task.pk)
    ]


def of_selections(*, task: Task, selections: Sequence[SelectionInput], addition: bool) -> Plan:
    """A task with these selections; `addition` means 增加订单 to a task that runs already (R33)."""
    wishes = tuple(_wish(task, row, one) for row, one in enumerate(selections))
    return Plan(task, task.advertiser, wishes, addition)


def own_images(plan: Plan) -> dict[int, str]:
    """Names of the plan's pictures by id, in order; those of somebody else are not there."""
    if not plan.image_ids:
        return {}
    own = Image.objects.filter(advertiser=plan.advertiser, pk__in=plan.image_ids)
    return dict(own.order_by("pk").values_list("pk", "name"))


def parts(plan: Plan, *, images: Mapping[int, str]) -> list[Part]:
    """Everything that will be seen, in the order it is read: texts, names of images, the source (F61)."""
    task = plan.task
    found = [Part("text", task.text)]
    found += [Part(f"image:{pk}", name) for pk, name in images.items()]
    shared = text_to_post(form=task.form, text=task.text)
    found += [Part(f"selection:{wish.row}", wish.text) for wish in plan.wishes if wish.text != shared]
    if task.form == Form.REPOST:
        found += [Part("source_url", task.source_url), Part("source_text", task.source_text)]
    return [part for part in found if part.text]


def reviewed_contents(task: Task) -> set[tuple[str, tuple[int, ...]]]:
    """The (text, images) that a reviewer has approved for this task; anything else needs another look (A17)."""
    approved = Submission.objects.filter(task=task, state=Submission.State.APPROVED)
    rows = [*approved.values_list("text", "image_ids")]
    rows += Item.objects.filter(submission__in=approved).values_list("text", "image_ids").distinct()
    return {(text, tuple(images)) for text, images in rows}


def text_to_post(*, form: str, text: str) -> str:
    """The text as it will stand on Weibo."""
    return text or (DEFAULT_REPOST if form == Form.REPOST else "")


def _wish(task: Task, row: int, one: SelectionInput) -> Wish:
    return Wish(
        row=row,
        account_id=one.account_id,
        start_at=one.start_at or task.start_at,
        text=text_to_post(form=task.form, text=one.text or task.text),
        image_ids=tuple(task.image_ids) if one.image_ids is None else one.image_ids,
        price_seen=one.price_seen,
    )
