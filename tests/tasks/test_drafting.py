"""Drafts (R20-R23, R27, R30, R34, A31)."""

import pytest

from accounts import media
from tasks import drafting, policy, review
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Form, Task
from tests.accounts.people import suspend
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MONDAY
from tests.tasks.making import START, codes, draft, enterprise, image, reviewer, submitted
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db


def test_a_draft_keeps_everything_typed():
    advertiser = enterprise()
    picture = image(advertiser)
    account = MediaAccountFactory()
    own = SelectionInput(account.pk, START + HOUR, "另一种说法", ())
    task = draft(advertiser, selections=(own,), image_ids=(picture.pk,))
    chosen = task.selections.get()
    assert (task.state, task.image_ids, task.start_at) == ("draft", [picture.pk], START)
    assert (chosen.start_at, chosen.text, chosen.image_ids, chosen.price_seen) == (
        START + HOUR,
        "另一种说法",
        [],
        10_000,
    )


def test_a_draft_needs_no_balance_and_holds_nothing():
    advertiser = enterprise(200_000)
    account = MediaAccountFactory(price_original=90_000_000)
    assert draft(advertiser, accounts=[account]).state == "draft"
    assert not advertiser.holds.exists()


def test_a_draft_may_be_almost_empty():
    assert draft(text="", accounts=[], start_at=None).selections.count() == 0


@pytest.mark.parametrize(("recharged", "passes"), [(199_999, False), (200_000, True)])
def test_an_enterprise_creates_tasks_from_2000_yuan_of_recharge_on(recharged, passes):
    advertiser = enterprise(recharged)
    if passes:
        assert draft(advertiser).recharged_then == recharged
        return
    with pytest.raises(Refusal) as refusal:
        draft(advertiser)
    assert codes(refusal) == [("recharge_threshold", None)]
    assert "0.01" in str(refusal.value)


def test_a_personal_user_faces_no_threshold():  # R4
    advertiser = AdvertiserFactory(personal=True)
    account = MediaAccountFactory(specific_one=True)
    assert draft(advertiser, form=Form.REPOST, accounts=[account]).kind_then == "personal"


def test_a_personal_user_cannot_write_an_original_task():
    with pytest.raises(Refusal) as refusal:
        draft(AdvertiserFactory(personal=True), accounts=[])
    assert codes(refusal) == [("form_not_allowed", None)]


def test_an_unknown_form_is_refused():
    with pytest.raises(Refusal) as refusal:
        draft(accounts=[], form="video")
    assert codes(refusal) == [("form", None)]


def test_a_personal_user_cannot_choose_an_ordinary_account_by_its_number():
    advertiser = AdvertiserFactory(personal=True)
    hidden = MediaAccountFactory()
    for guessed in (hidden.pk, hidden.pk + 1_000):
        with pytest.raises(Refusal) as refusal:
            draft(advertiser, form=Form.REPOST, selections=(SelectionInput(guessed),))
        assert codes(refusal) == [("account_unavailable", 0)]


def test_a_stranger_cannot_write_for_an_advertiser():
    advertiser = enterprise()
    with pytest.raises(Forbidden):
        drafting.create(advertiser=advertiser, by=UserFactory(), data=TaskInput(Form.ORIGINAL), now=MONDAY)


def test_a_picture_of_somebody_else_is_refused_at_its_row():
    foreign = image(enterprise())
    account = MediaAccountFactory()
    chosen = (SelectionInput(account.pk), SelectionInput(account.pk, None, "", (foreign.pk,)))
    with pytest.raises(Refusal) as refusal:
        draft(selections=chosen, proof_id=foreign.pk)
    assert codes(refusal) == [("image_unknown", 1), ("image_unknown", None)]


def test_a_repost_has_no_pictures():
    advertiser = enterprise()
    with pytest.raises(Refusal) as refusal:
        draft(advertiser, form=Form.REPOST, image_ids=(image(advertiser).pk,))
    assert codes(refusal) == [("images_not_allowed", None)]


def test_a_proof_of_sales_authorisation_is_kept():  # R44
    advertiser = enterprise()
    picture = image(advertiser)
    assert draft(advertiser, proof_id=picture.pk).proof == picture


def test_too_many_selections_are_refused():
    account = MediaAccountFactory()
    with pytest.raises(Refusal) as refusal:
        draft(selections=(SelectionInput(account.pk),) * (policy.MAX_SELECTIONS + 1))
    assert codes(refusal) == [("selections", None)]


def test_an_endless_text_is_refused():
    with pytest.raises(Refusal) as refusal:
        draft(text="好" * 5_001)
    assert codes(refusal) == [("text_too_long", None)]


def test_control_characters_do_not_reach_the_database():
    assert draft(text=" 好\x00吃\r\n再来\x1b ").text == "好吃\n再来"


def test_a_draft_can_be_changed():
    task = draft()
    other = MediaAccountFactory()
    data = TaskInput(Form.ORIGINAL, "新的内容", selections=(SelectionInput(other.pk),))
    changed = drafting.change(task=task, by=task.advertiser.user, data=data, now=MONDAY + HOUR)
    assert (changed.text, changed.updated_at) == ("新的内容", MONDAY + HOUR)
    assert [one.account_id for one in changed.selections.all()] == [other.pk]


def test_a_submitted_task_cannot_be_changed_or_deleted():
    task = submitted().task
    with pytest.raises(Conflict):
        drafting.change(task=task, by=task.advertiser.user, data=TaskInput(Form.ORIGINAL), now=MONDAY)
    with pytest.raises(Conflict):
        drafting.delete(task=task, by=task.advertiser.user)


def test_a_rejected_task_can_be_changed_but_not_deleted():
    submission = submitted()
    review.reject(submission=submission, by=reviewer(), reason="请修改图片", now=MONDAY)
    task = Task.objects.get(pk=submission.task_id)
    data = TaskInput(Form.ORIGINAL, "改好了", selections=())
    assert drafting.change(task=task, by=task.advertiser.user, data=data, now=MONDAY).text == "改好了"
    with pytest.raises(Conflict):
        drafting.delete(task=task, by=task.advertiser.user)


def test_a_change_with_a_broken_rule_changes_nothing():
    task = draft()
    with pytest.raises(Refusal):
        drafting.change(task=task, by=task.advertiser.user, data=TaskInput("video"), now=MONDAY)
    assert Task.objects.get(pk=task.pk).text == task.text


def test_a_draft_of_today_is_not_locked_by_a_refund_of_tomorrow(monkeypatch):
    task = draft()
    monkeypatch.setattr("tasks.policy.recharged_total", lambda **_: 0)
    drafting.change(task=task, by=task.advertiser.user, data=TaskInput(Form.ORIGINAL, "新"), now=MONDAY)
    assert Task.objects.get(pk=task.pk).text == "新"


def test_the_price_first_seen_stays_until_the_user_agrees():
    account = MediaAccountFactory(price_original=10_000)
    task = draft(accounts=[account])
    media.set_prices(account=account, by=account.owner, original=12_000, repost=None, now=MONDAY)
    data = TaskInput(Form.ORIGINAL, "内容", selections=(SelectionInput(account.pk),))
    changed = drafting.change(task=task, by=task.advertiser.user, data=data, now=MONDAY)
    assert changed.selections.get().price_seen == 10_000


def test_a_draft_can_be_thrown_away():
    task = draft()
    drafting.delete(task=task, by=task.advertiser.user)
    assert not Task.objects.filter(pk=task.pk).exists()


def test_a_stranger_cannot_throw_it_away():
    task = draft()
    with pytest.raises(Forbidden):
        drafting.delete(task=task, by=UserFactory())


def test_a_copy_takes_content_and_accounts_but_no_times():
    gone = MediaAccountFactory()
    task = draft(accounts=[MediaAccountFactory(), gone])
    suspend(gone, now=MONDAY)
    twin = drafting.copy(task=task, by=task.advertiser.user, now=MONDAY + HOUR)
    assert (twin.text, twin.start_at, twin.state) == (task.text, None, "draft")
    assert twin.selections.count() == 1


def test_a_copy_meets_the_threshold_too(monkeypatch):
    task = draft()
    monkeypatch.setattr("tasks.policy.recharged_total", lambda **_: 0)
    with pytest.raises(Refusal):
        drafting.copy(task=task, by=task.advertiser.user, now=MONDAY)


def test_further_accounts_are_put_behind_those_chosen():
    task, other = draft(), MediaAccountFactory()
    drafting.choose(task=task, by=task.advertiser.user, account_ids=[other.pk], now=MONDAY)
    assert [(one.account_id == other.pk, one.position) for one in task.selections.all()] == [(False, 0), (True, 1)]


def test_a_hidden_account_is_not_put_into_a_draft():
    task = draft()
    with pytest.raises(Refusal) as refusal:
        drafting.choose(
            task=task, by=task.advertiser.user, account_ids=[MediaAccountFactory(taking="off").pk], now=MONDAY
        )
    assert codes(refusal) == [("account_unavailable", 0)]


def test_nothing_is_put_into_a_published_task():
    task = submitted().task
    with pytest.raises(Conflict):
        drafting.choose(task=task, by=task.advertiser.user, account_ids=[MediaAccountFactory().pk], now=MONDAY)


def test_no_more_accounts_are_put_in_than_may_be_chosen():
    task, other = draft(), MediaAccountFactory()
    with pytest.raises(Refusal) as refusal:
        drafting.choose(task=task, by=task.advertiser.user, account_ids=[other.pk] * policy.MAX_SELECTIONS, now=MONDAY)
    assert codes(refusal) == [("selections", None)]
