"""The API is called at a business time that stands still."""

import pytest

from accounts.models import Advertiser
from tests.api.callers import Caller
from tests.factories import AdvertiserFactory
from tests.moments import MONDAY
from tests.tasks.making import enterprise, reviewer
from weitask import clock


@pytest.fixture
def pinned(db) -> None:
    clock.pin(at=MONDAY)


@pytest.fixture
def company(pinned) -> Advertiser:
    """An 企业用户 with 100,000 yuan."""
    return enterprise()


@pytest.fixture
def buyer(company) -> Caller:
    return Caller(company.user)


@pytest.fixture
def person(pinned) -> Caller:
    """A 个人用户."""
    return Caller(AdvertiserFactory(personal=True).user)


@pytest.fixture
def judge(pinned) -> Caller:
    """Somebody of 任务审核."""
    return Caller(reviewer())
