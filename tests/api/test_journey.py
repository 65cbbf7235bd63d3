"""From two logins to money on a card, by the API alone; only Weibo's own login page is stepped over."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group

from accounts import access, identity, media, weibo_binding
from accounts.models import MediaAccount, User
from tests.accounts import weibo_side
from tests.api.callers import PASSWORD, START, Caller, task_body
from tests.billing.sina import Sina
from tests.moments import FRIDAY, HOUR, MONDAY
from weitask import clock
from weitask.celery import app
from weitask.demo.control import Control
from weitask.demo.rehearsal.endpoint import listening
from weitask.demo.stepping import Stepper

CARD = {
    "bank_code": "ICBC",
    "number": "6222 0200 0000 0000 008",
    "name": "张小满",
    "cert_no": "110101199001011237",
    "phone": "13800138000",
    "province": "四川",
    "city": "成都",
    "consent": True,
}


@pytest.fixture
def world(committed, sandbox) -> Iterator[Sina]:
    """Sina Pay's notifications reach the site over HTTP, as in production."""
    app.loader.import_default_modules()
    clock.pin(at=MONDAY)
    with listening():
        yield Sina(sandbox)


def log_in(name: str, *groups: str) -> Caller:
    """A fresh login that fetches its token as a program would."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=bool(groups))
    user.groups.add(*Group.objects.filter(name__in=groups))
    token = Caller().done("post", "token/", {"username": name, "password": PASSWORD})["token"]
    return Caller(user, token=token)


def owner_of(sina: Sina) -> tuple[Caller, int]:
    """An owner whose Weibo account waits for its 授权审核, and the account's id."""
    owner = log_in("chengnan")
    given = sina.sandbox.control("weibo/users/", {"uid": "6000100001", "screen_name": "城南食记", "token": True})
    token = weibo_side.token("6000100001", value=given["access_token"])
    weibo = weibo_binding.bind(user=owner.user, token=token, profile=weibo_side.profile("6000100001"), now=MONDAY)
    return owner, media.open_account(weibo=weibo, by=owner.user, now=MONDAY).pk


def advertiser(sina: Sina) -> Caller:
    """An enterprise that paid 3,000.00 in through Sina Pay."""
    caller = log_in("qiye")
    profile = identity.Profile("城南食品", "李雷", "13800000000")
    identity.choose(user=caller.user, identity="enterprise", profile=profile, now=MONDAY)
    opened = caller.done("post", "recharges/", {"amount": "3000.00"}, key="first")
    assert opened["cashier_url"].startswith("http")
    sina.pay(opened["id"])
    assert caller.done("get", f"recharges/{opened['id']}/")["state"] == "success"
    assert caller.done("get", "wallet/")["available"] == "3000.00"
    return caller


def walk(sina: Sina, to: datetime) -> None:
    def move(moment: datetime) -> datetime:
        clock.pin(at=moment)
        return moment

    with closing(Control(sina.sandbox.base_url)) as control:
        Stepper(control=control, move_clock=move).walk(start=clock.now(), to=to)


def order_of(caller: Caller, pk: Any) -> dict[str, Any]:
    return caller.done("get", f"orders/{pk}/")


def test_a_task_is_paid_for_posted_kept_and_paid_out(world):
    owner, account = owner_of(world)
    buyer = advertiser(world)
    desk = log_in("shenhe", access.TASK_REVIEW, access.ACCOUNT_REVIEW)

    owner.done("patch", f"my/accounts/{account}/", {"price_original": "388.00", "category": "food"})
    assert desk.done("post", f"review/accounts/{account}/approve/")["taking"] == "open"
    owner.done("put", "bank-card/", CARD)
    assert owner.done("post", "bank-card/confirm/", {"code": "123456"})["bound"]["last4"] == "0008"

    (found,) = buyer.done("get", "accounts/", form="original")["results"]
    assert (found["id"], found["price"], found["selectable"]) == (account, "388.00", True)
    task = buyer.done("post", "tasks/", task_body(MediaAccount.objects.get()), key="draft")
    assert task["cost"] == {"net": "388.00", "fee": "0.00", "total": "388.00"}
    assert buyer.done("post", f"tasks/{task['id']}/submit/", key="submit")["state"] == "in_review"
    assert buyer.done("get", "wallet/")["held"] == "388.00"
    assert desk.done("post", f"review/tasks/{task['id']}/approve/", key="yes")["state"] == "approved"
    assert buyer.done("get", "wallet/")["frozen"] == "388.00"

    (order,) = owner.done("get", "orders/", state="派单")["results"]
    assert order["income"] == "388.00"
    assert owner.done("post", f"orders/{order['id']}/accept/", key="accept")["label"] == "已接单"
    walk(world, START + HOUR)
    assert order_of(owner, order["id"])["label"] == "已发布"
    assert len(world.sandbox.control("weibo/posts/?uid=6000100001")) == 1
    walk(world, FRIDAY + 12 * HOUR)

    assert order_of(owner, order["id"])["label"] == "已付款"
    assert owner.done("get", "earnings/")["paid_total"] == "388.00"
    assert [one["state"] for one in owner.done("get", "payouts/")["results"]] == ["paid"]
    report = buyer.done("get", f"tasks/{task['id']}/report/")
    assert (report["totals"]["charged"], report["totals"]["posted"]) == ("388.00", 1)
    assert buyer.done("get", "wallet/")["balance"] == "2612.00"
    assert {line["reason"] for line in buyer.done("get", "wallet/entries/")["results"]} == {
        "recharge",
        "freeze",
        "earn",
    }
    assert buyer.done("get", "notices/")["results"]
