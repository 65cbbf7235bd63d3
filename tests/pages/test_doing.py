"""What people do on pages, through to the verb behind it, and what they are told when it is refused."""

import pytest
from django.urls import reverse

from accounts.models import MediaAccount, Notice
from orders.models import Order
from tasks.models import Task, TaskState
from tests.billing.book import recharge
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory, WeiboAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.orders.test_answering import refuse
from tests.pages.test_every_page import logged_in
from weitask import clock
from weitask.periods import shanghai

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


@pytest.fixture
def rich(db):
    advertiser = AdvertiserFactory()
    recharge(advertiser, 300_000)
    return advertiser


def typed(start, *accounts, **more) -> dict:
    rows = {"rows-TOTAL_FORMS": len(accounts), "rows-INITIAL_FORMS": len(accounts)}
    for number, account in enumerate(accounts):
        rows |= {f"rows-{number}-account": account.pk, f"rows-{number}-start_at": "", f"rows-{number}-text": ""}
    return {"form": "original", "text": "新品上市", "start_at": f"{shanghai(start):%Y-%m-%dT%H:%M}", **rows, **more}


def owner_of(order: Order):
    order.owner.identity = "media"
    order.owner.save()
    return logged_in(order.owner)


def test_a_task_is_written_chosen_for_and_submitted(rich, sandbox):
    client, account = logged_in(rich.user), MediaAccountFactory()
    answer = client.post(reverse("task_new"), typed(MONDAY + 2 * HOUR, action="choose"))
    task = Task.objects.get()
    assert answer.url.endswith(f"?task={task.pk}")
    assert account.screen_name in client.get(answer.url).content.decode()
    client.post(reverse("task_choose", args=[task.pk]), {"account": account.pk})
    assert task.selections.count() == 1
    assert client.get(reverse("task_edit", args=[task.pk])).status_code == 200
    sent = client.post(reverse("task_edit", args=[task.pk]), typed(MONDAY + 2 * HOUR, account, action="submit"))
    assert sent.status_code == 302
    assert Task.objects.get().state == TaskState.IN_REVIEW
    assert "正在审核" in client.get(reverse("task", args=[task.pk])).content.decode()
    assert client.get(reverse("task_edit", args=[task.pk])).status_code == 302


def test_a_refused_submission_names_the_rule_and_keeps_the_words(rich, sandbox):
    client, account = logged_in(rich.user), MediaAccountFactory()
    answer = client.post(reverse("task_new"), typed(MONDAY, account, action="submit"))
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "开始时间须在提交时间的一小时之后" in shown
    assert "新品上市" in shown


def test_nonsense_in_a_form_is_told_at_its_field(rich):
    answer = logged_in(rich.user).post(reverse("task_new"), typed(MONDAY, start_at="tomorrow", action="save"))
    assert answer.status_code == 400


def test_a_draft_is_saved_copied_and_deleted(rich):
    client = logged_in(rich.user)
    client.post(reverse("task_new"), typed(MONDAY + 2 * HOUR, action="save"))
    task = Task.objects.get()
    client.post(reverse("task_copy", args=[task.pk]))
    assert Task.objects.count() == 2
    client.post(reverse("task_delete", args=[task.pk]))
    assert Task.objects.count() == 1


def test_the_market_filters_sums_and_shows_one_account(rich):
    client, account = logged_in(rich.user), MediaAccountFactory()
    found = client.get(reverse("market"), {"followers_min": 1, "ordering": "cpm", "free_at": "2026-01-05T12:00"})
    assert account.screen_name in found.content.decode()
    assert "¥100.00" in client.get(reverse("market_sum"), {"account": account.pk, "form": "original"}).content.decode()
    assert client.get(reverse("market_account", args=[account.pk])).status_code == 200
    assert client.get(reverse("market_account", args=[999_999])).status_code == 404


def test_a_source_that_cannot_be_read_is_told_with_a_way_to_try_again(rich, sandbox):
    answer = logged_in(rich.user).get(reverse("task_source"), {"source_url": "https://weibo.com/1/nothing"})
    assert "重试" in answer.content.decode()


def test_orders_are_added_to_a_running_task(rich, sandbox):
    order = world.accepted()
    client, account = logged_in(order.advertiser.user), MediaAccountFactory()
    recharge(order.advertiser, 100_000)
    chosen = client.post(reverse("task_choose", args=[order.task_id]), {"account": account.pk})
    assert "/add/" in chosen.url
    assert account.screen_name in client.get(chosen.url).content.decode()
    rows = {key: value for key, value in typed(MONDAY + 3 * HOUR, account).items() if key.startswith("rows")}
    rows["rows-0-start_at"] = f"{shanghai(MONDAY + 3 * HOUR):%Y-%m-%dT%H:%M}"
    assert client.post(reverse("task_add_orders", args=[order.task_id]), rows).status_code == 302
    early = {**rows, "rows-0-start_at": f"{shanghai(MONDAY):%Y-%m-%dT%H:%M}"}
    assert client.post(reverse("task_add_orders", args=[order.task_id]), early).status_code == 400


def test_an_owner_accepts_one_order_and_several():
    first, second = world.one(), world.one()
    client = owner_of(first)
    client.post(reverse("order_accept", args=[first.pk]))
    assert Order.objects.get(pk=first.pk).state == "accepted"
    owner_of(second).post(reverse("orders_accept"), {"order": [second.pk, "x"]})
    assert Order.objects.get(pk=second.pk).state == "accepted"
    client.post(reverse("order_accept", args=[first.pk]))
    assert Order.objects.get(pk=first.pk).events.count() == 2


def test_an_owner_refuses_in_detail():
    order = world.one()
    words = {"reason_code": "style", "reason": "内容与帐号的风格不太符合"}
    owner_of(order).post(reverse("order_refuse", args=[order.pk]), words)
    assert Order.objects.get().state == "refused"


def test_orders_are_filtered_by_label_and_account():
    order = world.one()
    client = owner_of(order)
    assert order.number in client.get(reverse("orders"), {"state": "dispatched"}).content.decode()
    assert order.number not in client.get(reverse("orders"), {"state": "completed"}).content.decode()
    assert order.number in client.get(reverse("orders"), {"account": order.account_id}).content.decode()


def test_an_owner_sets_prices_category_and_consent():
    account = MediaAccountFactory(specific=True)
    account.owner.identity = "media"
    account.owner.save()
    client, here = logged_in(account.owner), reverse("media_account", args=[account.pk])
    assert client.post(here, {"price_original": "88.80", "price_repost": ""}).status_code == 302
    assert MediaAccount.objects.get().price_original == 8_880
    assert client.post(here, {"price_original": "0"}).status_code == 400
    client.post(reverse("media_apply", args=[account.pk]), {"category": account.category_id})
    client.post(reverse("media_opt_in", args=[account.pk]), {"accepts": "0"})
    assert MediaAccount.objects.get().specific_opt_in is False
    assert client.get(here).status_code == 200


def test_a_bound_account_is_entered_for_review_and_given_back(sandbox):
    weibo = WeiboAccountFactory()
    client = logged_in(weibo.user)
    assert client.post(reverse("media_open", args=[weibo.pk])).status_code == 302
    assert MediaAccount.objects.get().review == "pending"
    client.post(reverse("media_open", args=[weibo.pk]))
    client.post(reverse("weibo_unbind", args=[weibo.pk]))
    assert client.get(reverse("weibo_accounts")).status_code == 200


def test_notices_are_read_one_by_one_and_all():
    user = UserFactory(identity="media")
    for number in range(2):
        Notice.objects.create(
            user=user, kind="x", dedupe=f"x{number}", title="新订单", url="/orders/", created_at=MONDAY
        )
    client = logged_in(user)
    assert client.post(reverse("notice_read", args=[Notice.objects.first().pk])).url == "/orders/"
    assert "新订单" in client.get(reverse("notices"), {"unread": 1}).content.decode()
    client.post(reverse("notices_read"))
    assert not Notice.objects.unread().exists()


def test_a_recharge_goes_to_the_cashier_and_comes_back(rich, sandbox):
    client = logged_in(rich.user)
    sent = client.post(reverse("recharge"), {"amount": "2000"})
    assert sent.url.startswith(sandbox.base_url)
    back = client.get(reverse("recharge_came_back"))
    assert "正在向新浪支付查询" in client.get(back.url).content.decode()
    assert client.get(back.url, headers={"HX-Request": "true"}).status_code == 200
    assert client.post(reverse("recharge"), {"amount": "0"}).status_code == 400


def test_a_bank_card_is_bound_with_the_texted_code(sandbox):
    user = UserFactory(identity="media")
    client = logged_in(user)
    card = {
        "bank_code": "ICBC", "number": "6222 0200 0000 0000 08", "name": "张小满", "cert_no": "110101199001011237",
        "phone": "13800138000", "province": "四川", "city": "成都", "consent": "on",
    }  # fmt: skip
    assert client.post(reverse("bank_card"), {**card, "phone": "1"}).status_code == 400
    assert client.post(reverse("bank_card"), card).status_code == 302
    client.post(reverse("bank_card_confirm"), {"code": ""})
    client.post(reverse("bank_card_confirm"), {"code": "000000"})
    client.post(reverse("bank_card_confirm"), {"code": "123456"})
    assert user.bank_cards.get(state="bound").last4 == "0008"
    assert "0008" in client.get(reverse("bank_card")).content.decode()


def test_below_the_threshold_the_way_there_is_shown():
    assert "2,000.00" in logged_in(AdvertiserFactory().user).get(reverse("task_new")).content.decode()


def test_a_picture_is_uploaded_and_shown_to_its_owner_only(rich, settings, tmp_path):
    from io import BytesIO

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image as Picture

    settings.MEDIA_ROOT = tmp_path
    file = BytesIO()
    Picture.new("RGB", (60, 40), "red").save(file, "PNG")
    client = logged_in(rich.user)
    good = SimpleUploadedFile("a.png", file.getvalue())
    shown = client.post(reverse("image_upload"), {"upload": [good, SimpleUploadedFile("b.png", b"no picture")]})
    assert "b.png" in shown.content.decode()
    pk = rich.images.get().pk
    assert logged_in(UserFactory()).get(reverse("image", args=[pk])).status_code == 404
    answer = client.get(reverse("image", args=[pk]))
    assert b"".join(answer.streaming_content)


def test_the_home_offers_to_replace_a_lost_order_in_one_click():
    order = refuse(world.one())
    page = logged_in(order.advertiser.user).get(reverse("home")).content.decode()
    assert f"{reverse('market')}?task={order.task_id}" in page
    assert "低于上一个任务的费用" not in page


def test_the_home_tells_of_a_balance_that_the_last_task_would_not_fit_into():
    order = world.one()
    page = logged_in(order.advertiser.user).get(reverse("home")).content.decode()
    assert "可支配余额 ¥0.00，低于上一个任务的费用 ¥110.00" in page
