"""Control of the whole: faults, settings, ticks, statistics, seeds, reset."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from weitask.sandbox import clock, faults, lifetime, seeding, switches, tick, traffic
from weitask.sandbox.models import Post

_SAME_REPOST = timedelta(minutes=15)


def list_faults(query: dict[str, Any]) -> list[dict[str, Any]]:
    """The faults that may still strike."""
    return [fault.as_json() for fault in faults.rules()]


def add_fault(body: Any) -> Any:
    """Add a fault, or a list of them."""
    if isinstance(body, list):
        return [faults.add(one).as_json() for one in body]
    return faults.add(body).as_json()


def clear_faults(query: dict[str, Any]) -> list[dict[str, Any]]:
    """Remove all faults and wake whoever waits in one."""
    faults.clear()
    return []


def show_settings(query: dict[str, Any]) -> dict[str, Any]:
    """All switches."""
    return switches.everything()


def change_settings(body: dict[str, Any]) -> dict[str, Any]:
    """Change some switches."""
    switches.change(body)
    return switches.everything()


def run_tick(body: dict[str, Any]) -> dict[str, Any]:
    """Do what is due by `now`, or by the latest moment heard."""
    if body.get("now") and clock.parse(body["now"]) is None:
        raise ValueError("now: ISO 8601 with an offset")
    clock.hear(body.get("now"))
    return tick.run(clock.now())


def stats(query: dict[str, Any]) -> dict[str, Any]:
    """Requests, posts, and every double post: the oracle of spec 8."""
    posts, reposts = _double_posts(), _double_reposts()
    return {
        "now": clock.iso(clock.now()),
        "requests": traffic.totals(),
        "posts": Post.objects.count(),
        "reposts": Post.objects.filter(source__isnull=False).count(),
        "duplicate_posts": posts,
        "duplicate_reposts": reposts,
        "doubles": len(posts) + len(reposts),
    }


def requests(query: dict[str, Any]) -> list[dict[str, Any]]:
    """The last requests, newest first; `target` narrows."""
    return traffic.latest(query.get("target", ""))


def seed(body: dict[str, Any]) -> dict[str, int]:
    """Load the demo's Weibo users and their posts; what exists stays."""
    return seeding.load(clock.now())


def reset(body: dict[str, Any]) -> dict[str, bool]:
    """Empty everything and go back to the real clock."""
    lifetime.empty()
    return {"reset": True}


def _double_posts() -> list[dict[str, Any]]:
    """Order numbers with two or more posts, deleted ones included."""
    numbered = Post.objects.exclude(order_number="").order_by("order_number", "pk")
    by_number: dict[str, list[str]] = {}
    for number, pk in numbered.values_list("order_number", "pk"):
        by_number.setdefault(number, []).append(str(pk))
    return [{"order_number": number, "ids": ids} for number, ids in by_number.items() if len(ids) > 1]


def _double_reposts() -> list[dict[str, Any]]:
    """Two reposts by one user of one source within 15 minutes, deleted ones included."""
    found = Post.objects.filter(source__isnull=False).order_by("user_id", "source_id", "pk")
    return [
        {"uid": first[0], "source_id": str(first[1]), "ids": [str(first[3]), str(second[3])]}
        for first, second in pairwise(found.values_list("user_id", "source_id", "created_at", "pk"))
        if first[:2] == second[:2] and second[2] - first[2] < _SAME_REPOST
    ]
