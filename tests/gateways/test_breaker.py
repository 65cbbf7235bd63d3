"""The circuit breaker (F50)."""

import pytest

from weitask.gateways.breaker import Breaker, BreakerLimits
from weitask.gateways.errors import TemporaryError


class Seconds:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.value = 1000.0

    def __call__(self) -> float:
        return self.value


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def breaker() -> Breaker:
    return Breaker(limits=BreakerLimits(failures=3, seconds=10))


def fail(breaker: Breaker, clock: Seconds, times: int) -> None:
    for _ in range(times):
        breaker.failed(clock=clock)


def test_it_opens_after_failures_in_a_row_and_says_how_long(breaker, clock):
    fail(breaker, clock, 3)
    clock.value += 4

    with pytest.raises(TemporaryError) as caught:
        breaker.admit(clock=clock)

    assert caught.value.code == "breaker"
    assert caught.value.retry_after == 6


def test_one_good_answer_in_between_starts_the_count_again(breaker, clock):
    fail(breaker, clock, 2)
    breaker.succeeded()
    fail(breaker, clock, 2)

    breaker.admit(clock=clock)


def test_after_its_time_one_trial_goes_through_and_the_others_wait(breaker, clock):
    fail(breaker, clock, 3)
    clock.value += 10
    breaker.admit(clock=clock)

    with pytest.raises(TemporaryError):
        breaker.admit(clock=clock)


def test_a_good_trial_closes_it(breaker, clock):
    fail(breaker, clock, 3)
    clock.value += 10
    breaker.admit(clock=clock)
    breaker.succeeded()

    breaker.admit(clock=clock)
    breaker.admit(clock=clock)


def test_a_bad_trial_opens_it_for_the_whole_time_again(breaker, clock):
    fail(breaker, clock, 3)
    clock.value += 10
    breaker.admit(clock=clock)
    clock.value += 5
    breaker.failed(clock=clock)
    clock.value += 9

    with pytest.raises(TemporaryError):
        breaker.admit(clock=clock)


def test_a_limit_of_zero_never_opens(clock):
    breaker = Breaker(limits=BreakerLimits(failures=0))
    fail(breaker, clock, 100)

    breaker.admit(clock=clock)
