"""`make screenshots`: every main page at the width of a desk and of a phone, into docs/screenshots/.

The market shown is the demo's own. Only the best few pictures are committed; the others are for looking, and with
SCREENSHOTS_DARK=1 there are dark ones too.
"""

import io
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count
from PIL import Image

from accounts.models import MediaAccount
from orders.models import Order
from tasks.models import Submission, Task
from tests.journeys import site
from tests.journeys.browser import Window, windows
from weitask.local.demo_logins import PASSWORD

pytestmark = pytest.mark.timeout(900)

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
PEOPLE = {
    "": {"landing": "/", "login": "/accounts/login/", "signup": "/accounts/signup/", "help": "/help/"},
    "qiye": {
        "advertiser-home": "/",
        "tasks": "/tasks/",
        "task": "/tasks/{task}/",
        "task-order": "/tasks/orders/{task_order}/",
        "editor": "/tasks/{draft}/edit/",
        "market": "/market/",
        "choose": "/market/?task={draft}",
        "market-account": "/market/{account}/",
        "wallet": "/wallet/",
        "recharge": "/wallet/recharge/",
        "identity": "/identity/",
    },
    "zimeiti": {
        "owner-home": "/",
        "orders": "/orders/",
        "order-open": "/orders/{open_order}/",
        "order-posted": "/orders/{posted_order}/",
        "media": "/media/",
        "media-account": "/media/{own_account}/",
        "earnings": "/earnings/",
        "bank-card": "/bank-card/",
        "weibo": "/weibo/",
        "notices": "/notices/",
    },
    "geren": {"personal-market": "/market/", "personal-editor": "/tasks/new/"},
    "shenhe": {
        "admin": "/admin/",
        "admin-queue": "/admin/tasks/submission/?state=all",
        "admin-submission": "/admin/tasks/submission/{submission}/change/",
        "admin-approve": "/admin/tasks/submission/{submission}/approve/",
        "admin-orders": "/admin/orders/order/",
        "admin-task": "/admin/tasks/task/{task}/change/",
    },
    "caiwu": {"admin-payouts": "/admin/billing/payout/", "admin-transfers": "/admin/billing/transfer/"},
}


@pytest.fixture
def market(committed, sandbox, settings, tmp_path):
    """The site with the demo's market; its address and the ids the pages need."""
    with site.served(settings, media=tmp_path / "media") as address:
        call_command("seed_demo")
        yield address, _ids()


def test_every_main_page_is_pictured(market):
    address, ids = market
    FOLDER.mkdir(parents=True, exist_ok=True)
    with windows(address) as opened:
        for dark in (False, True) if os.environ.get("SCREENSHOTS_DARK") else (False,):
            for username, pages in PEOPLE.items():
                for phone in (False, True):
                    window = opened.open(phone=phone, dark=dark)
                    _enter(window, username)
                    for name, path in pages.items():
                        window.go(path.format(**ids))
                        _keep(window, f"{name}{'-phone' if phone else ''}{'-dark' if dark else ''}")


def _enter(window: Window, username: str) -> None:
    if username in ("shenhe", "caiwu"):
        window.go("/admin/")
        window.page.fill("[name=username]", username)
        window.page.fill("[name=password]", PASSWORD)
        window.page.locator("[type=submit]").first.click()
        window.page.wait_for_url("**/admin/")
    elif username:
        window.log_in(username, password=PASSWORD)


def _keep(window: Window, name: str) -> None:
    """The page from top to bottom in 256 colours, which keeps words sharp and files small."""
    window.page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(window.page.screenshot(full_page=True)))
    picture.convert("RGB").quantize(256).save(FOLDER / f"{name}.png", optimize=True)


def _ids() -> dict[str, int]:
    """Rows worth looking at."""
    mine = Task.objects.filter(advertiser__user__username="qiye")
    own = Order.objects.filter(owner__username="zimeiti")
    task = mine.annotate(kinds=Count("orders__state", distinct=True)).order_by("-kinds", "-pk").first()
    draft = mine.filter(state__in=("draft", "rejected", "lapsed")).order_by("-pk").first()
    opened = own.filter(state="dispatched").order_by("-pk").first() or own.order_by("-pk").first()
    posted = own.filter(weibo_id__isnull=False).order_by("-pk").first()
    waiting = Submission.objects.filter(state="in_review").first() or Submission.objects.order_by("-pk").first()
    return {
        "task": task.pk,
        "task_order": task.orders.order_by("pk").first().pk,
        "draft": (draft or task).pk,
        "account": MediaAccount.objects.order_by("-followers").first().pk,
        "open_order": opened.pk,
        "posted_order": (posted or opened).pk,
        "own_account": MediaAccount.objects.filter(owner__username="zimeiti").first().pk,
        "submission": waiting.pk,
    }
