"""One act through each door it has: the verb, the page, the API. Each answers what it was told when it was refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import Advertiser, User
from orders import answering
from orders.models import Order
from tasks import drafting, review
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Task
from weitask import clock
from weitask.periods import shanghai
from weitask.refusal import Refusal

V1 = "/api/v1/"
DOORS = ("verb", "page", "api")
Said = list[tuple[int | None, str]]  # (row of the selection, message) of each broken rule; empty: done


def create(door: str, advertiser: Advertiser, data: TaskInput, *, now: datetime) -> Said:
    """Save a new draft."""
    clock.pin(at=now)
    if door == "verb":
        return _heard(lambda: drafting.create(advertiser=advertiser, by=advertiser.user, data=data, now=now))
    if door == "page":
        sent = {**_typed(data), "action": "save"}
        return _of_editor(browser(advertiser.user).post(reverse("task_new"), sent))
    return _of_api(program(advertiser.user).post(f"{V1}tasks/", _body(data), format="json"))


def submit(door: str, task: Task, *, now: datetime) -> Said:
    """提交审核 of a draft as it stands."""
    clock.pin(at=now)
    by = task.advertiser.user
    if door == "verb":
        return _heard(lambda: review.submit(task=task, by=by, now=now))
    if door == "page":
        sent = {**_typed(drafting.as_input(task=task)), "action": "submit"}
        return _of_editor(browser(by).post(reverse("task_edit", args=[task.pk]), sent))
    return _of_api(program(by).post(f"{V1}tasks/{task.pk}/submit/", {}, format="json"))


def add(door: str, task: Task, chosen: SelectionInput, *, now: datetime) -> Said:
    """增加订单 of one account."""
    clock.pin(at=now)
    by = task.advertiser.user
    if door == "verb":
        return _heard(lambda: review.add_orders(task=task, by=by, selections=[chosen], now=now))
    if door == "page":
        rows = {
            key: value for key, value in _typed(TaskInput("original", selections=(chosen,))).items() if "rows" in key
        }
        return _of_editor(browser(by).post(reverse("task_add_orders", args=[task.pk]), rows))
    body = {"selections": _body(TaskInput("original", selections=(chosen,)))["selections"]}
    return _of_api(program(by).post(f"{V1}tasks/{task.pk}/orders/", body, format="json"))


def accept(door: str, order: Order, *, now: datetime) -> Said:
    """接单."""
    clock.pin(at=now)
    if door == "verb":
        return _heard(lambda: answering.accept(order=order, by=order.owner, ip="203.0.113.7", now=now))
    return knock(door, order)


def knock(door: str, order: Order, *, act: str = "accept") -> Said:
    """接单, or 拒单, by page or API, at whatever time the business clock says there."""
    body = {} if act == "accept" else {"reason_code": "style", "reason": "内容与帐号的风格不太符合"}
    if door == "page":
        answer = browser(order.owner).post(reverse(f"order_{act}", args=[order.pk]), body, follow=True)
        return [(None, one.message) for one in answer.context["messages"] if one.level == messages.ERROR]
    return _of_api(program(order.owner).post(f"{V1}orders/{order.pk}/{act}/", body, format="json"))


def halt(door: str, task: Task, by: User, *, now: datetime) -> Said:
    """紧急叫停."""
    clock.pin(at=now)
    if door == "verb":
        return _heard(lambda: review.halt(task=task, by=by, reason="内容有误", now=now))
    return _of_api(program(by).post(f"{V1}review/tasks/{task.pk}/halt/", {"reason": "内容有误"}, format="json"))


def browser(user: User) -> Client:
    """Somebody logged in to the pages."""
    client = Client()
    client.force_login(user, backend="accounts.sessions.Login")
    return client


def program(user: User) -> APIClient:
    """Somebody's program with its token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.get_or_create(user=user)[0].key}")
    return client


def _heard(verb: Callable[[], object]) -> Said:
    try:
        verb()
    except Refusal as refusal:
        return [(problem.row, problem.message) for problem in refusal.problems]
    return []


def _of_editor(answer: Any) -> Said:
    if answer.status_code == 302:
        return []
    if "rows" not in answer.context:
        return [(None, answer.content.decode())]
    forms = [(None, answer.context["form"])] if "form" in answer.context else []
    forms += list(enumerate(answer.context["rows"].forms))
    at_fields = [(row, text) for row, form in forms for texts in form.errors.values() for text in texts]
    return at_fields + [(None, problem.message) for problem in answer.context["problems"]]


def _of_api(answer: Any) -> Said:
    if answer.status_code < 300:
        return []
    assert answer["Content-Type"] == "application/problem+json"
    return [(one.get("row"), one["message"]) for one in answer.json()["problems"]]


def _minute(moment: datetime | None) -> str:
    return f"{shanghai(moment):%Y-%m-%dT%H:%M}" if moment else ""


def _typed(data: TaskInput) -> dict[str, Any]:
    """The draft as the editor's form sends it."""
    count = len(data.selections)
    rows: dict[str, Any] = {"rows-TOTAL_FORMS": count, "rows-INITIAL_FORMS": count}
    for number, one in enumerate(data.selections):
        row = {"account": one.account_id, "start_at": _minute(one.start_at), "text": one.text}
        rows |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return {
        "form": data.form,
        "text": data.text,
        "source_url": data.source_url,
        "start_at": _minute(data.start_at),
        **rows,
    }


def _body(data: TaskInput) -> dict[str, Any]:
    """The draft as a program sends it."""
    chosen = [
        {"account": one.account_id, "text": one.text, "start_at": one.start_at and one.start_at.isoformat()}
        for one in data.selections
    ]
    start = data.start_at and data.start_at.isoformat()
    return {
        "form": data.form,
        "text": data.text,
        "source_url": data.source_url,
        "start_at": start,
        "selections": chosen,
    }
