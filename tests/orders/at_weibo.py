"""Accounts that exist at the sandbox's Weibo and have authorised us, their orders, and the sandbox's own book."""

import itertools
from datetime import datetime

from accounts import weibo_binding
from accounts.models import MediaAccount
from orders.models import Order
from orders.moves import State
from tasks.models import Image, TaskState
from tests.accounts import weibo_side
from tests.factories import MediaAccountFactory
from tests.moments import MONDAY
from tests.orders import world
from tests.sandbox_process import SandboxProcess

START = world.START
_uids = itertools.count(6_100_000_000)
SOURCE_UID = "6000000001"


def account_at(sandbox: SandboxProcess, *, now: datetime = MONDAY) -> MediaAccount:
    """An order-taking account whose Weibo user exists and whose token is good."""
    uid = str(next(_uids))
    given = sandbox.control("weibo/users/", {"uid": uid, "screen_name": f"城南{uid}", "token": True})
    account = MediaAccountFactory(weibo__uid=uid)
    token = weibo_side.token(uid, value=given["access_token"])
    weibo_binding.bind(user=account.owner, token=token, profile=weibo_side.profile(uid), now=now)
    return MediaAccount.objects.get(pk=account.pk)


def source_at(sandbox: SandboxProcess, *, text: str = "新店开张", source_id: str = "") -> str:
    """A post to repost; answers its id."""
    sandbox.control("weibo/users/", {"uid": SOURCE_UID, "screen_name": "城南食品"})
    wish = {"uid": SOURCE_UID, "text": text, "created_at": MONDAY.isoformat()}
    return str(sandbox.control("weibo/posts/", wish | ({"source_id": source_id} if source_id else {}))["id"])


def ready(sandbox: SandboxProcess, *, starts: tuple[datetime, ...] = (START,), source_id: str = "") -> list[Order]:
    """已接单 of one account and one task each."""
    orders = [world.accepted(accounts=[account_at(sandbox)], starts=(start,)) for start in starts]
    if source_id:
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(form="repost", source_id=source_id)
    return [fresh(order) for order in orders]


def posted(sandbox: SandboxProcess) -> Order:
    """已发布, as the sweep does it at the start."""
    from orders import publishing

    (order,) = ready(sandbox)
    publishing.publish_due(START)
    return fresh(order)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def states(orders: list[Order]) -> list[str]:
    return [State(fresh(order).state).value for order in orders]


def book(sandbox: SandboxProcess, order: Order) -> list[dict]:
    """Every post the account ever made, deleted ones too: the oracle."""
    return sandbox.control(f"weibo/posts/?uid={order.account.weibo.uid}")


def fault(sandbox: SandboxProcess, target: str, kind: str, **more: object) -> None:
    sandbox.control("faults/", {"target": target, "kind": kind, **more})


def calm(sandbox: SandboxProcess) -> None:
    sandbox.control("faults/", method="DELETE")


def halt(order: Order) -> None:
    """The task is stopped, nothing else: what a stop in the middle of a try looks like."""
    from tasks.models import Task

    Task.objects.filter(pk=order.task_id).update(state=TaskState.HALTED)


def picture(order: Order, media_root) -> None:
    """Give the order a picture that is stored."""
    from PIL import Image as Picture

    (media_root / "images").mkdir(parents=True, exist_ok=True)
    Picture.new("RGB", (4, 4), "red").save(media_root / "images" / "a.jpg")
    image = Image.objects.create(
        advertiser=order.advertiser, file="images/a.jpg", name="a.jpg", width=4, height=4, sha256="0" * 64
    )
    Order.objects.filter(pk=order.pk).update(image_ids=[image.pk])
