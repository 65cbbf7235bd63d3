"""The error family."""

import pickle

import pytest

from weitask.gateways.errors import (
    Cause,
    Effect,
    GatewayError,
    PermanentError,
    ReauthoriseError,
    Rule,
    TemporaryError,
    UnknownError,
    uncertain,
)


@pytest.mark.parametrize("kind", [GatewayError, PermanentError, ReauthoriseError, UnknownError])
def test_an_error_survives_the_way_through_a_worker_pool(kind):
    error = pickle.loads(pickle.dumps(kind(code="20019", message="repeat content!", cause="content")))  # noqa: S301

    assert type(error) is kind
    assert (error.code, error.message, error.cause) == ("20019", "repeat content!", "content")
    assert str(error) == "20019: repeat content!"


def test_a_temporary_error_keeps_its_waiting_time_when_pickled():
    error = pickle.loads(pickle.dumps(TemporaryError(code="10023", retry_after=30.0)))  # noqa: S301

    assert error.retry_after == 30.0
    assert str(error) == "10023"


def test_the_cause_is_a_plain_text():
    error = Rule(PermanentError, PermanentError, Cause.FUND).error(effect=Effect.WRITE, code="X", message="")

    assert type(error.cause) is str
    assert error.cause == "fund"


def test_no_answer_is_unknown_for_a_write_and_temporary_for_a_read():
    assert type(uncertain(effect=Effect.WRITE, code="timeout")) is UnknownError
    assert type(uncertain(effect=Effect.READ, code="timeout")) is TemporaryError
