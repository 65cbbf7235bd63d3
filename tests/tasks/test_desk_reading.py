"""One page per submission: everything a reviewer needs, who reads it, and what comes next (R40-R49, A15, A48)."""

import pytest
from django.test import Client

from tasks import review
from tasks.desk import queue
from tasks.drafting import SelectionInput
from tasks.models import Claim, Decision, ReasonTemplate, Submission
from tasks.screening.models import Rule, RuleSet
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MINUTE, MONDAY
from tests.tasks.making import START, draft, enterprise, fund, image, reviewer, submitted
from tests.tasks.test_desk import QUEUE, page, said
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday(db):
    clock.pin(at=MONDAY)


@pytest.fixture
def person():
    return reviewer()


@pytest.fixture
def desk(person) -> Client:
    return sitting(person)


def sitting(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def opened(client: Client, submission: Submission) -> str:
    return page(client, f"{QUEUE}{submission.pk}/change/")


def test_a_hit_is_marked_in_place_with_its_rule_and_normalised_form(desk):
    submission = submitted(text="来一点減🔥肥🔥藥")
    shown = opened(desk, submission)
    assert '<mark class="wt-flag" tabindex="0">減🔥肥🔥藥</mark><span class="wt-tip" role="note">' in shown
    assert "词汇「减肥药」" in shown
    assert "规范形式：减肥药" in shown


def test_a_short_link_is_shown_with_its_target_and_what_is_said_against_it(desk, monkeypatch):
    link, target = "http://t.cn/A6zzzzz", "https://shop.example.com/?utm_source=wt"
    monkeypatch.setattr("tasks.source.open_links", lambda links: dict.fromkeys(links, target))
    submission = submitted(text=f"看 {link}")
    assert submission.opened == {link: target}
    shown = opened(desk, submission)
    assert f"→ {target}" in shown
    assert "疑似监测参数" in shown


def test_the_proof_of_sales_authorisation_is_shown_or_missed(desk):
    advertiser = enterprise()
    proof = image(advertiser, "授权书.jpg")
    shown = opened(desk, submitted(draft(advertiser, proof_id=proof.pk)))
    assert 'alt="授权书.jpg"' in shown
    assert "没有上传；销售商品而没有授权的，请驳回" in opened(desk, submitted())


def test_the_advertisers_earlier_rejections_are_told_with_their_reasons(desk):
    advertiser = enterprise()
    review.reject(submission=submitted(draft(advertiser)), by=reviewer(), reason="图片违规", now=MONDAY)
    shown = opened(desk, submitted(draft(advertiser)))
    assert "驳回 1 次" in shown
    assert "图片违规" in shown


def test_reading_claims_and_others_see_who_reads(desk, person):
    submission = submitted()
    opened(desk, submission)
    assert Claim.objects.get().by == person
    other = sitting(reviewer())
    assert f"{person.username} 正在审核" in opened(other, submission)
    assert f"{person.username} 正在审核" in page(other, QUEUE)


def test_leaving_gives_the_claim_back_and_a_heartbeat_keeps_it(desk):
    submission = submitted()
    opened(desk, submission)
    clock.pin(at=MONDAY + 4 * MINUTE)
    assert desk.post(f"{QUEUE}{submission.pk}/claim/").status_code == 204
    assert Claim.objects.get().until == MONDAY + 9 * MINUTE
    assert desk.post(f"{QUEUE}{submission.pk}/release/").status_code == 204
    assert Claim.objects.count() == 0


@pytest.mark.parametrize("what", ["claim", "release"])
def test_a_claim_is_changed_by_a_post_of_a_reviewer_alone(desk, what):
    submission = submitted()
    assert desk.get(f"{QUEUE}{submission.pk}/{what}/").status_code == 405
    assert sitting(UserFactory(staff=True)).post(f"{QUEUE}{submission.pk}/{what}/").status_code == 403


def test_who_loses_the_race_is_told_who_won(desk, person):
    submission = submitted()
    opened(desk, submission)
    winner = reviewer()
    review.approve(submission=submission, by=winner, now=MONDAY)
    shown = said(desk, f"{QUEUE}{submission.pk}/approve/", {"confirmed": "yes"})
    assert winner.username in shown
    assert Decision.objects.count() == 1


def test_after_a_decision_the_next_of_the_queue_opens(desk):
    first, second = submitted(), submitted(start_at=START + HOUR)
    answer = desk.post(f"{QUEUE}{first.pk}/approve/", {"confirmed": "yes"})
    assert answer.url == f"{QUEUE}{second.pk}/change/"
    answer = desk.post(f"{QUEUE}{second.pk}/approve/", {"confirmed": "yes"})
    assert answer.url == QUEUE


def test_the_queue_starts_at_the_nearest_start_that_nobody_has_in_hand(desk):
    first, second = submitted(), submitted(start_at=START + HOUR)
    opened(sitting(reviewer()), first)
    assert desk.get(f"{QUEUE}start/").url == f"{QUEUE}{second.pk}/change/"


def test_neighbours_are_in_the_order_of_the_queue(person):
    late, soon, same = submitted(start_at=START + HOUR), submitted(), submitted()
    beside = queue.neighbours(submission=soon, reviewer=person, now=MONDAY)
    assert (beside.before, beside.after) == (same.pk, late.pk)


def test_own_tasks_are_no_neighbours(person):
    submitted(draft(fund(AdvertiserFactory(user=person))))
    submitted(accounts=[MediaAccountFactory(weibo__user=person)])
    assert queue.first(reviewer=person, now=MONDAY) is None


def test_minutes_under_an_hour_are_red(desk):
    submitted()
    clock.pin(at=START - 59 * MINUTE)
    assert '<span class="wt-hurry">59 分</span>' in page(desk, QUEUE)


def test_what_is_too_late_is_shown_and_not_decidable(desk):
    submission = submitted()
    clock.pin(at=START)
    shown = opened(desk, submission)
    assert "任务审核超时，不再派单" in shown
    assert "/approve/" not in shown
    assert "/reject/" not in shown


def test_a_first_approval_waits_for_another_and_leaves_ones_own_queue(desk, person):
    submission = submitted(text="减肥药")
    assert "需两人审核" in opened(desk, submission)
    assert "初审已记录" in said(desk, f"{QUEUE}{submission.pk}/approve/", {"confirmed": "yes"})
    assert queue.first(reviewer=person, now=MONDAY) is None
    shown = opened(desk, submission)
    assert "请由另一位审核员复核" in shown
    assert f"{QUEUE}{submission.pk}/approve/" not in shown


def test_the_second_reviewer_sees_the_first_and_decides(desk, person):
    submission = submitted(text="减肥药")
    review.approve(submission=submission, by=person, now=MONDAY)
    second = sitting(reviewer())
    assert f"待复核（{person.username} 初审）" in page(second, QUEUE)
    assert "这次通过即为复核" in page(second, f"{QUEUE}{submission.pk}/approve/")
    said(second, f"{QUEUE}{submission.pk}/approve/", {"confirmed": "yes"})
    assert Submission.objects.get().state == "approved"


def test_rules_published_since_the_submission_are_marked_too(desk):
    chosen = (SelectionInput(MediaAccountFactory().pk), SelectionInput(MediaAccountFactory().pk, None, "自己的热评"))
    submission = submitted(draft(selections=chosen))
    first = RuleSet.objects.get()
    rules = [*first.data["rules"], {**first.data["rules"][0], "text": "热评"}]
    RuleSet.objects.create(
        number=2, version="2-test", data={**first.data, "rules": rules}, note="x", published_at=MONDAY
    )
    shown = opened(desk, submission)
    assert "现行版本是 2-test" in shown
    assert "自己的<mark" in shown
    assert Rule.objects.filter(text="热评").count() == 0


def test_common_reasons_are_data_and_several_can_be_chosen(desk):
    ReasonTemplate.objects.filter(position=0).update(active=False)
    ReasonTemplate.objects.create(text="价格与页面不符", position=9)
    path = f"{QUEUE}{submitted().pk}/reject/"
    shown = page(desk, path)
    assert "价格与页面不符" in shown
    assert "违反微博社区公约" not in shown
    said(desk, path, {"confirmed": "yes", "preset": ["图片中含有违禁内容", "价格与页面不符"]})
    assert Decision.objects.get().reason == "图片中含有违禁内容；价格与页面不符"


def test_many_decisions_end_on_a_sheet_that_names_each_refusal(desk):
    good, lost = submitted(), submitted()
    review.approve(submission=lost, by=reviewer(), now=MONDAY)
    asked = {"action": "approve_selected", "_selected_action": [good.pk, lost.pk], "confirmed": "yes"}
    shown = desk.post(f"{QUEUE}?state=all", asked).content.decode()
    assert "完成 1 个，未能处理 1 个" in shown
    assert "该任务已由" in shown


def test_the_page_asks_the_database_no_more_for_more_accounts(desk, django_assert_max_num_queries):
    submission = submitted(accounts=[MediaAccountFactory() for _ in range(12)])
    opened(desk, submission)
    with django_assert_max_num_queries(26):
        opened(desk, submission)
