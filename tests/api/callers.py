"""Clients that call the API as somebody, and what they send."""

from typing import Any

from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import User
from tests.moments import HOUR, MONDAY

V1 = "/api/v1/"
PASSWORD = "api-2026-weitask"
START = MONDAY + 2 * HOUR


class Caller:
    """One login with its token; paths are below /api/v1/."""

    def __init__(self, user: User | None = None, *, token: str = "") -> None:
        self.user = user
        self.client = APIClient()
        key = token or (Token.objects.get_or_create(user=user)[0].key if user else "")
        if key:
            self.client.credentials(HTTP_AUTHORIZATION=f"Token {key}")

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(V1 + path, query)

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(V1 + path, {} if body is None else body, format="json", headers=headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(V1 + path, body, format="json")

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(V1 + path, body, format="json")

    def delete(self, path: str) -> Any:
        return self.client.delete(V1 + path)

    def done(self, method: str, path: str, *sent: Any, **more: Any) -> Any:
        """The body of an answer that must be a success."""
        answer = getattr(self, method)(path, *sent, **more)
        assert answer.status_code < 300, (answer.status_code, answer.content.decode())
        return answer.data


def task_body(*accounts: Any, **more: Any) -> dict[str, Any]:
    """An 原发 task two hours ahead."""
    selections = [{"account": account.pk} for account in accounts]
    body = {"form": "original", "text": "周末去哪儿吃？这家老火锅值得排队", "start_at": START.isoformat()}
    return {**body, "selections": selections, **more}


def problem(answer: Any, status: int, slug: str = "") -> dict[str, Any]:
    """The problem document of a refusal of this status and slug."""
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:500])
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert {"type", "title", "detail"} <= set(document)
    assert not slug or document["type"] == slug, document
    return document
