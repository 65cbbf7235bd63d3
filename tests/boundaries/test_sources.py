"""个人 link: another author's post and a deleted post fail, an own live post passes (R3, R34)."""

import pytest

from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Form, Submission, Task
from tests.boundaries.doors import DOORS, create, submit
from tests.factories import AdvertiserFactory, MediaAccountFactory, WeiboAccountFactory
from tests.moments import MONDAY
from tests.tasks.making import START, draft, fund
from weitask.gateways.weibo_text import post_url

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("door", DOORS)]
OWN, FOREIGN = "5187664653", "5187664654"
NOT_OWN = "个人用户只能推广自己绑定的微博帐号发布的微博"


@pytest.fixture
def person(db):
    """A 个人用户 who has bound the Weibo account OWN and has money."""
    advertiser = fund(AdvertiserFactory(personal=True))
    WeiboAccountFactory(uid=OWN, user=advertiser.user)
    return advertiser


def post_of(sandbox, uid: str) -> str:
    """A live post; its id."""
    sandbox.control("weibo/users/", {"uid": uid, "screen_name": f"城南{uid}"})
    wish = {"uid": uid, "text": "老火锅开业啦", "created_at": MONDAY.isoformat()}
    return str(sandbox.control("weibo/posts/", wish)["id"])


def gone(sandbox, post: str) -> None:
    sandbox.control(f"weibo/posts/{post}/delete/")


def task(uid: str, post: str, *accounts) -> TaskInput:
    chosen = tuple(SelectionInput(one.pk) for one in accounts)
    return TaskInput(Form.REPOST, "快来", post_url(uid, post), start_at=START, selections=chosen)


def test_the_post_of_another_author_is_refused(sandbox, person, door):
    said = create(door, person, task(FOREIGN, post_of(sandbox, FOREIGN)), now=MONDAY)
    assert said == [(None, NOT_OWN)]
    assert not Task.objects.exists()


def test_the_post_of_another_author_under_ones_own_name_is_refused(sandbox, person, door):
    assert create(door, person, task(OWN, post_of(sandbox, FOREIGN)), now=MONDAY)
    assert not Task.objects.exists()


def test_an_own_post_that_was_deleted_is_refused(sandbox, person, door):
    gone(sandbox, post := post_of(sandbox, OWN))
    ((_row, why),) = create(door, person, task(OWN, post), now=MONDAY)
    assert "删除" in why
    assert not Task.objects.exists()


def test_an_own_post_deleted_since_the_draft_stops_the_submission(sandbox, person, door):
    accounts = [MediaAccountFactory(specific_one=True)]
    post = post_of(sandbox, OWN)
    saved = draft(person, form=Form.REPOST, text="快来", source_url=post_url(OWN, post), accounts=accounts)
    gone(sandbox, post)
    ((_row, why),) = submit(door, saved, now=MONDAY)
    assert "删除" in why
    assert not Submission.objects.exists()


def test_an_own_live_post_passes_to_review(sandbox, person, door):
    accounts = [MediaAccountFactory(specific_one=True)]
    post = post_of(sandbox, OWN)
    assert create(door, person, task(OWN, post, *accounts), now=MONDAY) == []
    assert submit(door, Task.objects.get(), now=MONDAY) == []
    assert Submission.objects.get().source_id == post
