"""Tasks as they come in and go out: the draft, its selections, what it costs and reaches (R20, R22, R31)."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from accounts.models import Advertiser
from tasks import drafting, planning, queries, quoting
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Form, Submission, Task, TaskState
from weitask import clock
from weitask.rest.bodies import Body
from weitask.rest.fields import IdField, MomentField, MoneyField, MoneyInput


class SelectionBody(Body):
    """A chosen account; what is left out is the task's."""

    account = IdField()
    start_at = MomentField(required=False, allow_null=True)
    text = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, trim_whitespace=False, max_length=drafting.MAX_CHARACTERS
    )
    images = serializers.ListField(child=IdField(), required=False, allow_null=True, max_length=50)


class TaskBody(Body):
    """A draft; only the form is needed to save one (R23)."""

    form = serializers.ChoiceField(Form.choices)
    text = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, trim_whitespace=False, max_length=drafting.MAX_CHARACTERS
    )
    source_url = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=300, help_text="Needed for a repost"
    )
    images = serializers.ListField(child=IdField(), required=False, allow_null=True, max_length=50)
    proof = IdField(required=False, allow_null=True, help_text="Id of the picture that proves the right to sell")
    start_at = MomentField(required=False, allow_null=True)
    selections = SelectionBody(many=True, required=False)


class AdditionBody(Body):
    """增加订单 (R33)."""

    selections = SelectionBody(many=True, allow_empty=False)


class SubmitBody(Body):
    """`price_agreed`: the total one agrees to after `price_changed` (A43)."""

    price_agreed = MoneyInput(required=False, allow_null=True)


class CostOut(serializers.Serializer):
    """What owners get, the platform's fee, and both."""

    net = MoneyField()
    fee = MoneyField()
    total = MoneyField()


class SelectionOut(serializers.Serializer):
    """A chosen account; null and empty mean the task's."""

    account = serializers.IntegerField(source="account_id")
    start_at = MomentField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    images = serializers.ListField(child=serializers.IntegerField(), allow_null=True, source="image_ids")


class TaskRowOut(serializers.Serializer):
    """A task in a list."""

    id = serializers.IntegerField()
    form = serializers.ChoiceField(Form.choices)
    state = serializers.ChoiceField(TaskState.choices)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    text = serializers.CharField(allow_blank=True)
    start_at = MomentField(allow_null=True)
    created_at = MomentField()
    updated_at = MomentField()
    first_start_at = MomentField(allow_null=True)
    last_start_at = MomentField(allow_null=True)
    ended_at = MomentField(allow_null=True)

    def get_label(self, task: Task) -> str:
        return str(task.get_state_display())


class TaskOut(TaskRowOut):
    """A task with all that was typed; cost and coverage are of now for a draft, as submitted afterwards (R32)."""

    source_url = serializers.CharField(allow_blank=True)
    images = serializers.ListField(child=serializers.IntegerField(), source="image_ids")
    proof = serializers.IntegerField(allow_null=True, source="proof_id")
    selections = SelectionOut(many=True, source="chosen")
    coverage = serializers.IntegerField()
    cost = CostOut()
    reason = serializers.CharField(allow_blank=True, help_text="Of the newest rejection or stop")


class SubmissionOut(serializers.Serializer):
    """What was laid before the reviewer, or approved at once because it had been seen (A17)."""

    id = serializers.IntegerField()
    task = serializers.IntegerField(source="task_id")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(Submission.State.choices)
    addition = serializers.BooleanField()
    submitted_at = MomentField()
    coverage = serializers.IntegerField()
    cost = CostOut(source="*")


def selections_of(sent: Iterable[Mapping[str, Any]]) -> tuple[SelectionInput, ...]:
    """Selections as sent, for the domain."""
    return tuple(
        SelectionInput(
            account_id=one["account"],
            start_at=one.get("start_at"),
            text=one.get("text") or "",
            image_ids=None if one.get("images") is None else tuple(one["images"]),
        )
        for one in sent
    )


def input_of(sent: Mapping[str, Any], *, task: Task | None = None) -> TaskInput:
    """Everything sent, for the domain; what was not sent stays as the draft has it."""
    old = drafting.as_input(task=task) if task else TaskInput(form="")
    chosen = sent.get("selections")
    return TaskInput(
        form=sent.get("form", old.form),
        text=sent.get("text", old.text) or "",
        source_url=sent.get("source_url", old.source_url) or "",
        image_ids=tuple(sent.get("images", old.image_ids) or ()),
        start_at=sent.get("start_at", old.start_at),
        selections=old.selections if chosen is None else selections_of(chosen),
        proof_id=sent.get("proof", old.proof_id),
    )


def shown(task: Task, *, advertiser: Advertiser) -> dict[str, Any]:
    """A task for its advertiser."""
    decision = queries.last_decision(task=task)
    facts: Any = task
    facts.chosen = planning.saved(task)
    net, fee, coverage = _cost(task, [one.account_id for one in facts.chosen], advertiser)
    facts.coverage = coverage
    facts.cost = {"net": net, "fee": fee, "total": net + fee}
    facts.reason = decision.reason if decision else ""
    return dict(TaskOut(facts).data)


def _cost(task: Task, account_ids: list[int], advertiser: Advertiser) -> tuple[int, int, int]:
    """Net and fee in fen, and 覆盖人数."""
    if task.is_editable:
        known = queries.namable(advertiser=advertiser, task=task)
        quote = quoting.quote(form=task.form, account_ids=account_ids, now=clock.now(), among=known)
        return quote.net, quote.fee, quote.coverage
    return queries.asked_for(task=task)
