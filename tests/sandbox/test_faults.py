"""Injected misbehaviour on the wire (spec 8, faults F02 to F05, F30, F50)."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from cryptography.exceptions import InvalidSignature

from tests.sandbox.merchant import PARTNER, Merchant
from tests.sandbox.weibo_calls import PLATFORM, batch, post, timeline
from tests.sandbox_process import SandboxProcess

PUBLISH = "statuses/upload_url_text"
HANGS_UP = (httpx.RemoteProtocolError, httpx.ReadError)


def _fault(sandbox: SandboxProcess, kind: str, **more: object) -> None:
    sandbox.control("faults/", {"target": PUBLISH, "kind": kind, **more})


def test_http_500_refuses_before_the_work_unless_told_otherwise(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    sent = {"access_token": token, "status": "你好"}
    for kind, after, made in (("http_500", False, 0), ("http_503", True, 1)):
        _fault(sandbox, kind, after=after)
        answer = http.post(f"/2/{PUBLISH}/biz.json", data=sent)
        assert answer.status_code == int(kind[5:])
        assert answer.text.startswith("<html>")
        assert len(timeline(http, token)) == made


@pytest.mark.parametrize(("kind", "made"), [("timeout_before", 0), ("timeout_after", 1), ("refuse", 0), ("drop", 1)])
def test_the_connection_is_closed_without_an_answer(
    sandbox: SandboxProcess, http: httpx.Client, token: str, kind: str, made: int
) -> None:
    _fault(sandbox, kind, seconds=0)
    with pytest.raises(HANGS_UP):
        post(http, token)
    assert len(timeline(http, token)) == made


def test_a_timeout_ends_when_the_faults_are_cleared(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    _fault(sandbox, "timeout_after", seconds=30)
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(post, http, token)
        while not sandbox.control("weibo/posts/"):
            time.sleep(0.02)
        sandbox.control("faults/", method="DELETE")
        with pytest.raises(HANGS_UP):
            call.result()
    assert time.monotonic() - began < 10


def test_a_forced_code_comes_with_its_status_and_without_the_work(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    _fault(sandbox, "error_code", error_code=10001)
    answer = http.post(f"/2/{PUBLISH}/biz.json", data={"access_token": token, "status": "你好"})
    assert (answer.status_code, answer.json()["error_code"]) == (503, 10001)
    assert timeline(http, token) == []


def test_20032_can_be_a_post_that_shows_two_minutes_later(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    _fault(sandbox, "error_code", error_code=20032, after=True, visible_after=120)
    assert post(http, token)["error_code"] == 20032
    assert timeline(http, token) == []
    assert len(sandbox.control("weibo/posts/")) == 1
    sandbox.control("tick/", {"now": "2026-01-05T10:02:00+08:00"})
    assert len(timeline(http, token)) == 1


def test_bad_json_is_cut_short_after_the_work(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    _fault(sandbox, "bad_json")
    with pytest.raises(json.JSONDecodeError):
        post(http, token)
    assert len(timeline(http, token)) == 1


def test_slow_is_slow_and_right(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    _fault(sandbox, "slow", seconds=0.3)
    began = time.monotonic()
    assert "id" in post(http, token)
    assert time.monotonic() - began >= 0.3


def test_a_slow_request_of_before_a_reset_writes_nothing(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    _fault(sandbox, "slow", seconds=30)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(post, http, token)
        while not sandbox.control("stats/")["requests"]["total"]:
            time.sleep(0.02)
        sandbox.reset()
        with pytest.raises(HANGS_UP):
            call.result()
    assert sandbox.control("weibo/posts/") == []


def test_a_fault_strikes_as_often_as_told_and_one_path_only(
    sandbox: SandboxProcess, http: httpx.Client, token: str
) -> None:
    _fault(sandbox, "error_code", error_code=10023, times=2)
    assert timeline(http, token) == []
    assert [post(http, token, f"第{n}条").get("error_code") for n in range(3)] == [10023, 10023, None]
    assert sandbox.control("faults/") == []


def test_a_fault_without_end_lasts_until_cleared(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    sandbox.control("faults/", {"target": "weibo", "kind": "error_code", "error_code": 10002, "times": None})
    assert [batch(http, "1")["error_code"] for _ in range(3)] == [10002] * 3
    assert sandbox.control("faults/")[0]["hits"] == 3
    sandbox.control("faults/", method="DELETE")
    assert "id" in post(http, token)


def test_chance_depends_on_what_is_sent_not_on_when(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    def storm(order: list[int]) -> dict[int, bool]:
        sandbox.control("faults/", method="DELETE")
        _fault(sandbox, "error_code", error_code=10001, times=None, probability=0.5, seed="7")
        return {n: "id" in post(http, token, f"第{n}条") for n in order}

    first = storm(list(range(40)))
    assert storm(list(reversed(range(40)))) == first
    assert 5 < sum(first.values()) < 35


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"target": "x", "kind": "unknown"},
        {"target": "x", "kind": "error_code"},
        {"target": "x", "kind": "drop", "how": 1},
    ],
)
def test_a_senseless_fault_is_refused(sandbox: SandboxProcess, wish: dict[str, object]) -> None:
    assert sandbox.http.post("/_control/faults/", json=wish).status_code == 400


def test_a_payout_can_be_made_and_its_answer_lost(sandbox: SandboxProcess, merchant: Merchant) -> None:
    merchant.fund()
    card = merchant.card()
    target = "create_single_hosting_pay_to_card_trade"
    sandbox.control("faults/", {"target": target, "kind": "timeout_after", "seconds": 0})
    with pytest.raises(HANGS_UP):
        merchant.pay(card)
    assert merchant.payout()["total_item"] == "1"
    sandbox.control("faults/", {"target": target, "kind": "http_500"})
    fields = merchant.envelope(target)
    assert sandbox.http.post("/mas/gateway.do", data=fields).status_code == 500


def test_sina_pay_can_answer_any_code_before_or_after_the_work(sandbox: SandboxProcess, merchant: Merchant) -> None:
    fault = {"target": "create_hosting_deposit", "kind": "error_code", "error_code": "SYSTEM_ERROR"}
    sandbox.control("faults/", [fault, {**fault, "after": True}])
    assert [merchant.deposit(number)["response_code"] for number in ("RC1", "RC2")] == ["SYSTEM_ERROR"] * 2
    assert [one["out_trade_no"] for one in sandbox.control("sinapay/deposits/")] == ["RC2"]


@pytest.mark.parametrize("kind", ["bad_sign", "unsigned"])
def test_an_answer_can_lose_its_signature(sandbox: SandboxProcess, merchant: Merchant, kind: str) -> None:
    fields = merchant.envelope("query_balance", identity_id=PARTNER, identity_type="MEMBER_ID", account_type="BASIC")
    sandbox.control("faults/", {"target": "query_balance", "kind": kind})
    answer = merchant.post(fields, trusting=False)
    assert answer["response_code"] == "APPLY_SUCCESS"
    assert ("sign" in answer) is (kind == "bad_sign")
    with pytest.raises((InvalidSignature, KeyError)):
        merchant.check(answer)


def test_the_log_and_the_counters_saw_it_all(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    post(http, token)
    batch(http, "1")
    totals = sandbox.control("stats/")["requests"]
    assert totals["by_target"] == {f"weibo:{PUBLISH}/biz": 1, "weibo:statuses/show_batch/biz": 1}
    assert [one["answer"] for one in sandbox.control("requests/?target=statuses/show_batch")] == [400]
    assert sandbox.control("requests/")[0]["who"] == PLATFORM[:10]
