"""A short season through the real code and the real sandbox (spec 9)."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

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
    assert broken({**good, "faults": {"outage": 0}}, whole=False) == ["none: faults"]
    assert broken({**good, "labels": {"lapsed": 0}}, whole=True) == ["never: lapsed"]


def test_a_running_demo_steps_forward_only_and_alone(committed, sandbox):
    now = clock.now()
    stepping.advance(to=now + timedelta(hours=2))
    assert clock.now() >= now + timedelta(hours=2)
    with pytest.raises(ValueError, match="forward"):
        stepping.advance(to=now)
    for other in ("somebody else", f"stepper:{sweeps.me()}"):
        with sweeps.lease(sweeps.STEPPING, owner=other), pytest.raises(stepping.Busy):
            stepping.advance(to=now + timedelta(hours=3))


def test_a_step_goes_on_where_its_sweeps_outlast_the_next_moment(committed, sandbox, monkeypatch):
    start = clock.now()
    due = [start + timedelta(seconds=5), start + timedelta(seconds=6)]

    def half_a_minute_long(now: datetime) -> int:
        clock.advance(to=clock.now() + timedelta(seconds=30))
        return len([due.remove(moment) for moment in list(due) if moment <= now])

    slow = sweeps.Sweep("slow", half_a_minute_long, lambda now: min(due, default=None))
    monkeypatch.setattr(sweeps, "REGISTRY", {"slow": slow})
    assert stepping.advance(to=start + timedelta(hours=1)) == {"slow": 2}
    assert clock.now() >= start + timedelta(hours=1)


def test_a_step_that_takes_long_keeps_the_clock_for_itself(committed, sandbox, monkeypatch):
    monkeypatch.setattr(stepping, "AT_MOST", timedelta(seconds=60))
    start, left = clock.now(), []

    def look(now: datetime) -> int:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE weitask_lease SET until = until - interval '50 seconds' RETURNING until > now()")
            left.append(cursor.fetchone()[0])
        return 0

    monkeypatch.setattr(sweeps, "REGISTRY", {"slow": sweeps.Sweep("slow", look, lambda now: now)})
    stepping.advance(to=start + timedelta(minutes=3))
    assert len(left) >= 3
    assert all(left)


def test_the_bar_moves_the_clock_and_comes_back(committed, sandbox, client):
    from tests.factories import AdvertiserFactory

    client.force_login(AdvertiserFactory().user, backend="accounts.sessions.Login")
    before = clock.now()
    for wanted in ("PT1H", "event", "nonsense"):
        assert client.post("/demo/step/", {"to": wanted, "next": "/wallet/"}).url == "/wallet/"
    assert clock.now() > before + timedelta(hours=1)
    assert client.post("/demo/step/", {"to": "PT24H", "next": "https://evil.example/"}).url == "/"
