"""A short season through the real code and the real sandbox (spec 9)."""

from datetime import datetime, timedelta

import pytest

from weitask import clock, sweeps
from weitask.demo import stepping
from weitask.demo.rehearsal.report import MUST_BE_ZERO, broken, report
from weitask.demo.rehearsal.script import Script
from weitask.demo.rehearsal.stage import Season, play
from weitask.periods import SHANGHAI

START = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)


def played(seed: int) -> dict:
    """Five days of a small market; the sandbox asks nothing of the clock but what the script does."""

    def write(script: Script) -> None:
        script.write(tasks=6, days=2)
        script.open_desk(until=START + timedelta(days=5))

    script, _stepper = play(season=Season(seed, START, START + timedelta(days=5), 12), write=write)
    try:
        return report(script=script)
    finally:
        script.control.close()


def test_a_short_season_keeps_every_promise(committed, sandbox):
    found = played(3)
    assert broken(found, whole=False) == ["orders_without_final_state"]  # most need 30 days
    assert found["posts"] > 0
    assert found["labels"]["payout_paid"] > 0


@pytest.mark.parametrize("key", ["double_posts", "orders_without_final_state", "ledger_drift_fen"])
def test_a_broken_promise_is_named(key):
    whole = {"tasks": {"ended": 1}, "fee_fen": 1, "notices": 1, "faults": {"outage": 1}, "labels": {"lapsed": 1}}
    good = {**dict.fromkeys(MUST_BE_ZERO, 0), "audit": "clean", **whole}
    assert not broken(good, whole=True)
    assert broken({**good, key: 1}, whole=True) == [key]
    assert broken({**good, "audit": "L02"}, whole=True) == ["audit"]
    assert broken({**good, "notices": 0}, whole=True) == ["none: notices"]
    assert broken({**good, "labels": {"lapsed": 0}}, whole=True) == ["never: lapsed"]


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
