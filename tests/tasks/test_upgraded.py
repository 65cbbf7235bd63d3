"""Drafts of a 个人用户 who became an enterprise: the threshold is asked for once they act as one (R8, A29)."""

import pytest

from accounts import identity
from accounts.identity import Profile
from tasks import drafting, planning, policy
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Form
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import MONDAY
from tests.tasks.making import START, codes, draft, fund
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db


def upgraded(recharged=0):
    """A 转发 draft written as a 个人用户, whose advertiser is an enterprise now."""
    advertiser = AdvertiserFactory(personal=True)
    task = draft(advertiser, form=Form.REPOST, accounts=[MediaAccountFactory(specific_one=True)])
    if recharged:
        fund(advertiser, recharged)
    identity.become_enterprise(user=advertiser.user, profile=Profile("城南", "李四", "13800000000"), now=MONDAY)
    task.refresh_from_db()
    task.advertiser.refresh_from_db()
    return task


def as_original(task):
    data = TaskInput(
        form=Form.ORIGINAL, text="新品上市", start_at=START, selections=(SelectionInput(MediaAccountFactory().pk),)
    )
    return drafting.change(task=task, by=task.advertiser.user, data=data, now=MONDAY)


def test_an_old_draft_is_no_way_around_the_threshold():
    with pytest.raises(Refusal) as refusal:
        as_original(upgraded(recharged=199_999))
    assert codes(refusal) == [("recharge_threshold", None)]


def test_an_old_draft_is_not_submitted_below_the_threshold_either():
    found = policy.problems(plan=planning.of_task(task=upgraded(recharged=199_999)), now=MONDAY)
    assert "recharge_threshold" in [problem.code for problem in found]


def test_from_2000_yuan_on_the_old_draft_is_as_good_as_a_new_one():
    task = as_original(upgraded(recharged=200_000))
    assert task.form == Form.ORIGINAL
    found = policy.problems(plan=planning.of_task(task=task), now=MONDAY)
    assert [problem.code for problem in found] == []
