"""Reading Weibo's objects (weibo.md 3 to 6)."""

import contextlib
import locale
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weitask.gateways.reading import Malformed
from weitask.gateways.weibo import records


def status(**changes: Any) -> dict[str, Any]:
    """A status object like the sheet's example."""
    return {
        "created_at": "Wed Nov 18 20:00:03 +0800 2026",
        "id": 5233901188472301,
        "idstr": "5233901188472301",
        "mid": "5233901188472301",
        "text": "周末去哪儿吃？",
        "source": '<a href="http://app.weibo.com/t/feed/1a2b" rel="nofollow">微任务</a>',
        "annotations": [{"weitask_order": "WO20261118000042"}],
        "user": {"idstr": "5187664653"},
        "reposts_count": 1,
        "comments_count": 2,
        "attitudes_count": 3,
        "visible": {"type": 0, "list_id": 0},
    } | changes


def test_a_post_is_read_whole():
    post = records.parse_post(status())

    assert (post.id, post.uid, post.app) == ("5233901188472301", "5187664653", "微任务")
    assert post.created_at == datetime(2026, 11, 18, 12, 0, 3, tzinfo=UTC)
    assert (post.reposts, post.comments, post.likes) == (1, 2, 3)
    assert post.order_number == "WO20261118000042"
    assert (post.deleted, post.blocked, post.retweeted_id, post.visible) == (False, False, None, 0)


def test_a_repost_names_its_original():
    post = records.parse_post(status(retweeted_status=status(id=7, idstr="4885639100630954")))

    assert (post.retweeted_id, post.retweeted_deleted) == ("4885639100630954", False)


def test_a_repost_outlives_its_original():
    gone = {"idstr": "4885639100630954", "deleted": "1", "text": "抱歉，此微博已被作者删除。", "state": 7}
    post = records.parse_post(status(retweeted_status=gone))

    assert (post.retweeted_id, post.retweeted_deleted, post.deleted) == ("4885639100630954", True, False)


@pytest.mark.parametrize(
    "sentinel",
    [
        {"id": 5233901188472301, "text": "此微博已被原作者删除。"},
        {"idstr": "5233901188472301", "text": "", "deleted": "1"},
        {"idstr": "5233901188472301", "text": "x", "deleted": 1, "created_at": ""},
    ],
)
def test_a_deleted_post_is_known_by_its_sentinel(sentinel):
    post = records.parse_post(sentinel)

    assert (post.id, post.deleted, post.created_at) == ("5233901188472301", True, None)


def test_a_living_post_may_quote_the_sentence_of_a_deleted_one():
    assert not records.parse_post(status(text="此微博已被原作者删除。太好笑了")).deleted


def test_a_private_post_is_visible_to_its_author_only():
    assert records.parse_post(status(visible={"type": 1, "list_id": 0})).visible == 1


@pytest.mark.parametrize(
    "annotations", [None, "x", [], [1], [{"weitask_order": 5}], [{"weitask_order": ""}], [{"other": "1"}]]
)
def test_strange_annotations_carry_no_order_number(annotations):
    assert records.parse_post(status(annotations=annotations)).order_number is None


@pytest.mark.parametrize(
    "changes",
    [
        {"idstr": "", "id": None, "mid": None},
        {"user": None},
        {"user": []},
        {"created_at": "yesterday"},
        {"created_at": "Wed Foo 18 20:00:03 +0800 2026"},
        {"created_at": "Wed Nov 31 20:00:03 +0800 2026"},
        {"text": 5},
        {"reposts_count": "many"},
        {"visible": "all"},
        {"retweeted_status": "gone"},
    ],
)
def test_a_post_of_the_wrong_shape_is_malformed(changes):
    with pytest.raises(Malformed):
        records.parse_post(status(**changes))


def test_one_unreadable_row_spoils_the_page():
    with pytest.raises(Malformed):
        records.parse_posts({"statuses": [status(), {"id": "x"}]})


def test_states_without_a_status_tell_deleted_and_blocked():
    found = records.parse_batch(
        {
            "statuses": [status(), {"id": 12, "text": "此微博已被原作者删除。"}],
            "states": [
                {"id": 5233901188472301, "state": 0},
                {"id": 12, "state": 7},
                {"id": 13, "state": 5},
                {"id": 14, "state": 7},
            ],
        }
    )

    assert not found["5233901188472301"].deleted
    assert found["12"].deleted
    assert found["13"].deleted
    assert found["14"].blocked


def test_a_batch_without_states_is_read():
    assert set(records.parse_batch({"statuses": [status()]})) == {"5233901188472301"}


def test_counts_come_as_texts_or_numbers_and_likes_under_two_names():
    found = records.parse_counts(
        [
            {"id": "1", "comments": "2", "reposts": "3", "likes": "4"},
            {"id": 5, "comments": 6, "reposts": 7, "attitudes": 8},
        ]
    )

    assert found["1"] == records.Counts(reposts=3, comments=2, likes=4)
    assert found["5"] == records.Counts(reposts=7, comments=6, likes=8)


def test_a_user_is_read_whole():
    user = records.parse_user(
        {
            "idstr": "5187664653",
            "screen_name": "城南食记",
            "followers_count": 482113,
            "friends_count": 391,
            "statuses_count": 10422,
            "verified": True,
            "verified_type": 0,
            "verified_reason": "美食博主",
            "location": "四川 成都",
            "description": "吃",
            "profile_image_url": "http://tva1.sinaimg.cn/50.jpg",
            "created_at": "Wed Nov 18 20:00:03 +0800 2015",
        }
    )

    assert (user.uid, user.followers_count, user.verified_type) == ("5187664653", 482113, 0)
    assert user.avatar_url.endswith("50.jpg")
    assert user.created_at == datetime(2015, 11, 18, 12, 0, 3, tzinfo=UTC)


def test_a_user_with_little_to_say_is_an_ordinary_one():
    user = records.parse_user({"id": 5187664653, "followers_count": "12"})

    assert (user.uid, user.verified, user.verified_type, user.created_at) == ("5187664653", False, -1, None)


def test_a_token_keeps_its_secret_out_of_sight():
    token = records.parse_token({"access_token": "2.00secret", "uid": "5187664653", "expires_in": 2591999})

    assert token.access_token == "2.00secret"
    assert "secret" not in repr(token)


@pytest.mark.parametrize("body", [{}, {"access_token": "", "uid": "1", "expires_in": 1}, {"access_token": "a"}])
def test_an_answer_without_a_token_is_malformed(body):
    with pytest.raises(Malformed):
        records.parse_token(body)


@pytest.mark.parametrize("name", ["expire_in", "expires_in"])
def test_the_life_of_a_token_is_read_under_both_names(name):
    info = records.parse_token_info({"uid": 5187664653, "create_at": 1760083200, name: 2591400})

    assert (info.uid, info.expires_in) == ("5187664653", 2591400)
    assert info.created_at == datetime(2025, 10, 10, 8, 0, tzinfo=UTC)


def test_a_token_born_beyond_time_is_malformed():
    with pytest.raises(Malformed):
        records.parse_token_info({"uid": 1, "create_at": 2**62, "expire_in": 1})


def test_failed_short_links_are_left_out():
    rows = [
        {"url_short": "http://t.cn/a", "url_long": "https://x.example/", "result": True},
        {"url_short": "http://t.cn/b", "url_long": "", "result": False},
    ]

    assert records.parse_links({"urls": rows}) == [("http://t.cn/a", "https://x.example/")]


def test_times_are_read_whatever_the_locale(monkeypatch):
    monkeypatch.setattr(locale, "setlocale", lambda *_: "zh_CN")

    assert records.parse_time("Thu Jan 01 00:00:00 +0800 2026") == datetime(2025, 12, 31, 16, tzinfo=UTC)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(status())), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=40)
@given(value=JSON, place=st.sampled_from([*status(), "retweeted_status", "deleted"]))
def test_any_shape_is_read_or_malformed(value, place):
    for parse, body in (
        (records.parse_post, status(**{place: value})),
        (records.parse_post, value),
        (records.parse_batch, value),
        (records.parse_counts, value),
        (records.parse_links, value),
        (records.parse_user, value),
        (records.parse_token, value),
        (records.parse_token_info, value),
    ):
        with contextlib.suppress(Malformed):
            parse(body)


def test_an_original_that_is_not_shown_to_us_does_not_hide_its_repost():
    kept_back = {
        "idstr": "4885639100630954",
        "text": "抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。",
        "user": None,
    }
    post = records.parse_post(status(retweeted_status=kept_back))

    assert (post.uid, post.retweeted_id, post.retweeted_deleted) == ("5187664653", "4885639100630954", False)
