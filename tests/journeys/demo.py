"""The market of `make run` for who looks at every page: its rows by name, and a session for each of its people."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

from django.conf import settings as configured
from django.contrib import admin
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.management import call_command
from django.db.models import Count
from django.utils.module_loading import import_string

from accounts.models import MediaAccount, User
from billing.models import LedgerAccount, TopUp
from orders import exports
from orders.models import Order
from tasks import sharing
from tasks.models import LIVE, Submission, Task
from tests.accounts.people import prove
from tests.journeys import site
from weitask import clock, desk_files
from weitask import exports as exports_of_all
from weitask.models import Export, Lesson
from weitask.periods import cutoff_at_or_before

Rows = Mapping[str, object]


@contextmanager
def market(settings: Any, *, media: Path, days: int = 33) -> Iterator[tuple[str, Rows]]:
    """The site with the demo's market of so many days: its address and the rows that pages are opened with."""
    with site.served(settings, media=media) as address:
        call_command("seed_demo", days=days)
        yield address, rows()


def days_with_payouts(now: datetime) -> int:
    """The shortest season, in days and at least 8, in which money was earned before a Friday that has been paid."""
    paid = cutoff_at_or_before(now - timedelta(hours=12))
    return max(8, ceil((now - paid + timedelta(days=2, hours=12)) / timedelta(days=1)))


def rows() -> Rows:
    """Rows worth looking at, by the names that `tests.every_page` uses; of every model of the desk the last one."""
    return {**_of_the_desk(), **_of_the_market()}


def _of_the_market() -> Rows:
    mine = Task.objects.filter(advertiser__user__username="qiye").order_by("-pk")
    orders = Order.objects.order_by("-pk")
    own = orders.filter(owner__username="zimeiti")
    task = mine.annotate(kinds=Count("orders__state", distinct=True)).order_by("-kinds", "-pk")[0]
    draft = mine.filter(state__in=("draft", "lapsed", "rejected")).exclude(selections=None)[0]
    now, user = clock.now(), task.advertiser.user
    return {
        "task": task.pk,
        "tasks_task": task.pk,  # the newest is a draft, which the desk does not see
        "task_order": task.orders.order_by("pk")[0].pk,
        "live_task": mine.filter(state__in=LIVE)[0].pk,
        "halted_task": Task.objects.filter(state="halted").latest("pk").pk,
        "lapsed_task": mine.filter(state="lapsed")[0].pk,
        "personal_task": Task.objects.filter(advertiser__user__username="geren").latest("pk").pk,
        "draft": draft.pk,
        "quote": sharing.share(task=draft, by=user, days=7, now=now).token,
        "export": exports.ask(task=task, by=user, now=now).pk,
        "desk_export": _export_of_the_desk(now).pk,
        "recharge": TopUp.objects.filter(advertiser__user=user).latest("pk").number,
        "account": MediaAccount.objects.order_by("-followers")[0].pk,
        "specific_account": MediaAccount.objects.filter(specific=True, specific_opt_in=True)[0].pk,
        "own_account": MediaAccount.objects.filter(owner__username="zimeiti")[0].pk,
        "open_order": own.filter(state="dispatched")[0].pk,
        "posted_order": own.filter(weibo_id__isnull=False)[0].pk,
        "undecided_order": orders.exclude(undecided="")[0].pk,
        "refused_order": orders.filter(state="refused")[0].pk,
        "accepted_order": orders.filter(state="accepted")[0].pk,
        "submission": Submission.objects.filter(state="in_review")[0].pk,
        "ledger_account": LedgerAccount.objects.annotate(lines=Count("entries")).order_by("-lines")[0].pk,
        "lesson": _lesson(now).pk,
    }


def _of_the_desk() -> Rows:
    newest = {model: model._base_manager.order_by("-pk").first() for model in admin.site._registry}
    return {model._meta.label_lower.replace(".", "_"): row.pk for model, row in newest.items() if row}


def _export_of_the_desk(now: datetime) -> Export:
    asked = {"list": "tasks.submission", "query": "state=all"}
    reviewer = User.objects.get(username="shenhe")
    return exports_of_all.ask(kind=desk_files.OF_DESK, asked=asked, by=reviewer, now=now)


def _lesson(now: Any) -> Lesson:
    body = "# 先看谁在看\n\n把粉丝数和近期转发数放在一起看，比只看粉丝数更接近真实的覆盖。"
    return Lesson.objects.create(
        title="第一次派单怎样选帐号", summary="三步选出合适的帐号", body=body, published_at=now
    )


def cookie(username: str) -> str:
    """The key of a session that began with the password a moment ago, for as long as the walk takes."""
    user = User.objects.get(username=username)
    session: SessionBase = import_string(f"{configured.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.sessions.Login"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    prove(session, user, at=time.time() + 3600)
    return str(session.session_key)
