"""English pages hold no Chinese but what users wrote and the names of languages."""

import html
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import Category, Notice
from orders import answering, lifecycle
from orders.models import Order
from orders.moves import Cause, State
from orders.verdicts import Undecided
from tasks.desk.models import ReasonTemplate
from tasks.screening.models import Rule, RuleCategory, RuleSet
from tests.billing.book import recharge
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory, WeiboAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.pages.test_doing import typed
from tests.pages.test_every_page import ADVERTISER, EVERYBODY, OWNER, PUBLIC, logged_in
from tests.tasks import making
from weitask import clock

pytestmark = pytest.mark.django_db

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
LANGUAGES = ("中文", "简体中文")
WRITTEN = re.compile(
    r"城南食品\d*|城南食记\d*|新品上市|好吃|周末去哪儿吃？这家老火锅值得排队|不合本帐号的风格与内容|长+"
)
GROUPS = re.compile(r"任务审核|帐号审核|财务")  # rows of the database


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


def of_operators() -> str:
    """What operators wrote for reviewers: the rule book and the reasons; data like the words of users."""
    rules = [text for row in Rule.objects.values_list("text", "title", "positive", "negative", "note") for text in row]
    categories = [text for row in RuleCategory.objects.values_list("name", "note") for text in row]
    notes = RuleSet.objects.values_list("note", flat=True)
    return "\n".join([*rules, *categories, *notes, *ReasonTemplate.objects.values_list("text", flat=True)])


def chinese(answer) -> list[str]:
    """What a reader of the page finds in Chinese."""
    page = re.sub(r">\s*城\s*<", "><", html.unescape(answer.content.decode()))  # an initial for a picture
    page = GROUPS.sub("", WRITTEN.sub("", page))
    written = of_operators() if answer.wsgi_request.path.startswith("/admin/") else ""
    return [words for words in CHINESE.findall(page) if words not in LANGUAGES and words not in written]


def opened(client: Client, address: str, **query: str) -> list[str]:
    client.cookies["django_language"] = "en"
    answer = client.get(address, query)
    assert answer.status_code == 200
    return chinese(answer)


def sent(client: Client, address: str, data: dict, *, status: int = 200) -> list[str]:
    """Chinese on the page that comes after a form: the same with its refusals, or the next with its message."""
    client.cookies["django_language"] = "en"
    answer = client.post(address, data, follow=True)
    assert answer.status_code == status
    return chinese(answer)


def advertiser(order: Order) -> Client:
    return logged_in(order.advertiser.user)


def owner(order: Order) -> Client:
    order.owner.identity = "media"
    order.owner.save()
    return logged_in(order.owner)


def moved(order: Order, new: State, cause: Cause) -> Order:
    lifecycle.move(order_ids=[order.pk], old=[State(order.state)], new=new, cause=cause, at=order.start_at)
    order.refresh_from_db()
    return order


def refused() -> Order:
    order = world.one()
    answering.refuse(order=order, by=order.owner, code="style", reason="不合本帐号的风格与内容", now=MONDAY)
    return order


LIVES = {
    "dispatched": world.one,
    "refused": refused,
    "lapsed": lambda: moved(world.one(), State.LAPSED, Cause.START_REACHED),
    "accepted": world.accepted,
    "stopped": lambda: moved(world.accepted(), State.CANCELLED, Cause.HALT),
    "unposted": lambda: moved(world.accepted(), State.CANCELLED, Cause.PLATFORM),
    "published": world.published,
    "failed": lambda: moved(world.published(), State.FAILED, Cause.DELETED),
    "achieved": world.achieved,
    "completed": lambda: world.complete(world.achieved()),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_the_english_public_pages_hold_no_chinese(client, name):
    assert opened(client, reverse(name)) == []


@pytest.mark.parametrize("name", [*EVERYBODY, *ADVERTISER])
def test_the_english_pages_hold_no_chinese_but_what_users_wrote(name):
    assert opened(advertiser(world.published()), reverse(name)) == []


@pytest.mark.parametrize("name", [*EVERYBODY, *OWNER])
def test_the_english_pages_of_an_owner_hold_no_chinese(name):
    order = world.achieved()
    world.with_card(order.owner)
    Notice.objects.update(title="New order", body="It is stored in Chinese.")
    assert opened(owner(order), reverse(name)) == []


@pytest.mark.parametrize("name", ["home", "tasks", "market", "task_new", "wallet"])
def test_the_english_pages_of_somebody_new_hold_no_chinese(name):
    assert opened(logged_in(AdvertiserFactory(personal=True).user), reverse(name)) == []


@pytest.mark.parametrize("name", [*EVERYBODY, *OWNER])
def test_the_english_pages_of_a_new_owner_hold_no_chinese(name):
    user = UserFactory(identity="media")
    WeiboAccountFactory(user=user)
    MediaAccountFactory(weibo__user=user, review="pending", taking="off", price_original=None, category=None)
    assert opened(logged_in(user), reverse(name)) == []


@pytest.mark.parametrize("life", LIVES)
def test_an_order_in_any_state_is_told_in_english_to_both_sides(life):
    order = LIVES[life]()
    assert opened(owner(order), reverse("order", args=[order.pk])) == []
    assert opened(owner(order), reverse("orders")) == []
    assert opened(advertiser(order), reverse("task_order", args=[order.pk])) == []
    assert opened(advertiser(order), reverse("task", args=[order.task_id])) == []


@pytest.mark.parametrize("label", ["draft", "in_review", "rejected", "lapsed", "approved", "running", "halted"])
def test_a_task_in_any_state_is_told_in_english(label):
    task = making.draft()
    type(task).objects.filter(pk=task.pk).update(text="New menu")
    for state in {"draft": [], "in_review": ["in_review"], "rejected": ["in_review", "rejected"]}.get(
        label, ["in_review", "approved", label] if label in ("running", "halted") else ["in_review", label]
    ):
        type(task).objects.filter(pk=task.pk).update(state=state)
    client = logged_in(task.advertiser.user)
    assert opened(client, reverse("task", args=[task.pk])) == []
    assert opened(client, reverse("tasks")) == []


def test_the_market_is_english():
    account = MediaAccountFactory()
    client = logged_in(making.enterprise().user)
    assert opened(client, reverse("market"), ordering="cpm", followers_min="1", free_at="2026-01-05T12:00") == []
    assert opened(client, reverse("market"), followers_min="999999999") == []
    assert opened(client, reverse("market_account", args=[account.pk])) == []
    assert opened(client, reverse("market_sum"), account=str(account.pk), form="original") == []


REFUSED = {
    "too early": {"start_at": "2026-01-05T10:00"},
    "no start": {"start_at": ""},
    "no time at all": {"start_at": "tomorrow"},
    "no text": {"text": ""},
    "too long": {"text": "长" * 3000},
    "tracking": {"text": "https://c.admaster.com.cn/c/a1"},
    "no source": {"form": "repost", "text": ""},
    "strange source": {"form": "repost", "text": "", "source_url": "https://example.com/1"},
    "no image": {"image_ids": "999999"},
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_the_editor_refuses_in_english(wrong, sandbox):
    client = logged_in(making.enterprise().user)
    data = typed(MONDAY + 2 * HOUR, MediaAccountFactory(), MediaAccountFactory(), action="submit")
    assert sent(client, reverse("task_new"), data | REFUSED[wrong], status=400) == []


def test_the_editor_tells_what_is_missing_in_english():
    poor = AdvertiserFactory()
    recharge(poor, 200_000)
    dear = MediaAccountFactory(price_original=99_000_000)
    assert sent(logged_in(poor.user), reverse("task_new"), typed(MONDAY + 2 * HOUR, action="submit"), status=400) == []
    data = typed(MONDAY + 2 * HOUR, dear, dear, action="submit")
    assert sent(logged_in(poor.user), reverse("task_new"), data, status=400) == []


def test_a_task_goes_through_the_editor_in_english(sandbox):
    account, client = MediaAccountFactory(), logged_in(making.enterprise().user)
    assert sent(client, reverse("task_new"), typed(MONDAY + 2 * HOUR, account, action="save")) == []
    assert sent(client, reverse("task_new"), typed(MONDAY + 2 * HOUR, account, action="submit")) == []


def test_orders_are_added_in_english(sandbox):
    order = world.accepted()
    recharge(order.advertiser, 100_000)
    address = reverse("task_add_orders", args=[order.task_id])
    assert opened(advertiser(order), address) == []
    rows = {key: text for key, text in typed(MONDAY, order.account).items() if key.startswith("rows")}
    assert sent(advertiser(order), address, rows | {"rows-0-start_at": "2026-01-05T10:00"}, status=400) == []


def test_an_owner_answers_in_english():
    first, second = world.dispatched(accounts=[MediaAccountFactory()] * 2, starts=[world.START, world.START + HOUR])
    client = owner(first)
    refuse = reverse("order_refuse", args=[first.pk])
    assert sent(client, refuse, {"reason_code": "style", "reason": "short"}, status=400) == []
    assert sent(client, refuse, {"reason_code": "style", "reason": "不合本帐号的风格与内容"}) == []
    assert sent(client, reverse("order_accept", args=[second.pk]), {}) == []
    assert sent(client, reverse("orders_accept"), {"order": [first.pk]}) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("recharge", {"amount": "abc"}),
        ("recharge", {"amount": "0"}),
        ("choose_identity", {"identity": "nonsense"}),
        ("choose_identity", {"identity": "enterprise", "name": ""}),
    ],
)
def test_forms_of_an_advertiser_refuse_in_english(name, data):
    assert sent(logged_in(AdvertiserFactory(personal=True).user), reverse(name), data, status=400) == []


def test_forms_of_an_owner_refuse_in_english():
    account = MediaAccountFactory()
    client, page = logged_in(account.owner), reverse("media_account", args=[account.pk])
    assert opened(client, page) == []
    assert sent(client, page, {"price_original": "abc", "price_repost": "0"}, status=400) == []
    card = {"bank_code": "ICBC", "number": "1", "name": "x", "cert_no": "1", "phone": "1", "agree": "on"}
    assert sent(client, reverse("bank_card"), card, status=400) == []


def test_a_missing_page_and_a_forbidden_one_are_english():
    client = logged_in(UserFactory(identity="media"))
    client.cookies["django_language"] = "en"
    assert chinese(client.get("/nowhere/")) == []
    assert chinese(client.get(reverse("tasks"), follow=True)) == []


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model._meta.label), ids=str)
def test_the_admin_lists_in_english(model):
    world.with_card(world.achieved().owner)
    making.submitted()
    Notice.objects.update(title="New order")
    Category.objects.update(name="Food")
    client = logged_in(world.judge())
    try:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    except NoReverseMatch:
        pytest.skip("has no list of its own")
    assert opened(client, address) == []


def test_the_desks_are_english():
    order, submission = world.published(), making.submitted()
    Order.objects.filter(pk=order.pk).update(undecided=Undecided.EDITED, next_check_at=order.start_at)
    client = logged_in(world.judge())
    assert opened(client, reverse("admin:index")) == []
    assert opened(client, reverse("admin:orders_order_change", args=[order.pk])) == []
    assert opened(client, reverse("admin:tasks_submission_change", args=[submission.pk])) == []
    assert opened(client, reverse("admin:tasks_submission_reject", args=[submission.pk])) == []
    assert opened(client, reverse("admin:accounts_mediaaccount_change", args=[order.account_id])) == []
