"""自媒体帐号: applying, deciding, prices, suspension (R9-R12, R70, R143, A26, A48)."""

import pytest
from django.db import DatabaseError, transaction

from accounts import access, media
from accounts.models import AccountDecision, MediaAccount, Notice
from tests.accounts.people import in_group, make_reviewer
from tests.factories import CategoryFactory, MediaAccountFactory, UserFactory, WeiboAccountFactory
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db

BLUE = {"verified": True, "verified_type": 2}


@pytest.fixture
def reviewer():
    return make_reviewer(username="审核员")


@pytest.fixture
def pending(now):
    weibo = WeiboAccountFactory()
    return media.open_account(weibo=weibo, by=weibo.user, now=now)


@pytest.fixture
def organisation(now, reviewer):
    """An 企业认证 account with its authorisation approved."""
    weibo = WeiboAccountFactory(**BLUE)
    account = media.open_account(weibo=weibo, by=weibo.user, now=now)
    _decide(account, reviewer, now)
    account.refresh_from_db()
    return account


def _decide(account, by, now, *, subject="authorisation", approved=True, reason=""):
    return media.decide(account=account, subject=subject, approved=approved, reason=reason, by=by, now=now)


def test_an_account_enters_review_with_a_copy_of_its_facts(pending):
    assert (pending.review, pending.taking, pending.organisation) == ("pending", "off", False)
    assert (pending.screen_name, pending.followers) == (pending.weibo.screen_name, 100_000)


def test_only_ones_own_weibo_account_can_enter(now):
    with pytest.raises(Refusal, match="自己绑定的微博帐号"):
        media.open_account(weibo=WeiboAccountFactory(), by=UserFactory(), now=now)


def test_an_account_without_authorisation_cannot_enter(now):
    weibo = WeiboAccountFactory(token_state="expired")
    with pytest.raises(Refusal, match="请先重新授权"):
        media.open_account(weibo=weibo, by=weibo.user, now=now)


def test_an_account_of_a_dead_person_cannot_enter(now):
    weibo = WeiboAccountFactory(verified_type=400)
    with pytest.raises(Refusal, match="不能参与接单"):
        media.open_account(weibo=weibo, by=weibo.user, now=now)


def test_an_account_enters_once(pending, now):
    with pytest.raises(Conflict, match="已经申请过"):
        media.open_account(weibo=pending.weibo, by=pending.owner, now=now)


def test_a_rejected_account_may_enter_again(pending, reviewer, now):
    _decide(pending, reviewer, now, approved=False, reason="资料不符")
    assert media.open_account(weibo=pending.weibo, by=pending.owner, now=now).review == "pending"


def test_passing_the_review_opens_order_taking_for_ordinary_accounts(pending, reviewer, now):
    _decide(pending, reviewer, now)
    pending.refresh_from_db()
    assert (pending.review, pending.taking) == ("approved", "open")


def test_passing_the_review_does_not_open_order_taking_for_an_organisation(organisation):  # R10
    assert (organisation.review, organisation.taking) == ("approved", "off")


def test_an_organisation_opens_by_an_approved_application_with_a_category(organisation, reviewer, now):  # R10
    food = CategoryFactory()
    media.apply_for_taking(account=organisation, by=organisation.owner, category=food, now=now)
    _decide(organisation, reviewer, now, subject="taking")
    organisation.refresh_from_db()
    assert (organisation.taking, organisation.category) == ("open", food)


def test_a_rejected_application_can_be_made_again(organisation, reviewer, now):
    food = CategoryFactory()
    media.apply_for_taking(account=organisation, by=organisation.owner, category=food, now=now)
    _decide(organisation, reviewer, now, subject="taking", approved=False, reason="分类不符")
    again = media.apply_for_taking(account=organisation, by=organisation.owner, category=food, now=now)
    assert again.taking == "applied"


def test_applying_twice_is_a_conflict(organisation, now):
    food = CategoryFactory()
    media.apply_for_taking(account=organisation, by=organisation.owner, category=food, now=now)
    with pytest.raises(Conflict, match="正在审核中"):
        media.apply_for_taking(account=organisation, by=organisation.owner, category=food, now=now)


def test_applying_needs_the_authorisation_review_first(pending, now):
    with pytest.raises(Refusal, match="请先通过授权审核"):
        media.apply_for_taking(account=pending, by=pending.owner, category=CategoryFactory(), now=now)


def test_a_stranger_cannot_apply(organisation, now):
    with pytest.raises(Refusal, match="自己的帐号"):
        media.apply_for_taking(account=organisation, by=UserFactory(), category=CategoryFactory(), now=now)


@pytest.mark.parametrize("empty", ["", "  \n　"])
def test_rejecting_needs_a_reason(pending, reviewer, now, empty):
    with pytest.raises(Refusal, match="请填写理由") as refused:
        _decide(pending, reviewer, now, approved=False, reason=empty)
    assert refused.value.problems[0].field == "reason"
    assert not AccountDecision.objects.exists()


def test_a_reason_has_a_limit(pending, reviewer, now):
    with pytest.raises(Refusal, match="最多 300 个字"):
        _decide(pending, reviewer, now, approved=False, reason="长" * 301)


def test_a_decision_is_kept_with_who_when_and_why_and_told_to_the_owner(pending, reviewer, now):
    _decide(pending, reviewer, now, approved=False, reason="头像含二维码")
    decision = AccountDecision.objects.get()
    assert (decision.by, decision.at, decision.reason, decision.approved) == (reviewer, now, "头像含二维码", False)
    notice = Notice.objects.get()
    assert (notice.user, notice.title, notice.deliveries.get().address) == (
        pending.owner,
        "授权审核未通过",
        pending.weibo.uid,
    )
    assert "头像含二维码" in notice.body


def test_a_decision_cannot_be_edited(pending, reviewer, now):
    decision = _decide(pending, reviewer, now)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        AccountDecision.objects.filter(pk=decision.pk).update(reason="改")


def test_the_second_reviewer_hears_who_decided(pending, reviewer, now):
    _decide(pending, reviewer, now)
    with pytest.raises(Conflict, match="审核员 已经审核：通过"):
        _decide(pending, make_reviewer(), now, approved=False, reason="晚了")


def test_there_is_nothing_to_decide_without_an_application(organisation, reviewer, now):
    with pytest.raises(Conflict, match="没有待审核的申请"):
        _decide(organisation, reviewer, now, subject="taking")


def test_an_unknown_subject_is_nothing_to_decide(pending, reviewer, now):
    with pytest.raises(Conflict, match="没有待审核的申请"):
        _decide(pending, reviewer, now, subject="price")


def test_nobody_decides_about_their_own_account(now):
    weibo = WeiboAccountFactory(user=make_reviewer())
    account = media.open_account(weibo=weibo, by=weibo.user, now=now)
    with pytest.raises(Forbidden, match="不能审核自己的帐号"):
        _decide(account, weibo.user, now)


@pytest.mark.parametrize("staff", [True, False])
def test_who_is_no_account_reviewer_decides_nothing(pending, now, staff):
    user = in_group(access.TASK_REVIEW) if staff else UserFactory()
    with pytest.raises(Forbidden, match="没有执行此操作的权限"):
        _decide(pending, user, now)


def test_the_owner_sets_and_clears_prices(now):  # R143
    account = MediaAccountFactory()
    media.set_prices(account=account, by=account.owner, original=12_345, repost=None, now=now)
    account.refresh_from_db()
    assert (account.price_original, account.price_repost) == (12_345, None)


def test_every_bad_price_is_named_at_its_field(now):
    account = MediaAccountFactory()
    with pytest.raises(Refusal) as refused:
        media.set_prices(account=account, by=account.owner, original=0, repost=10**10 + 1, now=now)
    assert [problem.field for problem in refused.value.problems] == ["price_original", "price_repost"]
    account.refresh_from_db()
    assert account.price_original == 10_000


def test_the_database_refuses_a_free_post_too():
    account = MediaAccountFactory()
    with pytest.raises(DatabaseError, match="media_price_original_sane"), transaction.atomic():
        MediaAccount.objects.filter(pk=account.pk).update(price_original=0)


@pytest.mark.parametrize(
    "act",
    [
        lambda account, by, now: media.set_prices(account=account, by=by, original=1, repost=1, now=now),
        lambda account, by, now: media.set_opt_in(account=account, by=by, accepts=False, now=now),
        lambda account, by, now: media.set_category(account=account, by=by, category=CategoryFactory(), now=now),
    ],
)
def test_a_stranger_changes_nothing_of_an_account(act, now):
    with pytest.raises(Refusal, match="自己的帐号"):
        act(MediaAccountFactory(), UserFactory(), now)


def test_the_owner_leaves_the_list_for_personal_advertisers(now):
    account = MediaAccountFactory(specific_one=True)
    media.set_opt_in(account=account, by=account.owner, accepts=False, now=now)
    assert not MediaAccount.objects.specific_only().exists()


def test_an_ordinary_account_sets_its_category_freely(now):
    account = MediaAccountFactory()
    travel = CategoryFactory(slug="travel")
    assert media.set_category(account=account, by=account.owner, category=travel, now=now).category == travel


def test_an_organisations_category_was_reviewed_and_stays(now):
    account = MediaAccountFactory(organisation=True)
    with pytest.raises(Refusal, match="接单申请"):
        media.set_category(account=account, by=account.owner, category=CategoryFactory(slug="travel"), now=now)
    assert media.set_category(account=account, by=account.owner, category=account.category, now=now)
