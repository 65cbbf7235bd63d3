"""Sweeps look, leave a heartbeat, and stand back from whoever steps the clock (architecture 7, spec 9)."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.moments import HOUR, MONDAY
from weitask import sweeps
from weitask.models import Heartbeat, Lease
from weitask.sweeps import Sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def looks(monkeypatch):
    """A registered sweep that notes when it was run; fails when told to."""
    seen = []
    monkeypatch.setattr(sweeps, "REGISTRY", {})

    def run(now):
        seen.append(now)
        return 3

    sweeps.register(Sweep("test.sweep", run=run, next_due=lambda now: now + HOUR))
    sweeps.register(Sweep("test.leased", run=run, next_due=lambda now: None, leased=True))
    return seen


def test_a_look_leaves_a_heartbeat_with_what_it_did(looks):
    assert sweeps.look("test.sweep", now=MONDAY) == 3
    assert Heartbeat.objects.get(name="test.sweep").done == 3


def test_while_nothing_happens_a_heartbeat_is_written_a_few_times_in_its_healthy_age(looks):
    sweeps.register(Sweep("test.idle", run=lambda now: 0, next_due=lambda now: None, healthy_age=120))
    sweeps.look("test.idle", now=MONDAY)
    first = Heartbeat.objects.get(name="test.idle").looked_at
    sweeps.look("test.idle", now=MONDAY)
    assert Heartbeat.objects.get(name="test.idle").looked_at == first
    Heartbeat.objects.update(looked_at=first - timedelta(seconds=11))
    sweeps.look("test.idle", now=MONDAY)
    assert Heartbeat.objects.get(name="test.idle").looked_at > first


def test_what_a_look_did_or_failed_at_is_told_at_once(looks):
    found = iter([0, 5, 0])
    sweeps.register(Sweep("test.idle", run=lambda now: next(found), next_due=lambda now: None))
    for expected in (0, 5, 0):
        sweeps.look("test.idle", now=MONDAY)
        assert Heartbeat.objects.get(name="test.idle").done == expected
    with pytest.raises(StopIteration):
        sweeps.look("test.idle", now=MONDAY)
    assert Heartbeat.objects.get(name="test.idle").failed


def test_a_failing_look_says_so_and_raises(looks):
    sweeps.register(Sweep("test.bad", run=lambda now: 1 // 0, next_due=lambda now: None))
    with pytest.raises(ZeroDivisionError):
        sweeps.look("test.bad", now=MONDAY)
    assert "ZeroDivisionError" in Heartbeat.objects.get(name="test.bad").failed


def test_real_sweeps_stand_back_while_somebody_steps_the_clock(looks):
    with sweeps.lease(sweeps.STEPPING, owner="stepper") as held:
        assert held
        assert sweeps.look("test.sweep", now=MONDAY) == 0
        assert sweeps.look("test.sweep", now=MONDAY, owner="stepper") == 3
    assert looks == [MONDAY]


def test_a_leased_sweep_runs_in_one_process_at_a_time(looks):
    with sweeps.lease("sweep:test.leased", owner="another host"):
        assert sweeps.look("test.leased", now=MONDAY) == 0
    assert sweeps.look("test.leased", now=MONDAY) == 3


def test_a_lease_of_a_dead_process_runs_out(looks):
    with sweeps.lease("sweep:test.leased", owner="dead", length=timedelta(seconds=-1)):
        assert sweeps.look("test.leased", now=MONDAY) == 3


def test_a_lease_is_given_back():
    with sweeps.lease("once", owner="me"):
        assert Lease.objects.filter(name="once").exists()
    assert not Lease.objects.filter(name="once").exists()


def test_the_next_due_moment_is_the_earliest_of_all(looks):
    assert sweeps.next_due(MONDAY) == MONDAY + HOUR


def test_every_registered_sweep_knows_when_it_is_next_due_on_an_empty_database():
    from weitask.celery import app

    app.loader.import_default_modules()
    due = {name: sweep.next_due(MONDAY) for name, sweep in sweeps.REGISTRY.items()}
    assert len(due) >= 15
    assert all(moment is None or moment.tzinfo for moment in due.values())


def test_every_registered_sweep_is_safe_to_run_on_an_empty_database(sandbox):
    from weitask.celery import app

    app.loader.import_default_modules()
    for name in sweeps.REGISTRY:
        assert sweeps.look(name, now=MONDAY) >= 0
    assert connection.is_usable()
