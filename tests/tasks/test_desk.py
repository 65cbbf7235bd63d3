"""The review desk in the admin (R16, R40-R49, A15, A48)."""

import io

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from PIL import Image as Picture

from accounts import access
from tasks import images, queries, review
from tasks.admin.access import person as person_of
from tasks.drafting import SelectionInput
from tasks.models import Decision, Submission, Task
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MINUTE, MONDAY
from tests.tasks.making import START, approved, draft, enterprise, fund, image, reviewer, submitted
from weitask import clock

pytestmark = pytest.mark.django_db
QUEUE = "/admin/tasks/submission/"
TASKS = "/admin/tasks/task/"


@pytest.fixture(autouse=True)
def monday(db):
    clock.pin(at=MONDAY)


@pytest.fixture
def person():
    return reviewer()


@pytest.fixture
def desk(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def said(client: Client, path: str, data: dict) -> str:
    """The page after a POST and its redirect."""
    answer = client.post(path, data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_queue_shows_what_waits_nearest_start_first(desk):
    later = submitted(text="晚的任务", start_at=START + HOUR)
    sooner = submitted(text="早的任务", start_at=START)
    approved(text="过了的任务")
    shown = page(desk, QUEUE)
    assert shown.index(f"#{sooner.task_id} ") < shown.index(f"#{later.task_id} ")
    assert "过了的任务" not in shown
    assert "2 小时 0 分" in shown


def test_the_queue_counts_the_accounts_that_have_not_lapsed(desk, person):
    submission = submitted(accounts=[MediaAccountFactory() for _ in range(3)])
    submission.items.filter(pk=submission.items.earliest("pk").pk).update(lapsed_at=MONDAY)
    assert queries.desk(reviewer=person).get().items_open == 2
    submission.items.update(lapsed_at=MONDAY)
    assert queries.desk(reviewer=person).get().items_open == 0


def test_less_than_half_an_hour_is_shown_as_urgent(desk):
    submitted()
    clock.pin(at=START - 29 * MINUTE)
    assert '<span class="wt-hurry">29 分</span>' in page(desk, QUEUE)


def test_decided_submissions_are_a_click_away(desk):
    approved(text="过了的任务")
    assert "过了的任务" in page(desk, f"{QUEUE}?state=approved")
    assert "过了的任务" in page(desk, f"{QUEUE}?state=all")


def test_one_page_shows_all_a_reviewer_needs(desk):
    advertiser = enterprise()
    picture = image(advertiser, "招牌.jpg")
    account = MediaAccountFactory(price_original=123_400)
    text = "来一点减肥药 http://t.cn/A6zzzzz"
    submission = submitted(
        draft(advertiser, accounts=[account], text=text, image_ids=(picture.pk,), proof_id=picture.pk)
    )
    shown = page(desk, f"{QUEUE}{submission.pk}/change/")
    for part in (
        "<mark",
        "减肥药</mark>",
        "禁止广告的商品",
        "短链接未能展开",
        "任务内容",
        "招牌.jpg",
        "销售授权证明",
        advertiser.name,
        account.screen_name,
    ):
        assert part in shown
    assert "1,234.00" in shown
    assert 'href="http://t.cn/A6zzzzz" target="_blank"' in " ".join(shown.split())


def test_a_selection_with_words_of_its_own_has_its_own_preview(desk):
    chosen = (
        SelectionInput(MediaAccountFactory().pk),
        SelectionInput(MediaAccountFactory().pk, None, "另一种说法刷粉"),
    )
    submission = submitted(draft(selections=chosen))
    shown = page(desk, f"{QUEUE}{submission.pk}/change/")
    assert "另一种说法<mark" in shown
    assert shown.count("1 个帐号发布") == 2


def test_what_an_advertiser_typed_is_inert(desk):
    submission = submitted(text='<script>alert(1)</script> " onmouseover=alert(1)')
    shown = page(desk, f"{QUEUE}{submission.pk}/change/")
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;" in shown


def test_a_reviewer_approves_after_seeing_what_will_happen(desk, person):
    submission = submitted()
    path = f"{QUEUE}{submission.pk}/approve/"
    shown = page(desk, path)
    assert "冻结广告主 100.00 元，立即向 1 个帐号派单" in shown
    assert "已通过" in said(desk, path, {"confirmed": "yes"})
    assert (Task.objects.get().state, Decision.objects.get().by) == ("approved", person)


def test_the_page_of_an_approval_tells_of_lapsing_selections_and_findings(desk):
    chosen = (SelectionInput(MediaAccountFactory().pk), SelectionInput(MediaAccountFactory().pk, START + HOUR))
    submission = submitted(draft(selections=chosen, text="减肥药"))
    clock.pin(at=START)
    shown = page(desk, f"{QUEUE}{submission.pk}/approve/")
    assert "1 个帐号已到开始时间" in shown
    assert "机审提示 1 处" in shown


def test_a_page_that_was_only_looked_at_decides_nothing(desk):
    submission = submitted()
    desk.post(f"{QUEUE}{submission.pk}/approve/")
    assert Submission.objects.get().state == "in_review"


def test_a_reviewer_rejects_with_a_common_reason_and_own_words(desk):
    submission = submitted()
    path = f"{QUEUE}{submission.pk}/reject/"
    assert "退回预占金额 100.00 元" in page(desk, path)
    said(desk, path, {"confirmed": "yes", "preset": "图片中含有违禁内容", "reason": "第二张"})
    assert Decision.objects.get().reason == "图片中含有违禁内容；第二张"


def test_a_rejection_without_a_reason_asks_again(desk):
    submission = submitted()
    answer = desk.post(f"{QUEUE}{submission.pk}/reject/", {"confirmed": "yes"})
    assert "请填写理由" in answer.content.decode()
    assert Submission.objects.get().state == "in_review"


def test_a_refusal_of_the_verb_is_shown(desk):
    submission = submitted()
    clock.pin(at=START)
    assert "任务已审核超时" in said(desk, f"{QUEUE}{submission.pk}/approve/", {"confirmed": "yes"})


def test_many_are_approved_at_once_after_one_confirmation(desk):
    rows = [submitted().pk, submitted().pk]
    asked = {"action": "approve_selected", "_selected_action": rows}
    first = desk.post(QUEUE, asked)
    assert first.content.decode().count("冻结广告主 100.00 元") == 2
    assert Decision.objects.count() == 0
    said(desk, QUEUE, {**asked, "confirmed": "yes"})
    assert set(Submission.objects.values_list("state", flat=True)) == {"approved"}


def test_many_are_rejected_at_once_for_one_reason(desk):
    rows = [submitted().pk, submitted().pk]
    asked = {"action": "reject_selected", "_selected_action": rows}
    assert "请填写理由" in desk.post(QUEUE, {**asked, "confirmed": "yes"}).content.decode()
    said(desk, QUEUE, {**asked, "confirmed": "yes", "reason": "同一违规内容"})
    assert list(Decision.objects.values_list("reason", flat=True)) == ["同一违规内容"] * 2


def test_the_stop_says_what_it_will_do_and_does_it(desk):
    task = approved().task
    path = f"{TASKS}{task.pk}/halt/"
    assert "取消 1 个未发布的订单，解冻并退回 100.00 元" in page(desk, path)
    said(desk, path, {"confirmed": "yes", "reason": "内容有误", "platform_fault": "on"})
    decision = Decision.objects.get(verdict="halt")
    assert (decision.platform_fault, Task.objects.get().state) == (True, "halted")


def test_a_stop_that_has_nothing_to_stop_says_so_and_offers_nothing(desk):
    task = approved().task
    path = f"{TASKS}{task.pk}/halt/"
    said(desk, path, {"confirmed": "yes", "reason": "内容有误"})
    shown = page(desk, path)
    assert ("没有可以处理的任务" in shown, "确认紧急叫停" in shown, 'name="reason"' in shown) == (True, False, False)
    said(desk, path, {"confirmed": "yes", "reason": "再来一次"})
    assert Decision.objects.filter(verdict="halt").count() == 1


def test_the_stop_tells_of_an_addition_in_review(desk):
    task = approved().task
    chosen = [SelectionInput(MediaAccountFactory().pk, START, "新说法")]
    review.add_orders(task=task, by=task.advertiser.user, selections=chosen, now=MONDAY)
    assert "审核中的增加订单一并驳回" in page(desk, f"{TASKS}{task.pk}/halt/")


def test_the_rejection_of_an_addition_says_that_the_task_runs_on(desk):
    task = approved().task
    chosen = [SelectionInput(MediaAccountFactory().pk, START, "新说法")]
    added = review.add_orders(task=task, by=task.advertiser.user, selections=chosen, now=MONDAY)
    assert "只驳回本次增加的订单" in page(desk, f"{QUEUE}{added.pk}/reject/")


def test_many_tasks_are_stopped_at_once(desk):
    rows = [approved().task_id, approved().task_id, submitted().task_id]
    asked = {"action": "halt_selected", "_selected_action": rows, "confirmed": "yes", "reason": "停"}
    said(desk, TASKS, asked)
    assert sorted(Task.objects.values_list("state", flat=True)) == ["halted", "halted", "in_review"]


def test_the_page_of_a_task_shows_its_decisions_and_no_fields_to_type_in(desk):
    task = approved().task
    shown = page(desk, f"{TASKS}{task.pk}/change/")
    assert "审核记录" in shown
    assert f"{TASKS}{task.pk}/halt" in shown
    assert 'name="_save"' not in shown


@pytest.mark.parametrize("path", ["decision/", "task/", "submission/"])
def test_the_lists_open_for_a_reviewer(desk, path):
    approved()
    page(desk, f"/admin/tasks/{path}")


@pytest.mark.parametrize("model", ["decision", "task", "submission"])
def test_nothing_is_added_or_deleted_by_hand(desk, model):
    submission = approved()
    pk = {"decision": Decision.objects.get().pk, "task": submission.task_id, "submission": submission.pk}[model]
    page(desk, f"/admin/tasks/{model}/add/", 403)
    page(desk, f"/admin/tasks/{model}/{pk}/delete/", 403)


def test_drafts_are_nobodys_business(desk):
    assert page(desk, f"{TASKS}?q={draft().pk}").count("/change/") == 0


def test_own_tasks_and_accounts_never_appear(desk, person):
    own = submitted(draft(fund(AdvertiserFactory(user=person))))
    paid = submitted(accounts=[MediaAccountFactory(weibo__user=person)])
    for submission in (own, paid):
        page(desk, f"{QUEUE}{submission.pk}/change/", 404)
        page(desk, f"{QUEUE}{submission.pk}/approve/", 404)
        page(desk, f"{TASKS}{submission.task_id}/halt/", 404)
        assert f"#{submission.task_id} " not in page(desk, QUEUE)


def test_decisions_about_oneself_are_not_shown(desk, person):
    own = approved(draft(fund(AdvertiserFactory(user=person))))
    other = approved()
    shown = page(desk, "/admin/tasks/decision/")
    assert f"/decision/{own.decisions.get().pk}/" not in shown
    assert f"/decision/{other.decisions.get().pk}/" in shown


@pytest.mark.parametrize("group", [None, access.FINANCE, access.ACCOUNT_REVIEW])
def test_other_staff_cannot_look_or_decide(group):
    user = UserFactory(staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    submission = submitted()
    client = Client()
    client.force_login(user)
    for path in (QUEUE, f"{QUEUE}{submission.pk}/change/", f"{QUEUE}{submission.pk}/approve/"):
        page(client, path, 403)
    page(client, f"{QUEUE}{submission.pk}/picture/1/", 403)


def test_who_may_only_look_finds_no_buttons_and_decides_nothing():
    user = UserFactory(staff=True)
    for name in ("view_submission", "view_task"):
        user.user_permissions.add(Permission.objects.get(codename=name))
    waiting, running = submitted(), approved()
    client = Client()
    client.force_login(user)
    assert "wt-go" not in page(client, f"{QUEUE}{waiting.pk}/change/")
    assert client.post(f"{QUEUE}{waiting.pk}/approve/", {"confirmed": "yes"}).status_code == 403
    assert client.post(f"{TASKS}{running.task_id}/halt/", {"confirmed": "yes"}).status_code == 403
    assert Decision.objects.count() == 1


def test_nobody_is_no_person_of_the_desk():
    request = RequestFactory().get(QUEUE)
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        person_of(request)


def test_somebody_who_is_no_staff_is_sent_to_the_login():
    client = Client()
    client.force_login(UserFactory())
    assert client.get(QUEUE).status_code == 302


def test_a_picture_is_shown_for_its_own_submission_only(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    out = io.BytesIO()
    Picture.new("RGB", (5, 5)).save(out, "PNG")
    advertiser = enterprise()
    mine = images.store(advertiser=advertiser, upload=SimpleUploadedFile("a.png", out.getvalue()), now=MONDAY)
    submission = submitted(draft(advertiser, image_ids=(mine.pk,)))
    answer = desk.get(f"{QUEUE}{submission.pk}/picture/{mine.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    page(desk, f"{QUEUE}{submitted().pk}/picture/{mine.pk}/", 404)


def test_an_address_that_is_no_number_is_not_found(desk):
    page(desk, f"{QUEUE}abc/change/", 404)


def test_days_are_told_as_days(desk):
    submitted(start_at=MONDAY + 50 * HOUR)
    assert "2 天 2 小时" in page(desk, QUEUE)


def test_a_start_that_has_passed_says_so(desk):
    submitted()
    clock.pin(at=START + MINUTE)
    assert "已过" in page(desk, QUEUE)
