"""The floor of submitting and approving: plain views that insert the very same rows in bulk, and nothing else.

The rows are those the product wrote for an approved submission of 20 accounts, with new ids: no rule is asked,
no lock taken, no money counted. The triggers of the tables are switched off for it (see `benchmarks.submitting`).
"""

import itertools
import json
import time
import uuid
from functools import cache
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

ACCOUNTS: Final = 20  # of a task
_COLUMNS: Final = """
SELECT column_name, udt_name FROM information_schema.columns
WHERE table_name = %s AND is_generated = 'NEVER' AND table_schema = 'public' ORDER BY ordinal_position
"""
_KINDS: Final[dict[str, Any]] = {
    "int8": models.BigIntegerField,
    "int4": models.IntegerField,
    "int2": models.IntegerField,
    "bool": models.BooleanField,
    "timestamptz": models.DateTimeField,
    "jsonb": models.JSONField,
    "inet": models.GenericIPAddressField,
    "_int8": lambda **options: ArrayField(models.BigIntegerField(), **options),
}


@cache
def _seq() -> "itertools.count[int]":
    """Numbers of entries, unlike any other process's: begun at the first request, not where both workers begin."""
    return itertools.count(time.time_ns())


@cache
def model(table: str) -> Any:
    """A bare model of a table as it stands."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [table])
        fields = {name: _KINDS.get(kind, models.TextField)(null=True) for name, kind in cursor.fetchall()}
    meta = type("Meta", (), {"app_label": "bare", "managed": False, "db_table": table})
    fields["id"] = models.BigAutoField(primary_key=True)
    return type(table.title().replace("_", ""), (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


def like(table: str, **where: Any) -> list[dict[str, Any]]:
    """Rows of a table without their ids: what new ones look like."""
    rows = model(table).objects.filter(**where).order_by("pk").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


@cache
def sample() -> dict[str, list[dict[str, Any]]]:
    """The rows of the first approved submission of so many accounts, by table."""
    approved = model("tasks_submission").objects.filter(state="approved").values("pk")
    by_submission = model("tasks_item").objects.filter(submission_id__in=approved).values("submission_id")
    fitting = by_submission.annotate(items=Count("pk")).filter(items=ACCOUNTS).order_by("submission_id")
    submission = model("tasks_submission").objects.get(pk=fitting[0]["submission_id"])
    items = list(model("tasks_item").objects.filter(submission_id=submission.pk).values_list("pk", flat=True))
    orders = list(model("orders_order").objects.filter(item_id__in=items).values_list("pk", flat=True))
    transfers = model("billing_transfer").objects.filter(reason="freeze", reference__in=orders)
    told = [f"order_dispatched:{pk}" for pk in orders] + [f"task_approved:{submission.pk}"]
    return {
        "tasks_submission": like("tasks_submission", pk=submission.pk),
        "tasks_item": like("tasks_item", submission_id=submission.pk),
        "billing_hold": like("billing_hold", submission_id=submission.pk),
        "orders_order": like("orders_order", pk__in=orders),
        "orders_orderevent": like("orders_orderevent", order_id__in=orders),
        "billing_transfer": like("billing_transfer", pk__in=transfers.values("pk")),
        "accounts_notice": like("accounts_notice", dedupe__in=told),
        "tasks_decision": like("tasks_decision", submission_id=submission.pk),
    }


def insert(table: str, **each: list[Any]) -> list[int]:
    """The sample's rows of a table once more; `each` gives every row its own value of a column. Returns the ids."""
    new = [
        model(table)(**row | {name: values[place] for name, values in each.items()})
        for place, row in enumerate(sample()[table])
    ]
    return [row.pk for row in model(table).objects.bulk_create(new)]


@transaction.atomic
def submit(request: HttpRequest) -> HttpResponse:
    """The rows of a submission."""
    task = _task(request)
    (submission,) = insert("tasks_submission", task_id=[task], state=["in_review"])
    insert("tasks_item", submission_id=[submission] * len(sample()["tasks_item"]))
    insert("billing_hold", submission_id=[submission], ended_at=[None])
    model("tasks_task").objects.filter(pk=task).update(state="in_review")
    return JsonResponse({"submission": submission})


@transaction.atomic
def approve(request: HttpRequest) -> HttpResponse:
    """The rows of an approval."""
    task = _task(request)
    (submission,) = model("tasks_submission").objects.filter(task_id=task).values_list("pk", flat=True)
    items = list(model("tasks_item").objects.filter(submission_id=submission).values_list("pk", flat=True))
    model("tasks_submission").objects.filter(pk=submission).update(state="approved", next_start_at=None, alarm_at=None)
    model("billing_hold").objects.filter(submission_id=submission).update(ended_at=sample()["tasks_decision"][0]["at"])
    insert("tasks_decision", task_id=[task], submission_id=[submission])
    model("tasks_task").objects.filter(pk=task).update(state="approved")
    orders = insert("orders_order", item_id=items, task_id=[task] * len(items), number=_numbers(len(items)))
    insert("orders_orderevent", order_id=orders)
    _freeze(orders)
    insert("accounts_notice", dedupe=[f"order:{pk}" for pk in orders] + [f"task:{task}"])
    return JsonResponse({"orders": orders})


def _task(request: HttpRequest) -> int:
    """The task named; like the product's, the transaction looks foreign keys up by index (`weitask.plans`)."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return int(json.loads(request.body)["task"])


def _freeze(orders: list[int]) -> None:
    transfers = insert("billing_transfer", reference=orders)
    rows = sample()["billing_transfer"]
    sides = [
        {"transfer_id": pk, "account_id": row[side], "amount": sign * row["amount"], "balance_after": 0}
        for pk, row in zip(transfers, rows, strict=True)
        for side, sign in (("source_id", -1), ("target_id", 1))
    ]
    entry, account = model("billing_entry"), model("billing_ledgeraccount")
    entry.objects.bulk_create([entry(**side, seq=next(_seq())) for side in sides])
    total = sum(row["amount"] for row in rows)
    for side, sign in (("source_id", -1), ("target_id", 1)):
        account.objects.filter(pk=rows[0][side]).update(balance=F("balance") + sign * total)


def _numbers(count: int) -> list[str]:
    return [uuid.uuid4().hex[:24] for _ in range(count)]


urlpatterns = [path("submit/", submit), path("approve/", approve)]
