"""The Weibo client over loopback: reading back, notices, links and tokens."""

import pytest

from tests.gateways.loopback import answer, hang_up
from tests.gateways.test_weibo_records import status
from weitask.gateways.errors import PermanentError, ReauthoriseError, TemporaryError
from weitask.gateways.weibo import Counts

TOKEN = "2.00account-token"


def test_the_timeline_is_asked_by_page(server, weibo):
    server.script(answer({"statuses": [status(), {"id": 3, "text": "此微博已被原作者删除。"}]}))
    posts = weibo.timeline(token=TOKEN, uid="5187664653", since_id="9", page=2, count=500)

    assert [post.deleted for post in posts] == [False, True]
    assert server.received[0].query == {
        "access_token": [TOKEN],
        "uid": ["5187664653"],
        "page": ["2"],
        "count": ["100"],
        "since_id": ["9"],
    }


def test_the_first_page_needs_no_lower_end(server, weibo):
    server.script(answer({"statuses": []}))

    assert weibo.timeline(token=TOKEN, uid="5187664653") == []
    assert "since_id" not in server.received[0].query


def test_a_batch_is_read_on_the_platforms_token(server, weibo):
    server.script(answer({"statuses": [status()], "states": [], "total_number": 1}))
    found = weibo.read_posts(ids=["7", "5233901188472301"])

    assert list(found) == ["5233901188472301"]
    assert server.received[0].query["access_token"] == ["platform-token-value"]
    assert server.received[0].query["ids"] == ["7,5233901188472301"]


def test_a_batch_of_unknown_posts_is_empty(server, weibo):
    server.script(answer({"error_code": 20101, "error": "target weibo does not exist!"}, status=400))

    assert weibo.read_posts(ids=["7"]) == {}
    assert weibo.counts(ids=["7"]) == {}


@pytest.mark.parametrize("ask", ["read_posts", "counts"])
def test_a_refused_batch_is_an_error_not_an_absence(server, weibo, ask):
    server.script(answer({"error_code": 10014, "error": "x"}, status=403))

    with pytest.raises(PermanentError):
        getattr(weibo, ask)(ids=["7"])


def test_nothing_asked_is_nothing_sent(server, weibo):
    assert (weibo.read_posts(ids=[]), weibo.counts(ids=[]), weibo.expand(urls=[])) == ({}, {}, {})
    assert server.received == []


def test_too_many_at_once_is_a_mistake_of_ours(weibo):
    with pytest.raises(ValueError, match="too many ids"):
        weibo.read_posts(ids=["1"] * 51)
    with pytest.raises(ValueError, match="too many ids"):
        weibo.counts(ids=["1"] * 101)
    with pytest.raises(ValueError, match="too many links"):
        weibo.expand(urls=["http://t.cn/a"] * 21)


def test_the_death_of_the_platforms_token_is_our_own_trouble(server, weibo):
    server.script(answer({"error_code": 21327, "error": "expired_token"}, status=403))

    with pytest.raises(PermanentError) as caught:
        weibo.read_posts(ids=["7"])

    assert not isinstance(caught.value, ReauthoriseError)
    assert caught.value.cause == "app"


def test_the_platforms_token_is_known_wherever_it_is_used(server, weibo):
    server.script(answer({"error_code": 21327, "error": "expired_token"}, status=403))

    with pytest.raises(PermanentError) as caught:
        weibo.shorten(token="platform-token-value", url="https://x.example/")

    assert (type(caught.value), caught.value.cause) == (PermanentError, "app")


def test_counts_are_read_by_id(server, weibo):
    server.script(answer([{"id": "7", "comments": "2", "reposts": "3", "likes": "4"}]))

    assert weibo.counts(ids=["7", "8"]) == {"7": Counts(reposts=3, comments=2, likes=4)}


def test_a_notice_is_cut_to_what_weibo_takes(server, weibo):
    server.script(answer({"result": True}))
    weibo.notify(uids=["1", "2"], template="t", objects=["好" * 20, "b"], action_url="http://t.cn/A6xYz12")

    form = server.received[0].form
    assert form["objects1"] == "好" * 10
    assert (form["uids"], form["tpl_id"], form["objects2"]) == ("1,2", "t", "b")
    assert form["access_token"] == "platform-token-value"


@pytest.mark.parametrize(
    "wrong",
    [{"uids": []}, {"uids": ["1"] * 101}, {"objects": ["a"] * 4}, {"action_url": "http://t.cn/" + "a" * 9}],
)
def test_a_notice_weibo_would_not_take_is_a_mistake_of_ours(weibo, wrong):
    with pytest.raises(ValueError, match=r"notice|action_url"):
        weibo.notify(**{"uids": ["1"], "template": "t", "objects": [], "action_url": ""} | wrong)


def test_a_notice_without_a_link_sends_none(server, weibo):
    weibo.notify(uids=["1"], template="t", objects=[], action_url="")

    assert "action_url" not in server.received[0].form


def test_links_are_shortened_and_expanded_by_weibo_alone(server, weibo):
    row = {"url_short": "http://t.cn/a", "url_long": "http://127.0.0.1:1/secret", "type": 0, "result": True}
    server.script(answer({"urls": [row]}))

    assert weibo.shorten(token=TOKEN, url="http://127.0.0.1:1/secret") == "http://t.cn/a"
    assert weibo.expand(urls=["http://t.cn/a", "http://t.cn/b"]) == {"http://t.cn/a": "http://127.0.0.1:1/secret"}
    assert server.received[1].query["url_short"] == ["http://t.cn/a", "http://t.cn/b"]


def test_a_link_that_could_not_be_shortened_is_temporary(server, weibo):
    server.script(answer({"urls": []}))

    with pytest.raises(TemporaryError):
        weibo.shorten(token=TOKEN, url="https://x.example/")


def test_revoking_a_dead_token_is_done_already(server, weibo):
    server.script(answer({"error_code": 21332, "error": "invalid_access_token"}, status=400))

    weibo.revoke(token=TOKEN)


def test_revoking_may_still_fail(server, weibo):
    server.script(hang_up)

    with pytest.raises(TemporaryError):
        weibo.revoke(token=TOKEN)


def test_a_user_and_a_token_can_be_looked_up(server, weibo):
    server.script(
        answer({"idstr": "5187664653", "screen_name": "城南食记", "followers_count": 1}),
        answer({"uid": 5187664653, "create_at": 1760083200, "expire_in": 2591400}),
    )

    assert weibo.user(token=TOKEN, uid="5187664653").screen_name == "城南食记"
    assert weibo.token_info(token=TOKEN).expires_in == 2591400
