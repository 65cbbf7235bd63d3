"""The Weibo client over loopback: what it sends, and how every kind of answer ends."""

import json
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.gateways.loopback import answer, hang_up, raw, silence
from tests.gateways.test_weibo_records import status
from weitask.gateways.breaker import BreakerLimits
from weitask.gateways.errors import (
    GatewayError,
    PermanentError,
    ReauthoriseError,
    TemporaryError,
    UnknownError,
)
from weitask.gateways.weibo import WeiboClient

TOKEN = "2.00account-token"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def publish(weibo, **changes):
    fields = {"token": TOKEN, "text": "好吃", "pic_ids": [], "order_number": "WO1", "rip": "203.0.113.9"}
    return weibo.publish(**fields | changes)


def test_the_browser_is_sent_to_its_own_address(weibo):
    address = urlsplit(weibo.authorize_url(redirect_uri="https://w.example/cb/?a=1", state="s&t"))

    assert address.netloc == "browser.example"
    assert parse_qs(address.query) == {
        "client_id": ["2714550001"],
        "redirect_uri": ["https://w.example/cb/?a=1"],
        "response_type": ["code"],
        "state": ["s&t"],
    }
    assert "forcelogin=true" in weibo.authorize_url(redirect_uri="x", state="y", forcelogin=True)


def test_a_code_is_exchanged_with_our_secret_in_the_body(server, weibo):
    server.script(answer({"access_token": TOKEN, "uid": "5187664653", "expires_in": 2591999}, kind="text/plain"))
    token = weibo.exchange_code(code="c1", redirect_uri="https://w.example/cb/")

    assert (token.uid, token.expires_in) == ("5187664653", 2591999)
    assert server.received[0].form["client_secret"] == "app-secret-value"
    assert server.received[0].query == {}


def test_a_code_used_twice_is_refused_for_good(server, weibo):
    server.script(answer({"error": "invalid_grant", "error_code": 21325}, status=400))

    with pytest.raises(PermanentError) as caught:
        weibo.exchange_code(code="c1", redirect_uri="https://w.example/cb/")

    assert (caught.value.code, caught.value.cause) == ("21325", "account")


def test_a_text_post_goes_to_update_and_carries_our_number(server, weibo):
    server.script(answer(status()))
    post = publish(weibo, text="a" * 281)
    sent = server.received[0]

    assert post.id == "5233901188472301"
    assert sent.path == "/2/statuses/update/biz.json"
    assert json.loads(sent.form["annotations"]) == [{"weitask_order": "WO1"}]
    assert (sent.form["is_longtext"], sent.form["visible"], sent.form["rip"]) == ("1", "0", "203.0.113.9")
    assert sent.form["access_token"] == TOKEN


def test_a_post_with_pictures_goes_to_upload_url_text(server, weibo):
    server.script(answer(status()))
    publish(weibo, pic_ids=["p1", "p2"])

    assert server.received[0].path == "/2/statuses/upload_url_text/biz.json"
    assert server.received[0].form["pic_id"] == "p1,p2"
    assert server.received[0].form["is_longtext"] == "0"


def test_ten_pictures_are_a_mistake_of_ours(weibo):
    with pytest.raises(ValueError, match="nine"):
        publish(weibo, pic_ids=["p"] * 10)


def test_a_repost_names_its_source(server, weibo):
    server.script(answer(status()))
    weibo.repost(token=TOKEN, source_id="42", text="看", rip="203.0.113.9")
    weibo.repost(token=TOKEN, source_id="42", text="", rip="203.0.113.9")

    first, second = (request.form for request in server.received)
    assert (first["id"], first["status"], first["is_comment"]) == ("42", "看", "0")
    assert "status" not in second


def test_nothing_is_posted_past_the_deadline(server, weibo):
    past = time.monotonic() - 1
    with pytest.raises(TemporaryError, match="deadline"):
        publish(weibo, deadline=past)
    with pytest.raises(TemporaryError, match="deadline"):
        weibo.repost(token=TOKEN, source_id="42", text="", rip="1.1.1.1", deadline=past)

    assert server.received == []


MALFORMED = [
    raw(b'{"idstr": "52339', kind="application/json"),
    raw(b"<html>busy</html>"),
    raw(b""),
    raw(b"null"),
    raw(b"[]"),
    raw(b'{"idstr": []}'),
    raw(b'{"error_code": "abc", "error": "?"}'),
    answer(status(user="me")),
]


@pytest.mark.parametrize("nonsense", MALFORMED, ids=range(len(MALFORMED)))
def test_a_post_with_a_nonsense_answer_is_unknown(server, weibo, nonsense):
    server.script(nonsense)

    with pytest.raises(UnknownError) as caught:
        publish(weibo)

    assert caught.value.code == "bad_json"


@pytest.mark.parametrize("nonsense", MALFORMED, ids=range(len(MALFORMED)))
def test_a_read_with_a_nonsense_answer_may_be_asked_again(server, weibo, nonsense):
    server.script(nonsense)

    with pytest.raises(TemporaryError):
        weibo.show(token=TOKEN, post_id="1")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (raw(b"<h1>502</h1>", status=502), "http_502"),
        (answer({"message": "later"}, status=500), "http_500"),
        (raw(b"", status=404), "http_404"),
        (raw(b"", status=302, extra="Location: http://127.0.0.1:1/\r\n"), "http_302"),
        (hang_up, "connection"),
        (answer({"error_code": 10001, "error": "System error!"}, status=503), "10001"),
        (answer({"error_code": "20032", "error": "slow"}), "20032"),
        (answer({"error_code": 20019, "error": "repeat content!"}, status=400), "20019"),
    ],
)
def test_a_post_that_may_have_happened_is_unknown(server, weibo, given, code):
    server.script(given)

    with pytest.raises(UnknownError) as caught:
        publish(weibo)

    assert caught.value.code == code


def test_a_post_without_an_answer_is_unknown(server, hasty_weibo):
    server.script(silence)

    with pytest.raises(UnknownError, match="timeout"):
        publish(hasty_weibo)


@pytest.mark.parametrize(
    ("given", "kind", "cause"),
    [
        (answer({"error_code": 10023, "error": "x"}, status=403), TemporaryError, "rate"),
        (answer({"error_code": 20016, "error": "x"}), TemporaryError, "rate"),
        (answer({"error_code": 20021, "error": "x"}, status=400), PermanentError, "content"),
        (answer({"error_code": 20101, "error": "x"}, status=400), PermanentError, "target"),
        (answer({"error_code": 10014, "error": "x"}, status=403), PermanentError, "app"),
        (answer({"error_code": 21327, "error": "expired_token"}, status=403), ReauthoriseError, "account"),
        (answer({"error_code": 10006, "error": "x"}, status=400), ReauthoriseError, "account"),
    ],
)
def test_a_refused_post_says_whose_the_reason_is(server, weibo, given, kind, cause):
    server.script(given)

    with pytest.raises(kind) as caught:
        publish(weibo)

    assert type(caught.value) is kind
    assert caught.value.cause == cause


def test_a_rate_limit_with_a_waiting_time_hands_it_on(server, weibo):
    body = json.dumps({"error_code": 10022, "error": "IP requests out of rate limit!"}).encode()
    server.script(raw(body, status=403, extra="Retry-After: 120\r\n"))

    with pytest.raises(TemporaryError) as caught:
        weibo.user(token=TOKEN, uid="1")

    assert caught.value.retry_after == 120


def test_an_error_text_that_repeats_the_token_is_masked(server, weibo):
    server.script(answer({"error_code": 21332, "error": f"token {TOKEN} is bad " + "x" * 500}, status=400))

    with pytest.raises(ReauthoriseError) as caught:
        weibo.show(token=TOKEN, post_id="1")

    assert TOKEN not in str(caught.value)
    assert len(caught.value.message) <= 200


def test_a_picture_is_sent_as_multipart_and_answers_its_id(server, weibo):
    server.script(answer({"pic_id": "005pQx3fly1h0"}))

    assert weibo.upload_picture(token=TOKEN, content=PNG, filename="图.png") == "005pQx3fly1h0"
    assert server.received[0].headers["content-type"].startswith("multipart/form-data")
    assert b"image/png" in server.received[0].body
    assert PNG in server.received[0].body


@pytest.mark.parametrize(("content", "code"), [(b"<svg/>", "20005"), (PNG + b"0" * 5 * 1024 * 1024, "20006")])
def test_a_picture_weibo_would_refuse_is_not_sent(server, weibo, content, code):
    with pytest.raises(PermanentError) as caught:
        weibo.upload_picture(token=TOKEN, content=content, filename="a.png")

    assert (caught.value.code, caught.value.cause) == (code, "content")
    assert server.received == []


def test_a_lost_upload_may_be_repeated(server, weibo):
    server.script(hang_up)

    with pytest.raises(TemporaryError):
        weibo.upload_picture(token=TOKEN, content=PNG, filename="a.png")


@pytest.mark.parametrize("body", [{}, {"pic_id": ""}, {"pic_id": "a,b"}])
def test_an_upload_without_a_usable_id_is_temporary(server, weibo, body):
    server.script(answer(body))

    with pytest.raises(TemporaryError):
        weibo.upload_picture(token=TOKEN, content=PNG, filename="a.png")


def test_no_secret_shows_in_a_config_or_an_error(server, weibo, hasty_weibo):
    server.script(silence)
    with pytest.raises(GatewayError) as caught:
        hasty_weibo.show(token=TOKEN, post_id="1")

    shown = repr(weibo.config) + repr(caught.value) + str(caught.value) + repr(caught.value.__cause__)
    for secret in (TOKEN, "app-secret-value", "platform-token-value"):
        assert secret not in shown


def test_a_server_in_trouble_opens_the_breaker_and_a_refusal_does_not(server, weibo_config):
    refusal = answer({"error_code": 20101, "error": "x"}, status=400)
    trouble = [raw(b"<h1>", status=500), answer({"error_code": 10001, "error": "x"}), raw(b"<html>")]
    server.script(refusal, refusal, refusal, *trouble, refusal)
    with WeiboClient(replace(weibo_config, breaker=BreakerLimits(failures=3, seconds=60))) as weibo:
        for _ in range(7):
            with pytest.raises(GatewayError) as caught:
                weibo.show(token=TOKEN, post_id="1")

    assert caught.value.code == "breaker"
    assert len(server.received) == 6


def test_a_pinned_client_shares_connections_and_stamps_its_moment(server, weibo_config, now):
    server.script(answer([]))
    with WeiboClient(replace(weibo_config, now=lambda: now)) as weibo:
        weibo.pinned(now=now.replace(year=2027)).counts(ids=["1"])

    assert server.received[0].headers["x-weitask-now"].startswith("2027-")
