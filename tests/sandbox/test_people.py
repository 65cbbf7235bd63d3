"""Users, notices, short links and limits on the wire (weibo.md 3, 7, 9), and the pages a browser sees."""

import httpx
import pytest

from tests.sandbox.weibo_calls import PLATFORM, post, repost
from tests.sandbox_process import SandboxProcess

NOTICE = {
    "access_token": PLATFORM,
    "uids": "5187664653",
    "tpl_id": "T1",
    "objects1": "微任务",
    "action_url": "http://t.cn/A6xYz12",
}


def test_a_user_is_shown_by_uid_and_by_name(http: httpx.Client, token: str) -> None:
    by_uid = http.get("/2/users/show.json", params={"access_token": token, "uid": "5187664653"}).json()
    by_name = http.get("/2/users/show.json", params={"access_token": token, "screen_name": "城南食记"}).json()
    assert by_uid == by_name
    assert (by_uid["id"], by_uid["idstr"], by_uid["followers_count"]) == (5187664653, "5187664653", 482113)
    assert by_uid["verified"] is True


def test_a_user_carries_the_latest_post(http: httpx.Client, token: str) -> None:
    post(http, token, "旧的")
    post(http, token, "新的")
    shown = http.get("/2/users/show.json", params={"access_token": token, "uid": "5187664653"}).json()
    assert shown["status"]["text"] == "新的"
    assert shown["statuses_count"] == 2


@pytest.mark.parametrize(("sent", "code"), [({"uid": "1"}, 20003), ({}, 20002)])
def test_no_such_user(http: httpx.Client, token: str, sent: dict[str, str], code: int) -> None:
    answer = http.get("/2/users/show.json", params={"access_token": token, **sent})
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


def test_user_counts_come_for_up_to_100(http: httpx.Client, token: str, other: str) -> None:
    def counts(uids: str) -> httpx.Response:
        return http.get("/2/users/counts.json", params={"access_token": token, "uids": uids})

    assert [one["id"] for one in counts("5187664653,5187664654").json()] == [5187664653, 5187664654]
    assert counts("").json()["error_code"] == 20002
    assert counts(",".join(["1"] * 101)).json()["error_code"] == 20009


def test_a_notice_reaches_the_inbox_of_users_who_authorised(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    sandbox.control("weibo/users/", {"uid": "5187664699"})
    sent = {**NOTICE, "uids": "5187664653,5187664699"}
    assert http.post("/2/notification/send.json", data=sent).json() == {"result": True}
    inbox = sandbox.control("weibo/notices/")
    assert [(one["uid"], one["template"], one["objects"]) for one in inbox] == [("5187664653", "T1", ["微任务"])]
    assert sandbox.control("weibo/notices/?uid=5187664699") == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"objects1": "字" * 11}, 10017),
        ({"action_url": "http://weitask.example/long"}, 10017),
        ({"uids": ",".join(["1"] * 101)}, 10017),
        ({"objects1_count": "100"}, 10017),
        ({"tpl_id": ""}, 10016),
    ],
)
def test_a_notice_has_sizes(http: httpx.Client, token: str, changed: dict[str, str], code: int) -> None:
    assert http.post("/2/notification/send.json", data={**NOTICE, **changed}).json()["error_code"] == code


def test_a_user_cannot_send_notices(http: httpx.Client, token: str) -> None:
    sent = {**NOTICE, "access_token": token}
    assert http.post("/2/notification/send.json", data=sent).json()["error_code"] == 21601


def test_shortening_is_stable_and_expands(http: httpx.Client, token: str) -> None:
    def call(path: str, **sent: str) -> dict[str, object]:
        return http.get(f"/2/short_url/{path}.json", params={"access_token": token, **sent}).json()

    first = call("shorten", url_long="https://weitask.example/o/1")["urls"][0]  # type: ignore[index]
    assert call("shorten", url_long="https://weitask.example/o/1")["urls"][0] == first  # type: ignore[index]
    assert len(first["url_short"]) <= 20
    back = call("expand", url_short=first["url_short"])["urls"][0]  # type: ignore[index]
    assert (back["url_long"], back["result"]) == ("https://weitask.example/o/1", True)
    assert call("expand", url_short="http://t.cn/none")["urls"][0]["result"] is False  # type: ignore[index]
    assert call("shorten")["error_code"] == call("expand")["error_code"] == 10016
    assert http.get(f"/t/{first['url_short'].rsplit('/')[-1]}").headers["location"] == "https://weitask.example/o/1"


def test_a_user_has_100_calls_a_day(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    sandbox.control("settings/", {"rate_limits": True})
    codes = [http.get("/2/account/get_uid.json", params={"access_token": token}).status_code for _ in range(101)]
    assert (codes[99], codes[100]) == (200, 403)
    status = http.get("/2/account/rate_limit_status.json", params={"access_token": token}).json()
    assert (status["remaining_user_hits"], status["user_limit"]) == (0, 100)
    sandbox.control("tick/", {"now": "2026-01-06T00:00:00+08:00"})
    assert http.get("/2/account/get_uid.json", params={"access_token": token}).status_code == 200


def test_a_user_has_30_posts_an_hour(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    sandbox.control("settings/", {"rate_limits": True})
    answers = [post(http, token, f"第{n}条") for n in range(31)]
    assert [one.get("error_code") for one in answers[29:]] == [None, 20016]


def test_limits_are_off_unless_switched_on(http: httpx.Client, token: str) -> None:
    assert all("id" in post(http, token, f"第{n}条") for n in range(31))


def test_the_page_of_a_post_shows_its_text(sandbox: SandboxProcess, http: httpx.Client, token: str, other: str) -> None:
    source = post(http, token, "原文<b>")["idstr"]
    made = repost(http, other, source)["idstr"]
    url = sandbox.control("weibo/posts/?uid=5187664654")[0]["url"].removeprefix("https://weibo.com")
    page = http.get(url).text
    assert "值得一看" in page
    assert "原文&lt;b&gt;" in page
    assert http.get(f"/5187664654/{made}").status_code == 200
    assert "值得一看" in http.get("/u/5187664654").text


@pytest.mark.parametrize(("what", "words"), [("delete", "作者删除"), ("block", "平台屏蔽"), ("hide", "仅自己可见")])
def test_the_page_of_a_gone_post_says_why(
    sandbox: SandboxProcess, http: httpx.Client, token: str, what: str, words: str
) -> None:
    made = post(http, token)["idstr"]
    sandbox.control(f"weibo/posts/{made}/{what}/")
    page = http.get(f"/5187664653/{made}")
    assert page.status_code == 404
    assert words in page.text


@pytest.mark.parametrize("path", ["/5187664653/O5banBlCi", "/5187664653/zzzzzzzzzzz", "/u/1", "/t/none"])
def test_pages_of_nothing_are_not_found(http: httpx.Client, token: str, path: str) -> None:
    assert http.get(path).status_code == 404


def test_an_avatar_is_drawn(http: httpx.Client, token: str) -> None:
    answer = http.get("/avatar/5187664653/50.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ">城</text>" in answer.text
