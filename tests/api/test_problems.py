"""Every error below /api/ is a problem document; a body cannot hurt us (RFC 9457)."""

import json

import pytest

from tests.api.callers import V1, Caller, problem
from weitask.rest import parsing

TYPE = "application/json"


def send(caller: Caller, body: bytes, content_type: str = TYPE):
    return caller.client.generic("POST", f"{V1}tasks/", body, content_type=content_type)


@pytest.mark.parametrize(
    "body", [b"{", b'{"form": NaN}', b"\xff\xfe", b"[" * 100_000, b'"' + b"x" * 10, b"", b"1" * 5_000]
)
def test_a_body_that_is_no_json_is_said_to_be_so(buyer, body):
    document = problem(send(buyer, body), 400)
    assert document["type"] in ("parse-error", "invalid")


def test_a_body_that_is_too_large_is_not_read(buyer):
    problem(send(buyer, b" " * (parsing.MAX_BYTES + 1)), 413, "too-large")


def test_json_is_utf_8_whatever_the_header_says(buyer):
    body = json.dumps({"form": "original", "text": "火锅"}, ensure_ascii=False).encode()
    assert send(buyer, body, "application/json; charset=utf-16").data["text"] == "火锅"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_another_media_type_is_not_read(buyer, content_type):
    problem(send(buyer, b"form=original", content_type), 415)


def test_another_format_is_not_spoken(buyer):
    answer = buyer.client.get(f"{V1}me/", headers={"Accept": "application/xml"})
    problem(answer, 406)


@pytest.mark.parametrize(("method", "path"), [("put", "tasks/"), ("delete", "wallet/"), ("patch", "me/")])
def test_a_method_that_is_none_is_refused(buyer, method, path):
    answer = getattr(buyer.client, method)(V1 + path, {}, format="json")
    problem(answer, 405, "method-not-allowed")
    assert "Allow" in answer


@pytest.mark.parametrize("path", ["nothing/", "tasks/abc/", "tasks/-1/", "orders/99999999999999999999/", "../v2/"])
def test_an_address_that_is_none_is_not_found(client, db, path):
    problem(client.get(V1 + path), 404, "not-found")


def test_pages_keep_their_own_errors(client, db):
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")


def test_a_bug_is_a_problem_document_too(buyer, monkeypatch):
    from accounts.api import me

    monkeypatch.setattr(me, "_facts", lambda user: 1 / 0)
    buyer.client.raise_request_exception = False
    problem(buyer.get("me/"), 500, "server-error")


def test_a_key_in_the_header_must_be_readable(buyer):
    problem(buyer.post("tasks/", {"form": "original"}, key="é"), 400, "idempotency-key-unreadable")
    problem(buyer.post("tasks/", {"form": "original"}, key="x" * 121), 400, "idempotency-key-too-long")


def test_answers_with_problems_are_not_kept_by_caches(buyer):
    assert buyer.get("tasks/1/")["Cache-Control"] == "no-store"


def test_a_page_size_is_bounded_and_nonsense_is_passed_over(buyer):
    for size in ("0", "-1", "abc", "99999999999999999999", "²"):
        assert buyer.get("tasks/", page_size=size).status_code == 200
