"""The post behind a link, read through Weibo alone (R3, R6, R34, F62)."""

import pytest

from tasks import drafting, review, source
from tasks.drafting import TaskInput
from tasks.models import Form, Task
from tests.factories import AdvertiserFactory, MediaAccountFactory, WeiboAccountFactory
from tests.moments import MONDAY
from tests.tasks.making import codes, draft, enterprise
from weitask.gateways.weibo_text import post_url
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(sandbox):
    uid = "5187664653"
    sandbox.control("weibo/users/", {"uid": uid, "screen_name": "城南食记"})
    return uid


@pytest.fixture
def post(sandbox, author) -> str:
    """Id of a live post of `author`."""
    made = sandbox.control("weibo/posts/", {"uid": author, "text": "老火锅开业啦", "created_at": MONDAY.isoformat()})
    return str(made["id"])


def fetch(advertiser, url: str) -> source.Source:
    return source.fetch(advertiser=advertiser, url=url, now=MONDAY)


def refused(advertiser, url: str) -> str:
    with pytest.raises(Refusal) as refusal:
        fetch(advertiser, url)
    return refusal.value.code


def test_an_enterprise_promotes_anybodys_post(author, post):
    found = fetch(AdvertiserFactory(), post_url(author, post) + "?from=page#comment")
    assert (found.post_id, found.uid, found.text, found.screen_name) == (post, author, "老火锅开业啦", "")


def test_a_personal_user_promotes_an_own_post(author, post):
    advertiser = AdvertiserFactory(personal=True)
    WeiboAccountFactory(uid=author, user=advertiser.user, screen_name="城南食记")
    assert fetch(advertiser, post_url(author, post)).screen_name == "城南食记"


def test_a_personal_user_cannot_promote_a_post_of_another(author, post):
    advertiser = AdvertiserFactory(personal=True)
    WeiboAccountFactory(user=advertiser.user)
    assert refused(advertiser, post_url(author, post)) == "source_not_own"


def test_a_binding_that_was_withdrawn_is_no_binding(author, post):
    advertiser = AdvertiserFactory(personal=True)
    WeiboAccountFactory(uid=author, user=advertiser.user, token_state="revoked")
    assert refused(advertiser, post_url(author, post)) == "source_not_own"


def test_a_deleted_post_cannot_be_promoted(sandbox, author, post):
    sandbox.control(f"weibo/posts/{post}/delete/")
    assert refused(AdvertiserFactory(), post_url(author, post)) == "source_gone"


def test_a_post_that_never_was_cannot_be_promoted(author):
    assert refused(AdvertiserFactory(), post_url(author, "5012345678901234")) == "source_gone"


def test_a_hidden_post_cannot_be_promoted(sandbox, author, post):
    sandbox.control(f"weibo/posts/{post}/hide/")
    assert refused(AdvertiserFactory(), post_url(author, post)) in ("source_private", "source_gone")


def test_a_repost_cannot_be_promoted(sandbox, author, post):
    again = sandbox.control("weibo/posts/", {"uid": author, "text": "快来", "source_id": post})
    assert refused(AdvertiserFactory(), post_url(author, str(again["id"]))) == "source_is_repost"


def test_a_link_with_another_author_is_refused(post):
    assert refused(AdvertiserFactory(), post_url("5999999999", post)) == "source_link_bad"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.com/1/Ab",
        "http://127.0.0.1/5187664653/O5banBlCi",
        "http://2130706433/5187664653/O5banBlCi",
        "file:///etc/passwd",
        "https://weibo.com.evil.example/5187664653/O5banBlCi",
        "https://weibo.com@127.0.0.1/5187664653/O5banBlCi",
        "https://weibo.com:8000/5187664653/O5banBlCi",
    ],
)
def test_any_other_address_is_refused_without_a_call(url):
    # No sandbox runs here and the network is blocked: a call would not end in this refusal.
    assert refused(AdvertiserFactory(), url) == "source_link_bad"


def test_a_weibo_that_does_not_answer_is_said_so(sandbox, author, post):
    sandbox.control("faults/", {"target": "statuses/show_batch/biz", "kind": "http_500", "times": 1})
    with pytest.raises(source.Unreachable) as refusal:
        fetch(AdvertiserFactory(), post_url(author, post))
    assert "无法取回数据" in str(refusal.value)


def test_a_failed_fetch_leaves_no_half_made_task(sandbox, author, post):
    advertiser = enterprise()
    sandbox.control("faults/", {"target": "statuses/show_batch/biz", "kind": "http_500", "times": 1})
    data = TaskInput(Form.REPOST, "快来", post_url(author, post))
    with pytest.raises(source.Unreachable):
        drafting.create(advertiser=advertiser, by=advertiser.user, data=data, now=MONDAY)
    assert not Task.objects.exists()
    assert drafting.create(advertiser=advertiser, by=advertiser.user, data=data, now=MONDAY).source_id == post


def test_a_source_deleted_since_the_draft_stops_the_submission(sandbox, author, post):
    task = draft(form=Form.REPOST, source_url=post_url(author, post), accounts=[MediaAccountFactory()])
    sandbox.control(f"weibo/posts/{post}/delete/")
    with pytest.raises(Refusal) as refusal:
        review.submit(task=task, by=task.advertiser.user, now=MONDAY)
    assert codes(refusal) == [("source_gone", None)]


def test_a_repost_task_is_submitted_with_its_source(sandbox, author, post):
    task = draft(form=Form.REPOST, source_url=post_url(author, post), text="", accounts=[MediaAccountFactory()])
    submission = review.submit(task=task, by=task.advertiser.user, now=MONDAY)
    assert (submission.source_id, submission.source_uid, submission.source_text) == (post, author, "老火锅开业啦")
    assert submission.items.get().text == "转发微博"


def test_changing_the_form_forgets_the_source(sandbox, author, post):
    task = draft(form=Form.REPOST, source_url=post_url(author, post), accounts=[])
    changed = drafting.change(task=task, by=task.advertiser.user, data=TaskInput(Form.ORIGINAL, "x"), now=MONDAY)
    assert (changed.source_id, changed.source_url) == ("", "")


def test_an_unchanged_link_is_not_read_again(sandbox, author, post):
    task = draft(form=Form.REPOST, source_url=post_url(author, post), accounts=[])
    sandbox.control(f"weibo/posts/{post}/delete/")
    data = TaskInput(Form.REPOST, "新的转发语", task.source_url)
    assert drafting.change(task=task, by=task.advertiser.user, data=data, now=MONDAY).source_id == post


def test_short_links_are_opened_by_weibo(sandbox):
    from weitask.gateways import weibo

    short = weibo.client().shorten(token="platform-commercial-token", url="https://shop.example.com/")
    assert source.open_links([short, "http://t.cn/A6zzzzz"]) == {short: "https://shop.example.com/"}


def test_short_links_stay_closed_while_weibo_does_not_answer(sandbox):
    sandbox.control("faults/", {"target": "short_url/expand", "kind": "http_500", "times": 1})
    assert source.open_links(["http://t.cn/A6zzzzz"]) == {}
