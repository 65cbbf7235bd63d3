"""Readings of a post at the sandbox, moment by moment."""

from datetime import datetime

from orders import retention
from orders.models import Order
from tests.moments import MINUTE
from tests.sandbox_process import SandboxProcess


def watch(until: datetime, *, since: datetime) -> None:
    """Every reading due up to and with `until`, each at the moment it is due."""
    now = since
    while (due := retention.check_next_due(now)) is not None and due <= until:
        now = max(now, due)
        retention.check_due(now)


def delete(sandbox: SandboxProcess, order: Order, at: datetime) -> None:
    """The owner deletes the post."""
    sandbox.control("tick/", {"now": at.isoformat()})
    sandbox.control(f"weibo/posts/{order.weibo_id}/delete/")


def prove(first: datetime) -> None:
    """A look at `first`, late as it may be, and the second probe five minutes later."""
    retention.check_due(first)
    retention.check_due(first + 5 * MINUTE)
