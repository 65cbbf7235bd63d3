"""Posting and reposting on the wire (weibo.md 4)."""

import httpx
import pytest

from tests.sandbox.weibo_calls import batch, post, repost, show
from tests.sandbox_process import SandboxProcess

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def _upload(http: httpx.Client, token: str, content: bytes) -> httpx.Response:
    sent = {"access_token": token}
    return http.post("/2/statuses/upload_pic/biz.json", data=sent, files={"pic": ("a.png", content, "image/png")})


def test_a_post_comes_back_as_a_status_object(http: httpx.Client, token: str) -> None:
    made = post(http, token, "周末去哪儿吃？", order="WO1", rip="203.0.113.9")
    assert made["text"] == "周末去哪儿吃？"
    assert made["idstr"] == made["mid"] == str(made["id"])
    assert len(made["idstr"]) == 16
    assert made["created_at"] == "Mon Jan 05 10:00:00 +0800 2026"
    assert made["annotations"] == [{"weitask_order": "WO1"}]
    assert made["user"]["idstr"] == "5187664653"
    assert made["visible"] == {"type": 0, "list_id": 0}
    assert made["reposts_count"] == made["comments_count"] == made["attitudes_count"] == 0


def test_ids_grow_with_time_and_within_a_second(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    ids = [post(http, token, f"第{n}条")["id"] for n in range(3)]
    sandbox.control("tick/", {"now": "2026-01-05T11:00:00+08:00"})
    ids.append(post(http, token, "后来")["id"])
    assert ids == sorted(set(ids))


def test_pictures_are_uploaded_first_and_named_in_the_post(http: httpx.Client, token: str) -> None:
    pic_id = _upload(http, token, PNG).json()["pic_id"]
    made = post(http, token, pic_id=pic_id)
    assert made["pic_ids"] == [pic_id]
    assert http.get(httpx.URL(made["original_pic"]).path).content == PNG


@pytest.mark.parametrize(("content", "code"), [(b"%PDF-1.7", 20005), (PNG + b"0" * 5 * 1024 * 1024, 20006)])
def test_bad_pictures_are_refused(http: httpx.Client, token: str, content: bytes, code: int) -> None:
    answer = _upload(http, token, content)
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


def test_a_picture_must_be_multipart(http: httpx.Client, token: str) -> None:
    answer = http.post("/2/statuses/upload_pic/biz.json", data={"access_token": token, "pic": "x"})
    assert answer.json()["error_code"] == 20007


def test_an_unknown_picture_or_a_tenth_is_refused(http: httpx.Client, token: str) -> None:
    assert post(http, token, pic_id="005nothing")["error_code"] == 10017
    pics = [_upload(http, token, PNG + bytes([n])).json()["pic_id"] for n in range(10)]
    assert post(http, token, pic_id=",".join(pics))["error_code"] == 10017
    assert post(http, token, pic_id=",".join(pics[:9]))["pic_ids"] == pics[:9]


@pytest.mark.parametrize("path", ["statuses/upload", "statuses/upload/biz"])
def test_text_and_picture_can_go_in_one_call(http: httpx.Client, token: str, path: str) -> None:
    sent = {"access_token": token, "status": "带图", "rip": "203.0.113.9"}
    answer = http.post(f"/2/{path}.json", data=sent, files={"pic": ("a.png", PNG, "image/png")})
    assert len(answer.json()["pic_ids"]) == 1


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("字" * 140, True),
        ("字" * 141, False),
        ("a" * 280, True),
        ("a" * 281, False),
        ("字" * 130 + "http://t.cn/A6abc", True),
    ],
)
def test_a_text_has_140_full_widths(http: httpx.Client, token: str, text: str, *, passes: bool) -> None:
    answer = post(http, token, text)
    assert answer.get("error_code") == (None if passes else 20012)


def test_a_long_text_has_2000(http: httpx.Client, token: str) -> None:
    assert "id" in post(http, token, "长" * 2000, is_longtext="1")
    assert post(http, token, "长" * 2001, is_longtext="1")["error_code"] == 20012


def test_an_empty_text_is_refused_but_pictures_stand_alone(http: httpx.Client, token: str) -> None:
    assert post(http, token, "")["error_code"] == 20008
    pic_id = _upload(http, token, PNG).json()["pic_id"]
    assert post(http, token, "", pic_id=pic_id)["text"] == "分享图片"


def test_links_become_short_links_that_can_be_expanded(http: httpx.Client, token: str) -> None:
    made = post(http, token, "看这里 https://shop.example/a?b=1 好")
    short = made["text"].split()[1]
    assert short.startswith("http://t.cn/")
    answer = http.get("/2/short_url/expand.json", params={"access_token": token, "url_short": short}).json()
    assert answer["urls"][0]["url_long"] == "https://shop.example/a?b=1"


@pytest.mark.parametrize("sent", ["{", "[1]", '"text"'])
def test_annotations_are_a_json_list_of_objects(http: httpx.Client, token: str, sent: str) -> None:
    assert post(http, token, annotations=sent)["error_code"] == 10008


def test_annotations_have_at_most_512_characters(http: httpx.Client, token: str) -> None:
    assert post(http, token, annotations='[{"a":"' + "x" * 600 + '"}]')["error_code"] == 10017


@pytest.mark.parametrize("visible", ["9", "3", "abc"])
def test_visibility_must_make_sense(http: httpx.Client, token: str, visible: str) -> None:
    assert post(http, token, visible=visible)["error_code"] == 10017


def test_the_open_family_needs_the_users_ip(http: httpx.Client, token: str) -> None:
    sent = {"access_token": token, "status": "你好"}
    assert http.post("/2/statuses/update.json", data=sent).json()["error_code"] == 10016
    assert "id" in http.post("/2/statuses/update.json", data={**sent, "rip": "203.0.113.9"}).json()
    assert "id" in http.post("/2/statuses/update/biz.json", data=sent).json()


def test_share_needs_a_bound_domain_and_no_topic(http: httpx.Client, token: str) -> None:
    def share(text: str) -> dict[str, str]:
        sent = {"access_token": token, "status": text, "rip": "203.0.113.9"}
        return http.post("/2/statuses/share.json", data=sent).json()

    assert share("没有链接")["error"] == "text not find domain!"
    assert share("#话题# https://weitask.example/x")["error_code"] == 10017
    assert "id" in share("好 https://weitask.example/x")


def test_share_takes_a_picture(http: httpx.Client, token: str) -> None:
    sent = {"access_token": token, "status": "好 https://weitask.example/x", "rip": "203.0.113.9"}
    answer = http.post("/2/statuses/share.json", data=sent, files={"pic": ("a.png", PNG, "image/png")})
    assert len(answer.json()["pic_ids"]) == 1


@pytest.mark.parametrize(("family", "path"), [("open", "update"), ("biz", "update/biz")])
def test_a_family_can_be_closed(
    sandbox: SandboxProcess, http: httpx.Client, token: str, family: str, path: str
) -> None:
    sandbox.control("settings/", {"closed_family": family})
    sent = {"access_token": token, "status": "你好", "rip": "203.0.113.9"}
    answer = http.post(f"/2/statuses/{path}.json", data=sent)
    assert (answer.status_code, answer.json()["error_code"]) == (403, 10014)


def test_a_repost_carries_its_original(http: httpx.Client, token: str, other: str) -> None:
    source = post(http, token, "原文")
    made = repost(http, other, source["idstr"])
    assert made["text"] == "值得一看"
    assert made["retweeted_status"]["idstr"] == source["idstr"]
    assert made["retweeted_status"]["user"]["idstr"] == "5187664653"


def test_a_repost_without_words_says_so(http: httpx.Client, token: str, other: str) -> None:
    made = repost(http, other, post(http, token, "原文")["idstr"], "")
    assert made["text"] == "转发微博"


def test_a_repost_of_a_repost_points_to_the_first_original(
    sandbox: SandboxProcess, http: httpx.Client, token: str, other: str
) -> None:
    source = post(http, token, "原文")
    between = repost(http, other, source["idstr"])
    third = sandbox.control("weibo/users/", {"uid": "5187664655", "token": True})["access_token"]
    made = repost(http, third, between["idstr"])
    assert made["retweeted_status"]["idstr"] == source["idstr"]
    assert made["pid"] == between["id"]
    assert sandbox.control("weibo/posts/?uid=5187664655")[0]["retweeted_id"] == between["idstr"]


@pytest.mark.parametrize(("what", "code"), [("delete", 20101), ("block", 20104), ("hide", 20112)])
def test_a_source_that_is_gone_cannot_be_reposted(
    sandbox: SandboxProcess, http: httpx.Client, token: str, other: str, what: str, code: int
) -> None:
    source = post(http, token, "原文")
    sandbox.control(f"weibo/posts/{source['idstr']}/{what}/")
    assert repost(http, other, source["idstr"])["error_code"] == code


def test_repost_refuses_no_id_an_unknown_one_and_ones_own(http: httpx.Client, token: str) -> None:
    own = post(http, token, "原文")["idstr"]
    codes = [repost(http, token, source)["error_code"] for source in ("", "5000000000000000", own, "x")]
    assert codes == [20109, 20101, 20103, 10017]


def test_a_deleted_original_is_reduced_inside_its_reposts(
    sandbox: SandboxProcess, http: httpx.Client, token: str, other: str
) -> None:
    source = post(http, token, "原文")
    made = repost(http, other, source["idstr"])
    sandbox.control(f"weibo/posts/{source['idstr']}/delete/")
    original = batch(http, made["idstr"])["statuses"][0]["retweeted_status"]
    assert (original["deleted"], original["state"]) == ("1", 7)
    assert original["text"].startswith("抱歉，此微博已被作者删除。")


def test_only_the_owner_destroys_a_post(http: httpx.Client, token: str, other: str) -> None:
    made = post(http, token)["idstr"]

    def destroy(by: str) -> httpx.Response:
        return http.post("/2/statuses/destroy.json", data={"access_token": by, "id": made})

    assert destroy(other).json()["error_code"] == 20102
    assert destroy(token).json()["idstr"] == made
    assert destroy(token).json()["error_code"] == 20101
    assert show(http, token, made).json()["error_code"] == 20101


def test_the_platforms_token_does_not_post(http: httpx.Client) -> None:
    assert post(http, "platform-commercial-token")["error_code"] == 21335


def test_repeated_content_is_refused_only_where_switched_on(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    assert "id" in post(http, token, "同样的话")
    assert "id" in post(http, token, "同样的话")
    sandbox.control("settings/", {"refuse_repeats": True})
    assert post(http, token, "同样的话")["error_code"] == 20019
    assert "id" in post(http, token, "另一句话")
    sandbox.control("tick/", {"now": "2026-01-05T10:20:00+08:00"})
    assert "id" in post(http, token, "同样的话")


def test_a_get_of_a_write_and_an_unknown_interface_are_refused(http: httpx.Client, token: str) -> None:
    wrong = http.get("/2/statuses/update.json", params={"access_token": token})
    assert (wrong.status_code, wrong.json()["error_code"]) == (400, 10021)
    assert http.get("/2/nothing.json").json()["error_code"] == 10020


def test_an_error_names_its_request(http: httpx.Client, token: str) -> None:
    answer = show(http, token, "5000000000000000")
    assert answer.json() == {
        "request": "/2/statuses/show.json",
        "error_code": 20101,
        "error": "target weibo does not exist!",
    }
