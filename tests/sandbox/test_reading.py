"""Reading posts back on the wire (weibo.md 6)."""

import httpx
import pytest

from tests.sandbox.weibo_calls import PLATFORM, batch, post, repost, show, timeline
from tests.sandbox_process import SandboxProcess


def _count(http: httpx.Client, path: str, *ids: str) -> list[dict[str, object]]:
    sent = {"access_token": PLATFORM, "ids": ",".join(ids)}
    return http.get(f"/2/statuses/{path}.json", params=sent).json()


def test_anyones_posts_are_read_in_a_batch_with_their_states(http: httpx.Client, token: str, other: str) -> None:
    ids = [post(http, token, "甲")["idstr"], post(http, other, "乙")["idstr"]]
    answer = batch(http, *ids, "5000000000000000")
    assert {one["idstr"] for one in answer["statuses"]} == set(ids)
    assert {one["state"] for one in answer["states"]} == {0}
    assert answer["total_number"] == 2


def test_a_deleted_post_is_a_sentinel_with_state_5(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    made = post(http, token, "甲", order="WO1")["idstr"]
    sandbox.control(f"weibo/posts/{made}/delete/")
    answer = batch(http, made)
    assert answer["statuses"][0]["idstr"] == made
    assert answer["statuses"][0]["text"] == "此微博已被原作者删除。"
    assert "user" not in answer["statuses"][0]
    assert answer["states"] == [{"id": int(made), "state": 5}]


def test_a_post_the_platform_removed_has_a_state_but_no_status(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    made = post(http, token)["idstr"]
    sandbox.control(f"weibo/posts/{made}/delete/", {"by": "platform"})
    assert batch(http, made) == {"statuses": [], "states": [{"id": int(made), "state": 7}], "total_number": 0}
    assert show(http, token, made).json()["error_code"] == 20104


def test_a_private_post_shows_its_visibility(
    sandbox: SandboxProcess, http: httpx.Client, token: str, other: str
) -> None:
    made = post(http, token)["idstr"]
    sandbox.control(f"weibo/posts/{made}/hide/")
    assert batch(http, made)["statuses"][0]["visible"]["type"] == 1
    assert show(http, token, made).json()["visible"]["type"] == 1
    assert show(http, other, made).json()["error_code"] == 20112


def test_a_deleted_post_can_be_restored(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    made = post(http, token)["idstr"]
    sandbox.control(f"weibo/posts/{made}/delete/")
    sandbox.control(f"weibo/posts/{made}/restore/")
    assert show(http, token, made).json()["idstr"] == made


def test_all_ids_bad_is_an_error(http: httpx.Client) -> None:
    assert batch(http, "5000000000000000")["error_code"] == 20101


@pytest.mark.parametrize(("ids", "code"), [([], 20001), ([str(n) for n in range(51)], 20009)])
def test_a_batch_has_1_to_50_ids(http: httpx.Client, ids: list[str], code: int) -> None:
    assert batch(http, *ids)["error_code"] == code


def test_the_open_batch_shows_only_ones_own(http: httpx.Client, token: str, other: str) -> None:
    mine, hers = post(http, token)["idstr"], post(http, other)["idstr"]
    sent = {"access_token": token, "ids": f"{mine},{hers}"}
    answer = http.get("/2/statuses/show_batch.json", params=sent).json()
    assert [one["idstr"] for one in answer["statuses"]] == [mine]


def test_the_timeline_is_the_callers_own_newest_first(http: httpx.Client, token: str, other: str) -> None:
    ids = [post(http, token, f"第{n}条")["idstr"] for n in range(5)]
    post(http, other)
    assert [one["idstr"] for one in timeline(http, token)] == ids[::-1]
    assert [one["idstr"] for one in timeline(http, token, count=2, page=2)] == ids[1:3][::-1]
    assert [one["idstr"] for one in timeline(http, token, since_id=ids[2])] == ids[3:][::-1]
    assert [one["idstr"] for one in timeline(http, token, max_id=ids[2])] == ids[:3][::-1]
    assert timeline(http, token, page=9) == []


def test_a_strangers_timeline_is_refused(http: httpx.Client, token: str, other: str) -> None:
    sent = {"access_token": token, "uid": "5187664654"}
    assert http.get("/2/statuses/user_timeline.json", params=sent).json()["error_code"] == 21335


def test_deleted_posts_leave_the_timeline_or_stay_as_sentinels(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    made = post(http, token)["idstr"]
    sandbox.control(f"weibo/posts/{made}/delete/")
    assert timeline(http, token) == []
    sandbox.control("settings/", {"timeline_sentinels": True})
    assert timeline(http, token)[0]["text"] == "此微博已被原作者删除。"


def test_a_new_post_may_be_visible_late(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    sandbox.control("settings/", {"visibility_delay": 120})
    made = post(http, token, order="WO1")["idstr"]
    assert timeline(http, token) == []
    assert batch(http, made)["error_code"] == 20101
    sandbox.control("tick/", {"now": "2026-01-05T10:02:00+08:00"})
    assert timeline(http, token)[0]["annotations"] == [{"weitask_order": "WO1"}]


def test_counts_of_the_open_family_are_numbers(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    made = post(http, token)["idstr"]
    sandbox.control(f"weibo/posts/{made}/counts/", {"reposts": 3, "comments": 2, "likes": 9})
    assert _count(http, "count", made) == [{"id": int(made), "comments": 2, "reposts": 3, "attitudes": 9}]


def test_counts_of_the_commercial_family_are_strings(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    made = post(http, token)["idstr"]
    sandbox.control(f"weibo/posts/{made}/counts/", {"reposts": 3, "comments": 2, "likes": 9})
    assert _count(http, "count/biz", made) == [{"id": made, "comments": "2", "reposts": "3", "likes": "9"}]


def test_counts_leave_out_deleted_and_unknown_ids(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    kept, gone = post(http, token)["idstr"], post(http, token)["idstr"]
    sandbox.control(f"weibo/posts/{gone}/delete/")
    assert [one["id"] for one in _count(http, "count/biz", kept, gone, "5000000000000000")] == [kept]


def test_counts_grow_with_age_and_the_same_in_every_run(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    def day_old() -> object:
        made = post(http, token)["idstr"]
        sandbox.control("tick/", {"now": "2026-01-06T10:00:00+08:00"})
        return {**_count(http, "count", made)[0], "id": 0}

    first = day_old()
    sandbox.reset()
    sandbox.control("tick/", {"now": "2026-01-05T10:00:00+08:00"})
    user = {"uid": "5187664653", "followers_count": 482113, "token": True}
    token = sandbox.control("weibo/users/", user)["access_token"]
    assert day_old() == first
    assert first["attitudes"] > 0  # type: ignore[index]


def test_growth_can_be_switched_off(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    sandbox.control("settings/", {"grow_counts": False})
    made = post(http, token)["idstr"]
    sandbox.control("tick/", {"now": "2026-01-06T10:00:00+08:00"})
    assert _count(http, "count", made)[0]["attitudes"] == 0


def test_trim_user_leaves_the_id_only(http: httpx.Client, token: str, other: str) -> None:
    made = repost(http, other, post(http, token)["idstr"])["idstr"]
    sent = {"access_token": PLATFORM, "ids": made, "trim_user": "1"}
    status = http.get("/2/statuses/show_batch/biz.json", params=sent).json()["statuses"][0]
    assert status["user"] == {"idstr": "5187664654"}
    assert status["retweeted_status"]["user"] == {"idstr": "5187664653"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("3491273850170657", "yCirT0Iox"),
        ("231101124784859058", "Bh0tgako3U"),
        ("4885639100630954", "MzVRA2E8G"),
        ("5012345678901234", "O5banBlCi"),
        ("4999000000000042", "NFxrq000G"),
    ],
)
def test_ids_and_short_codes_convert(http: httpx.Client, token: str, number: str, code: str) -> None:
    to_code = {"access_token": token, "id": number, "type": "1"}
    assert http.get("/2/statuses/querymid.json", params=to_code).json() == {"mid": code}
    to_id = {"access_token": token, "mid": code, "type": "1", "isBase62": "1"}
    assert http.get("/2/statuses/queryid.json", params=to_id).json() == {"id": number}


def test_a_strange_short_code_is_refused(http: httpx.Client, token: str) -> None:
    sent = {"access_token": token, "mid": "O5ban-BlCi"}
    assert http.get("/2/statuses/queryid.json", params=sent).json()["error_code"] == 10017
