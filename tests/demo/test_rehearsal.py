"""A short season through the real code and the real sandbox (spec 9)."""

from datetime import datetime, timedelta

import pytest

from weitask import clock, sweeps
from weitask.demo import stepping
from weitask.demo.rehearsal.report import report
from weitask.demo.rehearsal.stage import play
from weitask.periods import SHANGHAI

START = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)


def season(seed: int) -> dict:
    played, _stepper = play(
        seed=seed,
        start=START,
        accounts=8,
        write=lambda script: script.write(tasks=5, days=2),
        to=START + timedelta(days=5),
    )
    found = report(season=played)
    played.control.close()
    return found


def test_a_short_season_keeps_every_promise(committed, sandbox):
    found = season(3)
    assert found["posts"] > 0
    assert found["double_posts"] == 0
    assert found["ledger_drift_fen"] == 0
    assert found["audit"] == "clean"
    assert found["labels"]["payout_paid"] > 0
    assert found["fee_fen"] >= 0
    assert found["faults"]["lost_answer"] == 3


def test_a_running_demo_steps_forward_only_and_alone(committed, sandbox):
    now = clock.now()
    stepping.advance(to=now + timedelta(hours=2))
    assert clock.now() >= now + timedelta(hours=2)
    with pytest.raises(ValueError, match="forward"):
        stepping.advance(to=now)
    with sweeps.lease(sweeps.STEPPING, owner="somebody else"), pytest.raises(stepping.Busy):
        stepping.advance(to=now + timedelta(hours=3))


def test_the_bar_moves_the_clock_and_comes_back(committed, sandbox, client):
    from tests.factories import AdvertiserFactory

    client.force_login(AdvertiserFactory().user, backend="django.contrib.auth.backends.ModelBackend")
    before = clock.now()
    for wanted in ("PT1H", "event", "nonsense"):
        assert client.post("/demo/step/", {"to": wanted, "next": "/wallet/"}).url == "/wallet/"
    assert clock.now() > before + timedelta(hours=1)
    assert client.post("/demo/step/", {"to": "PT24H", "next": "https://evil.example/"}).url == "/"
