"""The operators' pages: what each group sees, does, and never meets (R16, A48)."""

import re

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages

from accounts import access
from accounts.models import AccountDecision, MediaAccount, Notice
from tests.accounts.people import in_group, make_reviewer
from tests.factories import (
    AdvertiserFactory,
    CategoryFactory,
    MediaAccountFactory,
    UserFactory,
    WeiboAccountFactory,
)

pytestmark = pytest.mark.django_db

SUSPENDING = ("warn", "propose_suspension", "confirm_suspension", "withdraw_suspension")
LIST = "/admin/accounts/mediaaccount/"


@pytest.fixture
def reviewer(client):
    user = make_reviewer()
    client.force_login(user)
    return user


@pytest.fixture
def pending():
    return MediaAccountFactory(review="pending", taking="off", screen_name="待审帐号")


def _do(client, account, action, **data):
    return client.post(f"{LIST}{account.pk}/{action}/", {"_form_submitted": "on", **data})


def _paths(client, account):
    """The actions offered on the page of an account."""
    page = client.get(f"{LIST}{account.pk}/change/").content.decode()
    names = ("approve_review", "reject_review", "approve_taking", "reject_taking", *SUSPENDING, "resume")
    return [name for name in names if f"/{account.pk}/{name}/" in page]


def _said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_queue_lists_what_waits(client, reviewer, pending):
    MediaAccountFactory(screen_name="已通过帐号")
    page = client.get(LIST, {"review__exact": "pending"}).content.decode()
    assert "待审帐号" in page
    assert "已通过帐号" not in page


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"suspended_at": "2026-01-05T00:00Z"}, "暂停交易"),
        ({"authorised": False}, "授权已失效"),
        ({"review": "rejected", "taking": "off"}, "未通过"),
        ({"taking": "applied"}, "申请审核中"),
        ({"price_original": None}, "– / 50.00"),
    ],
)
def test_the_list_says_how_an_account_stands(client, reviewer, facts, word):
    MediaAccountFactory(**facts)
    assert word in client.get(LIST).content.decode()


def test_a_dialog_asks_before_anything_is_decided(client, reviewer, pending):
    page = client.get(f"{LIST}{pending.pk}/approve_review/")
    assert "立即开通接单功能" in page.content.decode()
    assert not AccountDecision.objects.exists()


def test_approving_opens_order_taking_and_says_so(client, reviewer, pending):
    answer = _do(client, pending, "approve_review")
    assert answer["Location"] == f"{LIST}{pending.pk}/change/"
    assert _said(answer) == ["审核结果已记录，并通知帐号主"]
    pending.refresh_from_db()
    assert (pending.taking, AccountDecision.objects.get().by) == ("open", reviewer)


def test_a_dialog_that_was_sent_by_the_page_itself_is_led_on_by_header(client, reviewer, pending):
    url = f"{LIST}{pending.pk}/approve_review/"
    answer = client.post(url, {"_form_submitted": "on"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"{LIST}{pending.pk}/change/"


def test_rejecting_asks_for_a_reason_until_there_is_one(client, reviewer, pending):
    assert _do(client, pending, "reject_review", reason="  ").status_code == 200
    assert not AccountDecision.objects.exists()
    _do(client, pending, "reject_review", reason="头像含二维码")
    assert AccountDecision.objects.get().reason == "头像含二维码"


def test_a_decision_that_came_too_late_says_who_was_first(client, reviewer, pending):
    _do(client, pending, "approve_review")
    assert _said(_do(client, pending, "reject_review", reason="晚了"))[-1].endswith("已经审核：通过")


@pytest.mark.parametrize(
    ("facts", "offered"),
    [
        ({"review": "pending", "taking": "off"}, ["approve_review", "reject_review", "warn", "propose_suspension"]),
        ({"taking": "applied"}, ["approve_taking", "reject_taking", "warn", "propose_suspension"]),
        ({"suspended_at": "2026-01-05T00:00Z"}, ["resume"]),
    ],
)
def test_only_what_the_state_allows_is_offered(client, reviewer, facts, offered):
    assert _paths(client, MediaAccountFactory(**facts)) == offered


def test_an_application_is_decided_either_way(client, reviewer):
    yes, no = MediaAccountFactory.create_batch(2, taking="applied", organisation=True)
    _do(client, yes, "approve_taking")
    _do(client, no, "reject_taking", reason="分类不符")
    yes.refresh_from_db()
    no.refresh_from_db()
    assert (yes.taking, no.taking) == ("open", "rejected")


def test_an_account_is_suspended_by_two_and_resumed_with_reasons(client, reviewer):
    account, second = MediaAccountFactory(), make_reviewer()
    _do(client, account, "warn", reason="流单过多")
    _do(client, account, "propose_suspension", reason="仍然流单过多", last_day="2099-12-31")
    assert _paths(client, account) == ["withdraw_suspension"]
    assert _said(_do(client, account, "confirm_suspension"))[-1] == "您提议的暂停须由另一位审核员确认"
    client.force_login(second)
    assert "暂停待确认" in client.get(LIST, {"proposed": "open"}).content.decode()
    assert "仍然流单过多" in client.get(f"{LIST}{account.pk}/change/").content.decode()
    assert _paths(client, account) == ["confirm_suspension", "withdraw_suspension"]
    _do(client, account, "confirm_suspension")
    account.refresh_from_db()
    assert f"{account.suspended_until:%Y-%m-%d %H:%M}" == "2099-12-31 16:00"  # midnight in Shanghai
    _do(client, account, "resume", reason="申诉成立")
    account.refresh_from_db()
    assert (account.suspended_at, account.suspended_until) == (None, None)


def test_a_proposal_is_withdrawn_with_a_reason(client, reviewer):
    account = MediaAccountFactory()
    _do(client, account, "propose_suspension", reason="流单过多")
    assert _said(_do(client, account, "withdraw_suspension", reason="看错了帐号"))[-1] == "提议已撤回"
    assert account.suspension_proposals.get().answer == "看错了帐号"
    assert _paths(client, account) == ["warn", "propose_suspension"]


def test_the_list_of_specific_accounts_is_kept_by_hand(client, reviewer):
    account = MediaAccountFactory()
    _do(client, account, "list_specific", confirmed="yes")
    assert MediaAccount.objects.get().specific
    _do(client, account, "unlist_specific", confirmed="yes")
    assert not MediaAccount.objects.get().specific


def test_many_applications_are_approved_at_once_and_the_rest_named(client, reviewer, pending):
    applied = MediaAccountFactory(taking="applied", organisation=True)
    done = MediaAccountFactory(screen_name="早已通过")
    chosen = [pending.pk, applied.pk, done.pk]
    answer = client.post(LIST, {"action": "approve_selected", "_selected_action": chosen})
    assert MediaAccount.objects.filter(taking="open").count() == 3
    said = _said(answer)
    assert any("早已通过" in line for line in said)
    assert "已通过 2 个帐号" in said


def test_when_nothing_could_be_approved_nothing_is_praised(client, reviewer):
    done = MediaAccountFactory()
    answer = client.post(LIST, {"action": "approve_selected", "_selected_action": [done.pk]})
    assert len(_said(answer)) == 1


def test_reviewers_never_meet_their_own_accounts(client, reviewer):
    own = MediaAccountFactory(weibo__user=reviewer, screen_name="自己的帐号", review="pending", taking="off")
    assert "自己的帐号" not in client.get(LIST).content.decode()
    assert _do(client, own, "approve_review").status_code == 404
    own.refresh_from_db()
    assert own.review == "pending"


@pytest.mark.parametrize("group", [access.TASK_REVIEW, access.FINANCE])
def test_other_groups_look_but_decide_nothing(client, pending, group):
    client.force_login(in_group(group))
    assert client.get(LIST).status_code == 200
    assert _paths(client, pending) == []
    assert _do(client, pending, "approve_review").status_code == 403
    client.post(LIST, {"action": "approve_selected", "_selected_action": [pending.pk]})
    assert not AccountDecision.objects.exists()


def test_who_is_no_operator_is_sent_to_the_login(client, pending):
    client.force_login(UserFactory())
    assert _do(client, pending, "approve_review").status_code == 302
    assert not AccountDecision.objects.exists()


@pytest.mark.parametrize("model", ["mediaaccount", "accountdecision", "weiboaccount", "ratingscore"])
def test_nobody_adds_or_deletes_records_by_hand(client, model):
    client.force_login(UserFactory(staff=True, is_superuser=True))
    assert client.get(f"/admin/accounts/{model}/").status_code == 200
    assert client.get(f"/admin/accounts/{model}/add/").status_code == 403


@pytest.mark.parametrize("model", ["user", "category", "advertiser", "notice"])
def test_a_superuser_opens_every_list(client, model):
    client.force_login(UserFactory(staff=True, is_superuser=True))
    CategoryFactory()
    AdvertiserFactory()
    assert client.get(f"/admin/accounts/{model}/").status_code == 200


def test_a_login_is_switched_off_never_deleted(client):
    client.force_login(UserFactory(staff=True, is_superuser=True))
    user = UserFactory()
    page = client.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
    assert re.search(r'可以<a href="../password/" class="[^"]*">重新设置</a>。', page)
    assert client.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_account_reviewer_cannot_reach_logins(client, reviewer):
    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.get("/admin/auth/group/").status_code == 403


@pytest.mark.parametrize("name", [access.FINANCE, access.TASK_REVIEW, access.ACCOUNT_REVIEW])
def test_a_group_that_is_saved_as_it_was_keeps_every_right(client, name):
    client.force_login(UserFactory(staff=True, is_superuser=True))
    group = Group.objects.get(name=name)
    path, rights = f"/admin/auth/group/{group.pk}/change/", set(group.permissions.all())
    form = client.get(path).context["adminform"].form
    assert "Can view" not in str(form["permissions"])
    sent = {"name": name, "permissions": [one.pk for one in form.fields["permissions"].queryset if one in rights]}
    assert client.post(path, sent).status_code == 302
    assert (set(group.permissions.all()), bool(rights)) == (rights, True)


def test_no_page_shows_a_token(client, reviewer):
    weibo = WeiboAccountFactory(token="v1.k1.sealed-token")
    page = client.get(f"/admin/accounts/weiboaccount/{weibo.pk}/change/")
    assert page.status_code == 200
    assert "sealed-token" not in page.content.decode()


def test_advertisers_are_shown_to_finance_but_not_their_own(client):
    person = in_group(access.FINANCE)
    AdvertiserFactory(user=person, name="自家公司")
    AdvertiserFactory(name="别家公司")
    client.force_login(person)
    page = client.get("/admin/accounts/advertiser/").content.decode()
    assert "别家公司" in page
    assert "自家公司" not in page


def test_notices_are_filtered_by_topic_in_words(client, now):
    client.force_login(UserFactory(staff=True, is_superuser=True))
    reader = UserFactory()
    for kind in ("order_dispatched", "lapse_warning", "payout_paid"):
        Notice.objects.create(user=reader, kind=kind, dedupe=kind, title=f"通知 {kind}", created_at=now)
    found = {topic: _titles(client, topic=topic) for topic in ("orders", "money", "tasks", "weather")}
    assert found == {
        "orders": ["通知 lapse_warning", "通知 order_dispatched"],
        "money": ["通知 payout_paid"],
        "tasks": [],
        "weather": ["通知 payout_paid", "通知 lapse_warning", "通知 order_dispatched"],
    }
    assert re.search(r"topic=money[^>]*>资金：充值和结算</a>", client.get("/admin/accounts/notice/").content.decode())


def _titles(client, **query):
    return [row.title for row in client.get("/admin/accounts/notice/", query).context["cl"].result_list]
