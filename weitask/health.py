"""`GET /healthz/`: the database, the broker and the age of each sweep's last look (spec 7)."""

from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from weitask import clock, sweeps
from weitask.models import Heartbeat

GRACE = timedelta(minutes=2)  # after the start, before a sweep has ever looked


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 when one part is bad. The heartbeat means "looked", not "found work"."""
    state: dict[str, Any] = {"database": _database(), "broker": _broker()}
    if state["database"] == "ok":
        state["sweeps"] = _sweeps()
    parts = [state["database"], state["broker"], *(s["state"] for s in state.get("sweeps", {}).values())]
    return JsonResponse(state, status=200 if all(part in ("ok", "starting") for part in parts) else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return "ok"


def _broker() -> str:
    url = settings.BROKER_URL.replace("redis+socket://", "unix://")
    try:
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as broker:
            broker.ping()
    except redis.RedisError as error:
        return type(error).__name__
    return "ok"


def _sweeps() -> dict[str, dict[str, Any]]:
    now = clock.real()
    seen = {beat.name: beat for beat in Heartbeat.objects.all()}
    oldest = min((beat.looked_at for beat in seen.values()), default=now)
    state = {}
    for name, sweep in sweeps.REGISTRY.items():
        beat = seen.get(name)
        age = (now - (beat.looked_at if beat else oldest)).total_seconds()
        late = age > sweep.healthy_age + (0 if beat else GRACE.total_seconds())
        state[name] = {
            "state": "late" if late else "failed" if beat and beat.failed else "ok" if beat else "starting",
            "age_seconds": round(age, 1) if beat else None,
        }
    return state
