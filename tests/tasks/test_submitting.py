"""提交审核: every rule at once, the hold, the snapshots (R24-R32, A1, A14, A43, A44, F21, F46)."""

from datetime import timedelta

import pytest

from accounts import media, slots
from accounts.models import MediaAccount
from billing import credit
from tasks import drafting, review
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Form, Submission, Task
from tests.accounts.people import suspend
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory, WeiboAccountFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY, SECOND
from tests.tasks.making import START, codes, draft, enterprise, fund, held, image, reviewer, submitted
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db


def refused(task, *, now=MONDAY, **more):
    with pytest.raises(Refusal) as refusal:
        review.submit(task=task, by=task.advertiser.user, now=now, **more)
    return refusal


def test_a_submission_is_a_snapshot_with_a_hold():
    account = MediaAccountFactory(price_original=30_000, weibo__followers=5_000, rating=77)
    submission = submitted(accounts=[account])
    item = submission.items.get()
    assert (item.price, item.fee, item.followers, item.rating, item.start_at) == (30_000, 0, 5_000, 77, START)
    assert (submission.net, submission.coverage, held(submission)) == (30_000, 5_000, 30_000)
    assert Task.objects.get().state == "in_review"


def test_later_changes_of_the_account_do_not_touch_the_snapshot():
    account = MediaAccountFactory()
    submission = submitted(accounts=[account])
    media.set_prices(account=account, by=account.owner, original=99_900, repost=None, now=MONDAY)
    MediaAccount.objects.update(followers=1, rating=1)
    item = submission.items.get()
    assert (item.price, item.followers, item.rating) == (10_000, 100_000, 60)


def test_the_fee_of_the_moment_is_part_of_the_cost():
    credit.set_fee_rate(rate_bp=1_000, valid_from=MONDAY, by=UserFactory(), now=MONDAY)
    submission = submitted()
    assert (submission.net, submission.fee, held(submission)) == (10_000, 1_000, 11_000)


def test_a_selection_has_its_own_start_text_and_pictures():  # R22
    advertiser = enterprise()
    picture = image(advertiser)
    chosen = SelectionInput(MediaAccountFactory().pk, START + HOUR, "另一种说法", (picture.pk,))
    item = submitted(draft(advertiser, selections=(chosen,))).items.get()
    assert (item.start_at, item.text, item.image_ids) == (START + HOUR, "另一种说法", [picture.pk])


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (timedelta(minutes=59), "start_too_early"),
        (HOUR, ""),
        (7 * DAY, ""),
        (7 * DAY + MINUTE, "start_too_late"),
    ],
)
def test_the_start_lies_one_hour_to_seven_days_ahead(ahead, code):
    task = draft(start_at=MONDAY + ahead)
    if code:
        assert codes(refused(task)) == [(code, None), (code, 0)]
    else:
        assert submitted(task).start_at == MONDAY + ahead


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (START - HOUR, ""),
        (START - HOUR + SECOND, "start_too_early"),
        (START - 7 * DAY, ""),
        (START - 7 * DAY - SECOND, "start_too_late"),
    ],
)
def test_the_window_is_judged_to_the_second_at_the_submission(now, code):
    task = draft()
    if code:
        assert codes(refused(task, now=now))[0] == (code, None)
    else:
        assert review.submit(task=task, by=task.advertiser.user, now=now).submitted_at == now


def test_one_start_outside_refuses_the_whole_and_names_the_row():
    accounts = [MediaAccountFactory() for _ in range(3)]
    chosen = tuple(SelectionInput(one.pk, MONDAY + MINUTE if at == 1 else None) for at, one in enumerate(accounts))
    task = draft(selections=chosen)
    assert codes(refused(task)) == [("start_too_early", 1)]
    assert not Submission.objects.exists()


def test_a_start_is_a_whole_minute():
    assert codes(refused(draft(start_at=START + SECOND)))[0] == ("start_not_whole_minute", None)


def test_all_broken_rules_are_told_at_once():
    busy, own = MediaAccountFactory(), MediaAccountFactory(price_original=None)
    slots.take([slots.Wanted(busy.pk, START + 5 * MINUTE, 1)])
    task = draft(text="", start_at=START, accounts=[busy, own])
    found = codes(refused(task))
    assert set(found) == {("text_missing", 0), ("text_missing", 1), ("account_busy", 0), ("account_no_price", 1)}


def test_an_empty_task_says_what_is_missing():
    assert codes(refused(draft(accounts=[], start_at=None))) == [("start_missing", None), ("selections", None)]


@pytest.mark.parametrize(("apart", "busy"), [(14 * MINUTE + 59 * SECOND, True), (15 * MINUTE, False)])
def test_a_job_within_fifteen_minutes_blocks_and_free_times_are_offered(apart, busy):
    account = MediaAccountFactory()
    slots.take([slots.Wanted(account.pk, START + apart, 1)])
    task = draft(accounts=[account])
    if busy:
        refusal = refused(task)
        assert codes(refusal) == [("account_busy", 0)]
        assert "01-05 " in str(refusal.value)
    else:
        assert submitted(task)


def test_a_suspended_account_cannot_be_chosen():
    account = MediaAccountFactory()
    task = draft(accounts=[account])
    suspend(account, now=MONDAY)
    assert codes(refused(task)) == [("account_unavailable", 0)]


def test_nobody_orders_from_an_own_account():
    account = MediaAccountFactory()
    task = draft(accounts=[account])
    account.owner = task.advertiser.user
    account.save()
    assert codes(refused(task)) == [("own_account", 0)]


def test_one_account_twice_needs_fifteen_minutes_and_other_words():
    account = MediaAccountFactory()
    twice = (SelectionInput(account.pk), SelectionInput(account.pk, START + 14 * MINUTE))
    assert codes(refused(draft(selections=twice))) == [("repeat_too_close", 1), ("repeat_same_text", 1)]
    apart = (SelectionInput(account.pk), SelectionInput(account.pk, START + 15 * MINUTE, "换个说法"))
    assert submitted(draft(selections=apart)).items.count() == 2


def test_a_text_longer_than_weibo_takes_is_refused():
    assert codes(refused(draft(text="好" * 2_001))) == [("text_too_long", None)]


def test_a_long_text_of_one_selection_is_named():
    chosen = SelectionInput(MediaAccountFactory().pk, None, "好" * 2_001)
    assert codes(refused(draft(selections=(chosen,)))) == [("text_too_long", 0)]


def test_ten_pictures_are_too_many():
    advertiser = enterprise()
    pictures = tuple(image(advertiser).pk for _ in range(10))
    own = SelectionInput(MediaAccountFactory().pk, None, "", pictures)
    task = draft(advertiser, image_ids=pictures, selections=(own,))
    assert codes(refused(task)) == [("too_many_images", None), ("too_many_images", 0)]


def test_pictures_that_are_not_ones_own_are_refused_again_at_submission():
    task = draft(selections=(SelectionInput(MediaAccountFactory().pk),))
    foreign = image(enterprise()).pk
    Task.objects.filter(pk=task.pk).update(image_ids=[foreign])
    task.selections.update(image_ids=[foreign, 0])
    assert codes(refused(task)) == [("image_unknown", None), ("image_unknown", 0)]


def test_a_repost_needs_its_link():
    assert codes(refused(draft(form=Form.REPOST))) == [("source_missing", None)]


def test_a_repost_selection_has_no_pictures():
    advertiser = enterprise()
    task = draft(advertiser, form=Form.REPOST)
    task.selections.update(image_ids=[image(advertiser).pk])
    assert ("images_not_allowed", 0) in codes(refused(task))


def test_a_personal_user_who_lost_the_binding_cannot_submit(monkeypatch):
    advertiser = fund(AdvertiserFactory(personal=True))
    weibo = WeiboAccountFactory(user=advertiser.user)
    task = draft(advertiser, form=Form.REPOST, accounts=[MediaAccountFactory(specific_one=True)])
    Task.objects.filter(pk=task.pk).update(source_id="5012345678901234", source_uid=weibo.uid)
    weibo.token_state = "revoked"
    weibo.save()
    monkeypatch.setattr("tasks.source.fetch", lambda **_: None)
    assert codes(refused(Task.objects.get(pk=task.pk))) == [("source_not_own", None)]


def test_a_monitoring_link_is_refused_at_its_row():
    chosen = SelectionInput(MediaAccountFactory().pk, None, "点 https://g.cn.miaozhen.com/x 看")
    assert codes(refused(draft(selections=(chosen,)))) == [("screening_blocked", 0)]


def test_banned_words_pass_to_the_reviewer_with_their_place():
    submission = submitted(text="来一点减肥药")
    assert [(one["shown"], one["start"], one["where"]) for one in submission.findings] == [("减肥药", 3, "text")]


def test_too_little_money_is_refused_with_the_missing_amount_and_a_link():
    advertiser = enterprise(200_000)
    task = draft(advertiser, accounts=[MediaAccountFactory(price_original=200_001)])
    refusal = refused(task)
    assert codes(refusal) == [("not_enough_money", None)]
    assert "0.01" in str(refusal.value)
    assert refusal.value.problems[0].link == "/wallet/recharge/"
    assert Task.objects.get(pk=task.pk).state == "draft"


def test_what_another_submission_holds_cannot_be_held_again():
    advertiser = enterprise(200_000)
    account = MediaAccountFactory(price_original=150_000)
    submitted(draft(advertiser, accounts=[account]))
    assert codes(refused(draft(advertiser, accounts=[account]))) == [("not_enough_money", None)]


def test_a_changed_price_is_shown_and_asked_once_more():
    account = MediaAccountFactory()
    task = draft(accounts=[account])
    media.set_prices(account=account, by=account.owner, original=12_000, repost=None, now=MONDAY)
    refusal = refused(task)
    assert codes(refusal) == [("price_changed", 0), ("price_changed", None)]
    assert "100.00" in refusal.value.problems[0].message
    assert "120.00" in refusal.value.problems[0].message
    agreed = review.submit(task=task, by=task.advertiser.user, now=MONDAY, price_agreed=12_000)
    assert agreed.net == 12_000


def test_a_changed_fee_is_shown_and_asked_once_more():
    task = draft()
    credit.set_fee_rate(rate_bp=500, valid_from=MONDAY + MINUTE, by=reviewer(), now=MONDAY)
    refusal = refused(task, now=MONDAY + MINUTE)
    assert codes(refusal) == [("price_changed", None), ("price_changed", None)]
    assert "0.00 元变为 5.00 元" in refusal.value.problems[0].message
    by = task.advertiser.user
    assert review.submit(task=task, by=by, now=MONDAY + MINUTE, price_agreed=10_500).fee == 500


def test_agreeing_to_another_total_is_not_agreeing():
    account = MediaAccountFactory()
    task = draft(accounts=[account])
    media.set_prices(account=account, by=account.owner, original=12_000, repost=None, now=MONDAY)
    assert ("price_changed", None) in codes(refused(task, price_agreed=11_000))


def test_the_same_task_is_submitted_once():
    task = submitted().task
    with pytest.raises(Conflict):
        review.submit(task=task, by=task.advertiser.user, now=MONDAY)
    assert Submission.objects.count() == 1


def test_a_stranger_cannot_submit():
    with pytest.raises(Forbidden):
        review.submit(task=draft(), by=UserFactory(), now=MONDAY)


def test_a_rejected_task_is_judged_by_the_window_of_its_new_submission():  # R28
    submission = submitted()
    review.reject(submission=submission, by=reviewer(), reason="请改", now=MONDAY)
    task = Task.objects.get()
    assert codes(refused(task, now=START - HOUR + SECOND))[0] == ("start_too_early", None)
    data = TaskInput(Form.ORIGINAL, "改", start_at=START + HOUR, selections=(SelectionInput(MediaAccountFactory().pk),))
    drafting.change(task=task, by=task.advertiser.user, data=data, now=START)
    again = review.submit(task=task, by=task.advertiser.user, now=START)
    assert (again.number, again.text, submission.text) == (2, "改", "周末去哪儿吃？这家老火锅值得排队")


def test_a_draft_changed_while_weibo_was_asked_is_not_submitted(monkeypatch):
    task = draft(form=Form.REPOST)
    Task.objects.filter(pk=task.pk).update(source_id="5012345678901234", source_url="x")
    stale = Task.objects.get(pk=task.pk)
    monkeypatch.setattr("tasks.source.fetch", lambda **_: None)
    Task.objects.filter(pk=task.pk).update(source_id="5012345678901235")
    assert codes(refused(stale)) == [("task_changed", None)]


def test_what_was_submitted_cannot_be_rewritten_in_sql():
    from django.db import DatabaseError, transaction

    submission = submitted()
    for rows, change in ((Submission.objects.all(), {"text": "改"}), (submission.items.all(), {"price": 1})):
        with pytest.raises(DatabaseError, match="fixed"), transaction.atomic():
            rows.update(**change)
