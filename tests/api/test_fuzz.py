"""Whatever the description allows, and much that it does not, is answered without a server error (schemathesis)."""

import itertools
import time
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import Group
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from accounts.access import GROUPS
from accounts.models import User
from tests.api.callers import Caller
from tests.factories import MediaAccountFactory
from tests.moments import MONDAY
from tests.orders import world
from tests.tasks.making import fund
from weitask import clock

BUDGET = 20.0  # seconds for all operations together
LEFT_OUT = ("/api/v1/demo/clock/",)  # it steps the clock through days of work; tests/api/test_clock.py has its bodies


class Enough(Exception):
    """The time of one operation is over."""


@pytest.fixture
def somebody(committed, sandbox, settings, tmp_path) -> tuple[User, list[Any]]:
    """A login that is everything at once, so that calls get past the door, and the ids of what is there."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.AXES_FAILURE_LIMIT = 10_000
    clock.pin(at=MONDAY)
    orders = [world.one(), world.accepted(), world.published()]
    user = orders[0].owner
    advertiser = orders[1].advertiser
    advertiser.user = user
    advertiser.save()
    fund(advertiser, 500_000)
    MediaAccountFactory(review="pending", taking="off")
    user.is_staff = True
    user.save()
    user.groups.add(*Group.objects.filter(name__in=GROUPS))
    ids = {1, 2, 3, *(one.task_id for one in orders), *(one.pk for one in orders), *(one.account_id for one in orders)}
    return user, sorted(ids)


def test_no_call_breaks_the_server(somebody):
    user, ids = somebody
    token = Caller(user).client._credentials["HTTP_AUTHORIZATION"]
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
    operations = [found.ok() for found in schema.get_all_operations()]
    operations = [one for one in operations if one.path not in LEFT_OUT]
    assert len(operations) > 35
    calls = 0
    share = BUDGET / len(operations) / 2
    for operation, mode in itertools.product(operations, (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)):
        calls += _try(operation, mode, token=token, ids=ids, until=time.monotonic() + share)
    assert calls > 2 * len(operations)


def _try(operation: Any, mode: GenerationMode, *, token: str, ids: list[Any], until: float) -> int:
    """Call one operation in many ways for a while; how often it was called."""
    calls = 0

    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.none() | st.sampled_from(ids))
    def call(case: Any, known: Any) -> None:
        nonlocal calls
        if time.monotonic() > until and calls:
            raise Enough
        if known is not None and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = known
        answer = case.call(headers={"Authorization": token})
        calls += 1
        assert answer.status_code < 500 or answer.status_code == 503, (case.as_curl_command(), answer.text[:500])
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], case.as_curl_command()

    try:
        call()
    except Enough:
        return calls
    except Unsatisfiable:  # nothing can be wrong about a path without parameters and body
        assert mode is GenerationMode.NEGATIVE, operation.label
    return calls
