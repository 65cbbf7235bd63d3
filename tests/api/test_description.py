"""The description of the API is complete, without a warning, and readable under the strict policy."""

import json

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

PATHS = [
    "token/", "me/", "accounts/", "accounts/{id}/", "my/accounts/", "my/accounts/{id}/", "tasks/", "images/",
    "tasks/{id}/", "tasks/{id}/submit/", "tasks/{id}/orders/", "tasks/{id}/report/", "tasks/{id}/report.xlsx",
    "orders/", "orders/{id}/",
    "orders/{id}/accept/", "orders/{id}/refuse/", "wallet/", "wallet/entries/", "earnings/entries/", "recharges/",
    "earnings/", "payouts/", "bank-card/", "notices/", "notices/{id}/read/", "review/tasks/{id}/approve/",
    "review/tasks/{id}/reject/", "review/tasks/{id}/halt/", "review/accounts/{id}/approve/",
    "review/accounts/{id}/reject/", "demo/clock/",
]  # fmt: skip


@pytest.fixture(scope="module")
def described(tmp_path_factory) -> dict:
    target = tmp_path_factory.mktemp("schema") / "schema.json"
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", file=str(target))
    return json.loads(target.read_text())


@pytest.mark.parametrize("path", PATHS)
def test_every_path_of_the_table_is_described(described, path):
    assert f"/api/v1/{path}" in described["paths"]


def test_every_post_but_the_login_takes_an_idempotency_key(described):
    for path, operations in described["paths"].items():
        if "post" not in operations:
            continue
        names = {parameter["name"] for parameter in operations["post"].get("parameters", [])}
        assert ("Idempotency-Key" in names) == (path != "/api/v1/token/"), path


def test_every_operation_describes_its_problems(described):
    for operations in described["paths"].values():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["400"]["content"]


def test_the_page_of_the_description_needs_nothing_inline(client: Client):
    page = client.get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in text
    assert "<script>" not in text
    assert "unsafe" not in page["Content-Security-Policy"]


def test_its_script_is_served_on_its_own(client: Client):
    script = client.get("/api/v1/docs/", {"script": ""})
    assert script["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content


def test_the_description_itself_is_served(client: Client):
    assert client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["openapi"].startswith("3.")


def test_a_path_that_is_not_described_is_the_notifications_alone(described):
    def walk(patterns, before=""):
        for pattern in patterns:
            path = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, path)
            else:
                yield path

    import re

    known = {re.sub(r"<\w+:(\w+)>", "{}", path) for path in walk(get_resolver("weitask.api").url_patterns)}
    shown = {re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1/")) for path in described["paths"]}
    assert known - shown == {"payments/sinapay/notify/", "schema/", "docs/"}
