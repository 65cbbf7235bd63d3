"""The Weibo client against the sandbox: both were built from the protocol sheet, neither from the other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.gateways.loopback import eventually
from tests.sandbox_process import SandboxProcess
from weitask.gateways.breaker import BreakerLimits
from weitask.gateways.errors import (
    GatewayError,
    PermanentError,
    ReauthoriseError,
    TemporaryError,
    UnknownError,
)
from weitask.gateways.weibo import Counts, WeiboClient, WeiboConfig

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
START = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
CALLBACK = "http://127.0.0.1:8000/accounts/weibo/login/callback/"


@dataclass
class Account:
    """A Weibo user who authorised us."""

    uid: str
    token: str


class Moment:
    """A business clock moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def weibo(sandbox: SandboxProcess, moment: Moment) -> Iterator[WeiboClient]:
    config = replace(WeiboConfig.from_settings(), now=moment, timeout=10.0, breaker=BreakerLimits(failures=0))
    with WeiboClient(config) as client:
        client.pinned(now=START).shorten(token=config.platform_token, url="https://weitask.example/")
        yield client


@pytest.fixture
def account(weibo: WeiboClient, sandbox: SandboxProcess) -> Account:
    made = sandbox.control("weibo/users/", {"uid": "5187664653", "screen_name": "城南食记", "token": True})
    return Account(made["uid"], made["access_token"])


@pytest.fixture
def other(weibo: WeiboClient, sandbox: SandboxProcess) -> Account:
    made = sandbox.control("weibo/users/", {"uid": "5187664654", "token": True})
    return Account(made["uid"], made["access_token"])


def publish(weibo: WeiboClient, account: Account, text: str = "周末去哪儿吃？", **changes):
    fields = {"token": account.token, "pic_ids": [], "order_number": "WO20260105000001", "rip": "203.0.113.9"}
    return weibo.publish(text=text, **fields | changes)


def consent(weibo: WeiboClient, account: Account) -> str:
    """What the browser brings back after the user agreed."""
    address = weibo.authorize_url(redirect_uri=CALLBACK, state="s1")
    response = httpx.post(address, data={"uid": account.uid, "action": "agree"}, trust_env=False)
    back = httpx.URL(response.headers["Location"])
    assert back.params["state"] == "s1"
    return back.params["code"]


def test_a_login_code_becomes_a_token_once(weibo, account):
    code = consent(weibo, account)
    token = weibo.exchange_code(code=code, redirect_uri=CALLBACK)

    assert (token.uid, token.expires_in) == (account.uid, 2_592_000)
    info = weibo.token_info(token=token.access_token)
    assert (info.uid, info.expires_in, info.created_at) == (account.uid, 2_592_000, START)
    with pytest.raises(PermanentError) as caught:
        weibo.exchange_code(code=code, redirect_uri=CALLBACK)
    assert (caught.value.code, caught.value.cause) == ("21325", "account")


def test_a_wrong_secret_is_our_own_trouble(weibo, account):
    code = consent(weibo, account)
    with (
        WeiboClient(replace(weibo.config, app_secret="wrong")) as stranger,
        pytest.raises(PermanentError) as caught,
    ):
        stranger.exchange_code(code=code, redirect_uri=CALLBACK)

    assert (caught.value.code, caught.value.cause) == ("21324", "app")


def test_a_user_is_read(weibo, account):
    user = weibo.user(token=account.token, uid=account.uid)

    assert (user.uid, user.screen_name, user.verified_type) == (account.uid, "城南食记", -1)
    assert user.avatar_url.startswith("http")
    with pytest.raises(PermanentError) as caught:
        weibo.user(token=account.token, uid="999999")
    assert caught.value.code == "20003"


def test_a_post_with_pictures_carries_our_number(weibo, account, sandbox):
    pic_ids = [
        weibo.upload_picture(token=account.token, content=PNG + bytes([n]), filename=f"图{n}.png") for n in (1, 2)
    ]
    post = publish(weibo, account, pic_ids=pic_ids)

    assert (post.uid, post.order_number, post.app) == (account.uid, "WO20260105000001", "微任务")
    assert post.created_at == START
    assert weibo.show(token=account.token, post_id=post.id) == post
    [kept] = sandbox.control("weibo/posts/?uid=5187664653")
    assert (kept["id"], kept["text"]) == (post.id, "周末去哪儿吃？")


def test_a_long_text_is_declared_as_one(weibo, account):
    assert publish(weibo, account, text="长" * 2000).text.startswith("长长")
    with pytest.raises(PermanentError) as caught:
        publish(weibo, account, text="长" * 2001)
    assert (caught.value.code, caught.value.cause) == ("20012", "content")


@pytest.mark.parametrize("text", ["好" * 140, "a" * 280, "好" * 130 + "https://weitask.example/very/long?address=1"])
def test_client_and_sandbox_count_the_same_140(weibo, account, text):
    assert publish(weibo, account, text=text).id
    with pytest.raises(PermanentError) as caught:
        weibo.repost(token=account.token, source_id=publish(weibo, account).id, text=text + "xx好", rip="1.1.1.1")
    assert caught.value.code in {"20012", "20103"}


def test_a_repost_names_its_original(weibo, account, other):
    source = publish(weibo, account)
    repost = weibo.repost(token=other.token, source_id=source.id, text="好吃！", rip="203.0.113.9")

    assert (repost.uid, repost.retweeted_id, repost.retweeted_deleted) == (other.uid, source.id, False)
    assert repost.order_number is None


@pytest.mark.parametrize(("fate", "code"), [("delete", "20101"), ("hide", "20112"), ("block", "20104")])
def test_a_source_that_cannot_be_reposted_is_the_targets_fault(weibo, account, other, sandbox, fate, code):
    source = publish(weibo, account)
    sandbox.control(f"weibo/posts/{source.id}/{fate}/")

    with pytest.raises(PermanentError) as caught:
        weibo.repost(token=other.token, source_id=source.id, text="", rip="203.0.113.9")

    assert (caught.value.code, caught.value.cause) == (code, "target")


def test_a_repost_shows_that_its_original_is_gone(weibo, account, other, sandbox):
    source = publish(weibo, account)
    repost = weibo.repost(token=other.token, source_id=source.id, text="", rip="203.0.113.9")
    sandbox.control(f"weibo/posts/{source.id}/delete/")

    found = weibo.show(token=other.token, post_id=repost.id)
    assert (found.retweeted_id, found.retweeted_deleted, found.deleted) == (source.id, True, False)


def test_the_timeline_is_read_page_by_page_to_its_end(weibo, account):
    made = [publish(weibo, account, text=f"第{n}条", order_number=f"WO{n}").id for n in range(5)]
    pages = [weibo.timeline(token=account.token, uid=account.uid, page=page, count=2) for page in (1, 2, 3, 4)]

    assert [[post.id for post in page] for page in pages] == [made[:2:-1], made[2:0:-1], made[:1], []]
    newer = weibo.timeline(token=account.token, uid=account.uid, since_id=made[2])
    assert [post.order_number for post in newer] == ["WO4", "WO3"]


def test_ids_grow_with_time(weibo, account, moment):
    first = publish(weibo, account)
    moment.now += timedelta(seconds=1)
    second = publish(weibo, account, order_number="WO2")

    assert int(second.id) > int(first.id)
    assert second.created_at - first.created_at == timedelta(seconds=1)


def test_a_deletion_leaves_a_sentinel_where_weibo_shows_one(weibo, account, sandbox):
    post = publish(weibo, account)
    sandbox.control(f"weibo/posts/{post.id}/delete/")
    assert weibo.timeline(token=account.token, uid=account.uid) == []
    sandbox.control("settings/", {"timeline_sentinels": True})

    [sentinel] = weibo.timeline(token=account.token, uid=account.uid)
    assert (sentinel.id, sentinel.deleted) == (post.id, True)


def test_another_accounts_timeline_is_closed(weibo, account, other):
    with pytest.raises(PermanentError) as caught:
        weibo.timeline(token=account.token, uid=other.uid)

    assert (caught.value.code, caught.value.cause) == ("21335", "app")


def test_a_batch_tells_alive_deleted_private_and_blocked_apart(weibo, account, sandbox):
    alive, deleted, private, removed = (publish(weibo, account, order_number=f"WO{n}").id for n in range(4))
    sandbox.control(f"weibo/posts/{deleted}/delete/")
    sandbox.control(f"weibo/posts/{private}/hide/")
    sandbox.control(f"weibo/posts/{removed}/delete/", {"by": "platform"})
    found = weibo.read_posts(ids=[alive, deleted, private, removed, "42"])

    assert set(found) == {alive, deleted, private, removed}
    assert (found[alive].visible, found[alive].deleted, found[alive].uid) == (0, False, account.uid)
    assert found[deleted].deleted
    assert found[private].visible == 1
    assert (found[removed].blocked, found[removed].deleted) == (True, False)


def test_a_batch_of_nothing_weibo_knows_is_empty(weibo):
    assert weibo.read_posts(ids=["41", "42"]) == {}
    assert weibo.counts(ids=["41", "42"]) == {}


def test_counts_are_those_of_the_post(weibo, account, sandbox):
    post = publish(weibo, account)
    sandbox.control(f"weibo/posts/{post.id}/counts/", {"reposts": 3, "comments": 2, "likes": 9})

    assert weibo.counts(ids=[post.id, "42"]) == {post.id: Counts(reposts=3, comments=2, likes=9)}


def test_a_notice_arrives_in_the_inbox(weibo, account, sandbox):
    short = weibo.shorten(token=account.token, url="https://weitask.example/orders/1/")
    weibo.notify(
        uids=[account.uid], template="weitask_notice", objects=["您有新订单", "长" * 20], action_url=short[:20]
    )

    [notice] = sandbox.control(f"weibo/notices/?uid={account.uid}")
    assert notice["objects"] == ["您有新订单", "长" * 10]


def test_short_links_come_back_as_they_were(weibo, account):
    short = weibo.shorten(token=account.token, url="https://track.example/?a=1&b=好")

    assert weibo.expand(urls=[short, "http://t.cn/unknown"]) == {short: "https://track.example/?a=1&b=好"}


def test_a_given_back_token_posts_no_more(weibo, account):
    weibo.revoke(token=account.token)

    with pytest.raises(ReauthoriseError) as caught:
        publish(weibo, account)
    assert caught.value.cause == "account"
    weibo.revoke(token=account.token)


@pytest.mark.parametrize("how", ["revoke", "expire"])
def test_a_lost_token_asks_for_the_owner_everywhere(weibo, account, sandbox, how):
    sandbox.control(f"weibo/tokens/{how}/", {"uid": account.uid})

    for call in (
        lambda: publish(weibo, account),
        lambda: weibo.timeline(token=account.token, uid=account.uid),
        lambda: weibo.user(token=account.token, uid=account.uid),
    ):
        with pytest.raises(ReauthoriseError):
            call()


def test_a_refused_repeat_is_unknown_until_the_timeline_was_read(weibo, account, sandbox):
    sandbox.control("settings/", {"refuse_repeats": True})
    first = publish(weibo, account)

    with pytest.raises(UnknownError) as caught:
        publish(weibo, account)

    assert (caught.value.code, caught.value.cause) == ("20019", "content")
    [found] = weibo.timeline(token=account.token, uid=account.uid)
    assert found.id == first.id


FAULTS = [
    ({"kind": "http_500"}, "http_500", 0),
    ({"kind": "http_503", "after": True}, "http_503", 1),
    ({"kind": "timeout_before", "seconds": 0}, "connection", 0),
    ({"kind": "timeout_after", "seconds": 0}, "connection", 1),
    ({"kind": "timeout_after", "seconds": 3}, "timeout", 1),
    ({"kind": "slow", "seconds": 3}, "timeout", 1),
    ({"kind": "bad_json"}, "bad_json", 1),
    ({"kind": "refuse"}, "connection", 0),
    ({"kind": "drop"}, "connection", 1),
    ({"kind": "error_code", "error_code": "10001"}, "10001", 0),
    ({"kind": "error_code", "error_code": "20032", "after": True}, "20032", 1),
]


@pytest.mark.parametrize(("fault", "code", "posts"), FAULTS)
def test_every_fault_around_a_post_is_unknown_and_the_timeline_knows(weibo, account, sandbox, fault, code, posts):
    sandbox.control("faults/", {"target": "statuses/update", "times": 1} | fault)

    patience = 0.5 if code == "timeout" else 10.0
    with WeiboClient(replace(weibo.config, timeout=patience)) as sender, pytest.raises(UnknownError) as caught:
        publish(sender, account)

    assert caught.value.code == code
    sandbox.control("faults/", method="DELETE")
    eventually(lambda: len(weibo.timeline(token=account.token, uid=account.uid)) == posts)
    assert sandbox.control("stats/")["doubles"] == 0


@pytest.mark.parametrize(("fault", "code", "posts"), [*FAULTS[:4], *FAULTS[6:]])
def test_the_same_faults_around_a_read_may_be_asked_again(weibo, sandbox, account, fault, code, posts):
    post = publish(weibo, account)
    sandbox.control("faults/", {"target": "statuses/show_batch", "times": 1} | fault)

    with pytest.raises(TemporaryError) as caught:
        weibo.read_posts(ids=[post.id])

    assert caught.value.code == code
    assert set(weibo.read_posts(ids=[post.id])) == {post.id}


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        ("10022", TemporaryError, "rate"),
        ("10023", TemporaryError, "rate"),
        ("20016", TemporaryError, "rate"),
        ("20021", PermanentError, "content"),
        ("20031", PermanentError, "account"),
        ("10014", PermanentError, "app"),
        ("21315", ReauthoriseError, "account"),
    ],
)
def test_a_forced_refusal_falls_into_its_family(weibo, account, sandbox, code, kind, cause):
    sandbox.control("faults/", {"target": "statuses/update", "kind": "error_code", "error_code": code, "times": 1})

    with pytest.raises(kind) as caught:
        publish(weibo, account)

    assert (type(caught.value), caught.value.code, caught.value.cause) == (kind, code, cause)


def test_the_limits_of_weibo_are_met_with_patience(weibo, account, sandbox):
    sandbox.control("settings/", {"rate_limits": True})
    for n in range(30):
        publish(weibo, account, text=f"第{n}条", order_number=f"WO{n}")

    with pytest.raises(TemporaryError) as caught:
        publish(weibo, account, order_number="WO30")
    assert caught.value.cause == "rate"


def test_a_post_that_shows_later_is_found_when_its_time_has_come(weibo, account, sandbox, moment):
    sandbox.control("settings/", {"visibility_delay": 120})
    post = publish(weibo, account)
    assert weibo.timeline(token=account.token, uid=account.uid) == []
    moment.now += timedelta(seconds=121)

    assert [found.id for found in weibo.timeline(token=account.token, uid=account.uid)] == [post.id]


def test_a_sandbox_that_is_gone_is_temporary(weibo, account, sandbox_keys):
    with (
        WeiboClient(replace(weibo.config, biz_base="http://127.0.0.1:1")) as lost,
        pytest.raises(GatewayError) as caught,
    ):
        publish(lost, account)

    assert type(caught.value) is TemporaryError
