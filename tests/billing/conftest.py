"""A Sina Pay that lives at the tests' business time and hands its notifications over instead of sending them."""

from collections.abc import Iterator

import pytest

from tests.billing.sina import Sina
from weitask import clock
from weitask.gateways import sinapay


@pytest.fixture
def sina(db, sandbox, now) -> Iterator[Sina]:
    """The sandbox, its clock and ours at `now`."""
    sinapay.forget_client()
    clock.pin(at=now)
    sandbox.control("settings/", {"deliver": False})
    yield Sina(sandbox)
    sinapay.forget_client()
