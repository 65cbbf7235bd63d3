"""The control interface of spec 8."""

import httpx
import pytest

from tests.sandbox.weibo_calls import post, repost, timeline
from tests.sandbox_process import SandboxProcess


def test_users_are_created_listed_and_changed(sandbox: SandboxProcess) -> None:
    made = sandbox.control(
        "weibo/users/", {"uid": "5000000001", "screen_name": "甲", "verified_type": 2, "verified": True}
    )
    assert "access_token" not in made
    sandbox.control("weibo/users/", {"uid": "5000000001", "followers_count": 9})
    listed = sandbox.control("weibo/users/?q=甲")
    assert [(one["uid"], one["screen_name"], one["followers_count"], one["verified_type"]) for one in listed] == [
        ("5000000001", "甲", 9, 2)
    ]


def test_users_are_created_in_bulk_with_tokens(sandbox: SandboxProcess, http: httpx.Client) -> None:
    made = sandbox.control("weibo/users/", [{"token": True} for _ in range(20)])
    assert len({one["uid"] for one in made}) == 20
    assert "id" in post(http, made[7]["access_token"])
    assert made[0]["expires_in"] == 2592000


def test_a_token_may_be_short_lived(sandbox: SandboxProcess) -> None:
    made = sandbox.control("weibo/users/", {"token": True, "token_seconds": 60})
    assert made["expires_in"] == 60


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("weibo/users/", {"nickname": "甲"}),
        ("weibo/posts/", {"uid": "1", "text": "无人"}),
        ("weibo/tokens/expire/", {}),
        ("settings/", {"unknown": 1}),
        ("settings/", {"rate_limits": "yes"}),
        ("settings/", {"visibility_delay": True}),
        ("tick/", {"now": "tomorrow"}),
        ("tick/", {"now": "2026-01-05T10:00:00"}),
        ("weibo/posts/1/delete/", {"by": "chance"}),
    ],
)
def test_nonsense_is_answered_400(sandbox: SandboxProcess, path: str, body: dict[str, object]) -> None:
    assert sandbox.http.post(f"/_control/{path}", json=body).status_code == 400


def test_an_unknown_post_and_a_wrong_method_are_told_apart(sandbox: SandboxProcess) -> None:
    assert sandbox.http.post("/_control/weibo/posts/1/delete/", json={}).status_code == 404
    assert sandbox.http.get("/_control/reset/").status_code == 405


def test_the_book_keeps_deleted_posts(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    made = post(http, token, "周末", order="WO1")["idstr"]
    sandbox.control(f"weibo/posts/{made}/delete/")
    for query in ("uid=5187664653", "q=周末", "q=WO1", "order=WO1"):
        entry = sandbox.control(f"weibo/posts/?{query}")[0]
        assert (entry["id"], entry["order_number"], entry["deleted_by"]) == (made, "WO1", "owner")
    assert entry["deleted_at"] == "2026-01-05T10:00:00+08:00"
    assert sandbox.control("weibo/posts/?q=WO2") == []


def test_posts_can_be_written_into_the_book(
    sandbox: SandboxProcess, http: httpx.Client, token: str, other: str
) -> None:
    wish = {"uid": "5187664653", "text": "昨天的", "created_at": "2026-01-04T10:00:00+08:00"}
    source = sandbox.control("weibo/posts/", wish)
    reposted = sandbox.control("weibo/posts/", [{"uid": "5187664654", "text": "转", "source_id": source["id"]}])[0]
    assert timeline(http, token)[0]["created_at"] == "Sun Jan 04 10:00:00 +0800 2026"
    assert reposted["retweeted_id"] == source["id"]


def test_two_posts_with_one_order_number_are_a_double(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    first = post(http, token, order="WO1")["idstr"]
    sandbox.control(f"weibo/posts/{first}/delete/")
    assert sandbox.control("stats/")["doubles"] == 0
    second = post(http, token, order="WO1")["idstr"]
    stats = sandbox.control("stats/")
    assert stats["duplicate_posts"] == [{"order_number": "WO1", "ids": [first, second]}]
    assert stats["doubles"] == 1


@pytest.mark.parametrize(("minute", "doubles"), [("10:14:59", 1), ("10:15:00", 0)])
def test_two_reposts_of_one_source_within_15_minutes_are_a_double(
    sandbox: SandboxProcess, http: httpx.Client, token: str, other: str, minute: str, doubles: int
) -> None:
    source = post(http, token)["idstr"]
    repost(http, other, source)
    sandbox.control("tick/", {"now": f"2026-01-05T{minute}+08:00"})
    repost(http, other, source)
    stats = sandbox.control("stats/")
    assert (stats["doubles"], len(stats["duplicate_reposts"]), stats["reposts"]) == (doubles, doubles, 2)


def test_the_largest_moment_heard_is_the_business_time(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    def say(moment: str) -> str:
        answer = http.get("/2/account/get_uid.json", headers={"X-Weitask-Now": moment}, params={"access_token": token})
        assert answer.status_code == 200
        return str(sandbox.control("stats/")["now"])

    assert say("2026-01-05T12:00:00+08:00") == "2026-01-05T12:00:00+08:00"
    assert say("2026-01-05T11:00:00+08:00") == "2026-01-05T12:00:00+08:00"
    assert say("2026-01-05T04:30:00Z") == "2026-01-05T12:30:00+08:00"
    assert say("nonsense") == "2026-01-05T12:30:00+08:00"


@pytest.mark.parametrize(
    "wish",
    [{"screen_name": None}, {"verified": "maybe"}, {"followers_count": 10**30}, {"uid": "abc"}, {"uid": "1" * 21}],
)
def test_a_user_that_cannot_be_is_refused(http: httpx.Client, wish: dict[str, object]) -> None:
    answer = http.post("/_control/weibo/users/", json=wish)
    assert (answer.status_code, set(answer.json())) == (400, {"error"})


def test_the_front_page_leads_to_everybody(http: httpx.Client, token: str) -> None:
    front = http.get("/")
    assert front.status_code == 200
    assert '<a href="/u/5187664653">城南食记</a>' in front.text


def test_the_seed_has_believable_users_of_every_kind(sandbox: SandboxProcess) -> None:
    made = sandbox.control("seed/")
    users = sandbox.control("weibo/users/")
    assert made["users"] == len(users) >= 60
    assert {one["verified_type"] for one in users} == {-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 200, 220, 400}
    assert all(one["description"] and one["location"] for one in users)
    assert made["posts"] == len(sandbox.control("weibo/posts/")) >= 30
    assert sandbox.control("seed/") == {"users": 0, "posts": 0}


def test_reset_empties_everything(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    post(http, token)
    sandbox.control("settings/", {"refuse_repeats": True})
    sandbox.control("faults/", {"target": "*", "kind": "drop"})
    sandbox.reset()
    stats = sandbox.control("stats/")
    assert (stats["posts"], stats["requests"]["total"]) == (0, 0)
    assert sandbox.control("settings/")["refuse_repeats"] is False
    assert sandbox.control("weibo/users/") == sandbox.control("faults/") == []
    assert http.get("/2/account/get_uid.json", params={"access_token": token}).json()["error_code"] == 21332


def test_money_and_cards_have_their_views(sandbox: SandboxProcess) -> None:
    assert sandbox.control("sinapay/balance/") == {"balance_fen": 0}
    sandbox.control("settings/", {"opening_balance": 500})
    assert sandbox.control("sinapay/balance/") == {"balance_fen": 500}
    assert sandbox.control("sinapay/cards/") == sandbox.control("sinapay/payouts/") == []
