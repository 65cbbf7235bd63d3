"""Where people stumbled: what was typed or ticked is kept, an error is said once and in its place, buttons lead on."""

import html
import re

import pytest
from django.urls import reverse

from orders.models import Order
from tasks import review
from tasks.models import Task
from tests.billing.book import recharge
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.pages.test_doing import owner_of, typed
from tests.pages.test_every_page import logged_in
from tests.tasks import making
from weitask import clock

pytestmark = pytest.mark.django_db

EARLY = "开始时间须在提交时间的一小时之后"


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


@pytest.fixture
def rich(db):
    advertiser = AdvertiserFactory()
    recharge(advertiser, 300_000)
    return advertiser


def page(answer) -> str:
    return html.unescape(answer.content.decode())


def test_a_refused_new_task_is_sent_again_as_the_same_draft(rich, sandbox):
    client = logged_in(rich.user)
    answer = client.post(reverse("task_new"), typed(MONDAY, action="submit"))
    address = re.search(r'<form action="([^"]+)"\s+method="post"\s+novalidate', page(answer))[1]
    client.post(address, typed(MONDAY, action="submit"))
    assert address == reverse("task_edit", args=[Task.objects.get().pk])


def test_a_start_that_all_accounts_inherit_is_complained_of_once(rich, sandbox):
    accounts = MediaAccountFactory.create_batch(3)
    answer = logged_in(rich.user).post(reverse("task_new"), typed(MONDAY, *accounts, action="submit"))
    assert page(answer).count(EARLY) == 1


def test_a_start_of_its_own_is_complained_of_at_its_account(rich, sandbox):
    own = {"rows-0-start_at": "2026-01-05T09:00"}
    data = typed(MONDAY + 2 * HOUR, MediaAccountFactory(), action="submit", **own)
    answer = logged_in(rich.user).post(reverse("task_new"), data)
    assert page(answer).count(EARLY) == 1
    assert EARLY in page(answer).partition("id_rows-0-start_at")[2]


def test_an_empty_task_is_told_everything_that_is_missing(rich, sandbox):
    answer = page(logged_in(rich.user).post(reverse("task_new"), {**typed(MONDAY, action="submit"), "text": ""}))
    assert [words in answer for words in ("请填写微博内容", EARLY, "请选择帐号")] == [True, True, True]


def test_what_was_ticked_on_another_page_of_the_market_stays_chosen(rich):
    here, elsewhere = MediaAccountFactory.create_batch(2)
    task = making.draft(rich, accounts=[])
    query = {"task": task.pk, "account": [here.pk, elsewhere.pk], "q": here.screen_name}
    shown = page(logged_in(rich.user).get(reverse("market"), query))
    assert f'<input type="hidden" name="account" value="{elsewhere.pk}">' in shown
    assert re.search(rf'value="{here.pk}"[^>]*checked', shown)


def test_clearing_the_filters_keeps_the_draft_and_a_folded_filter_in_use_is_unfolded(rich):
    task = making.draft(rich, accounts=[])
    shown = page(logged_in(rich.user).get(reverse("market"), {"task": task.pk, "followers_min": "99999999"}))
    assert f'href="{reverse("market")}?task={task.pk}"' in shown
    assert '<details class="mb-2" open>' in shown


def test_the_market_without_a_draft_leads_to_a_new_task(rich):
    assert reverse("task_new") in page(logged_in(rich.user).get(reverse("market"))).partition("<main")[2]


def test_a_task_in_review_says_what_it_costs(rich, sandbox):
    task = making.submitted(making.draft(rich, accounts=MediaAccountFactory.create_batch(2))).task
    client = logged_in(rich.user)
    for address in (reverse("task", args=[task.pk]), reverse("tasks")):
        assert "¥200.00" in page(client.get(address))


def test_a_page_that_refreshes_a_part_is_loaded_anew_when_the_state_has_changed(rich, sandbox):
    task = making.submitted(making.draft(rich)).task
    client, address = logged_in(rich.user), reverse("task", args=[task.pk])
    same = client.get(address, {"seen": "in_review"}, headers={"HX-Request": "true"})
    other = client.get(address, {"seen": "draft"}, headers={"HX-Request": "true"})
    assert (same.get("HX-Refresh"), other.get("HX-Refresh")) == (None, "true")


def test_more_than_nine_pictures_at_once_are_refused_by_name(rich, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    files = [SimpleUploadedFile(f"{number}.png", b"no picture") for number in range(10)]
    shown = page(logged_in(rich.user).post(reverse("image_upload"), {"upload": files}))
    assert "9.png：最多 9 张配图" in shown


def test_the_language_button_after_a_refused_form_leads_back_to_the_page_of_the_form():
    order = world.one()
    form, address = reverse("order", args=[order.pk]), reverse("order_refuse", args=[order.pk])
    answer = owner_of(order).post(address, {}, headers={"referer": f"http://testserver{form}"})
    assert answer.status_code == 400
    assert page(answer).count(f'name="next" value="{form}"') >= 1
    assert f'name="next" value="{address}"' not in page(answer)


def test_accepting_nothing_and_accepting_what_clashes_say_so():
    account = MediaAccountFactory()
    first, second = world.dispatched(accounts=[account, account], starts=[world.START, world.START])
    client = owner_of(first)
    assert "请先勾选要接的订单" in page(client.post(reverse("orders_accept"), follow=True))
    answer = page(client.post(reverse("orders_accept"), {"order": [first.pk, second.pk]}, follow=True))
    assert "已接 1 单" in answer
    assert "1 单时段冲突，已自动拒绝" in answer
    assert "不能再接单或拒单" not in answer


def test_a_clash_is_told_to_the_advertiser_in_the_language_of_the_page():
    account = MediaAccountFactory()
    first, second = world.dispatched(accounts=[account, account], starts=[world.START, world.START])
    world.accept(first)
    client = logged_in(first.advertiser.user)
    client.cookies["django_language"] = "en"
    assert Order.objects.get(pk=second.pk).refusal_reason == "时段冲突"
    assert "Time slot taken" in page(client.get(reverse("task_order", args=[second.pk])))


def test_a_refusal_that_is_too_short_says_how_long_it_must_be():
    order = world.one()
    data = {"reason_code": "style", "reason": "不合适"}
    assert "请至少写 10 个字" in page(owner_of(order).post(reverse("order_refuse", args=[order.pk]), data))


def test_a_wrong_code_of_the_bank_is_told_at_its_field(sandbox):
    client = logged_in(UserFactory(identity="media"))
    card = {
        "bank_code": "ICBC", "number": "6222 0200 0000 0000 08", "name": "张小满", "cert_no": "110101199001011237",
        "phone": "13800138000", "province": "四川", "city": "成都", "consent": "on",
    }  # fmt: skip
    client.post(reverse("bank_card"), card)
    assert "中国工商银行（尾号 0008）" in page(client.get(reverse("bank_card")))
    answer = client.post(reverse("bank_card_confirm"), {"code": "000000"})
    assert answer.status_code == 400
    assert "验证码不正确或已失效" in page(answer).partition('id="id_code_error"')[2]


def test_both_statements_lead_from_a_sum_to_its_order():
    order = world.achieve(world.published())
    paid = page(logged_in(order.advertiser.user).get(reverse("wallet")))
    assert f'付给帐号主 <a class="small" href="{reverse("task_order", args=[order.pk])}">' in paid
    assert f'订单收入 <a class="small" href="{reverse("order", args=[order.pk])}">' in page(
        owner_of(order).get("/earnings/")
    )


def test_an_error_message_is_red():
    order = world.accepted()
    answer = owner_of(order).post(reverse("order_accept", args=[order.pk]), follow=True)
    assert "alert-danger" in page(answer)


def test_no_link_of_the_desk_ends_at_a_closed_door():
    task = making.approved().task
    client = logged_in(making.reviewer())
    shown = page(client.get(reverse("admin:tasks_task_change", args=[task.pk])))
    assert task.advertiser.name in shown
    for address in set(re.findall(r'href="(/admin/[^"]+/change/)"', shown)):
        assert client.get(address).status_code == 200


def test_a_stopped_task_offers_no_stop():
    task = making.approved().task
    client, address = logged_in(making.reviewer()), reverse("admin:tasks_task_change", args=[task.pk])
    assert "紧急叫停" in page(client.get(address))
    review.halt(task=task, by=making.reviewer(), reason="违规", now=MONDAY)
    assert reverse("admin:tasks_task_halt_one", args=[task.pk]) not in page(client.get(address))


def test_a_draft_is_saved_while_it_is_written_and_stays_one(rich):
    client = logged_in(rich.user)
    said = client.post(reverse("task_new"), typed(MONDAY, action="autosave")).json()
    again = client.post(said["url"], {**typed(MONDAY, action="autosave"), "text": "新品上市了"}).json()
    assert again["url"] == said["url"] == reverse("task_edit", args=[Task.objects.get().pk])
    assert Task.objects.get().text == "新品上市了"


def test_what_cannot_be_saved_yet_is_said_and_nothing_is_kept(rich):
    answer = logged_in(rich.user).post(reverse("task_new"), {**typed(MONDAY, action="autosave"), "start_at": "morgen"})
    assert (answer.status_code, answer.json()) == (400, {"why": "有内容需要修改，暂未自动保存"})
    assert not Task.objects.exists()
