"""A transaction that lost a race inside PostgreSQL is tried again, at most five times (architecture 7, F13)."""

import pytest
from django.db import OperationalError

from weitask import retrying as module
from weitask.retrying import TRIES, retrying


class Lost(Exception):
    def __init__(self, pgcode: str) -> None:
        self.pgcode = pgcode


def failing(times: int, pgcode: str):
    calls = []

    def work() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError from Lost(pgcode)
        return "done"

    return work, calls


@pytest.fixture(autouse=True)
def quick(monkeypatch, db):
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)


@pytest.mark.parametrize("pgcode", ["40001", "40P01", "55P03"])
def test_a_lost_race_is_tried_again(pgcode, monkeypatch):
    monkeypatch.setattr(module, "connection", type("Free", (), {"in_atomic_block": False}))
    work, calls = failing(TRIES - 1, pgcode)
    assert retrying(work) == "done"
    assert len(calls) == TRIES


def test_the_fifth_failure_is_raised(monkeypatch):
    monkeypatch.setattr(module, "connection", type("Free", (), {"in_atomic_block": False}))
    work, calls = failing(99, "40P01")
    with pytest.raises(OperationalError):
        retrying(work)
    assert len(calls) == TRIES


def test_other_errors_are_not_tried_again():
    work, calls = failing(1, "23505")
    with pytest.raises(OperationalError):
        retrying(work)
    assert len(calls) == 1


def test_inside_a_transaction_nothing_is_tried_again():
    work, calls = failing(1, "40P01")
    with pytest.raises(OperationalError):
        retrying(work)
    assert len(calls) == 1
