"""healthz: the database, the broker, and the age of each sweep's last look (spec 7)."""

import pytest
from django.db import connection

from weitask import sweeps
from weitask.sweeps import Sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_sweep(monkeypatch):
    monkeypatch.setattr(sweeps, "REGISTRY", {})
    sweeps.register(Sweep("test.sweep", run=lambda now: 0, next_due=lambda now: None, healthy_age=60))


def beat(age: str, failed: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO weitask_heartbeat VALUES ('test.sweep', clock_timestamp() - %s::interval, 0, %s)",
            [age, failed],
        )


def test_all_is_well_right_after_the_start(client, one_sweep):
    answer = client.get("/healthz/")
    assert answer.status_code == 200
    assert answer.json()["sweeps"]["test.sweep"]["state"] == "starting"


def test_a_sweep_that_looked_is_well(client, one_sweep):
    beat("10 seconds")
    assert client.get("/healthz/").json()["sweeps"]["test.sweep"]["state"] == "ok"


@pytest.mark.parametrize(("age", "failed", "state"), [("10 minutes", "", "late"), ("1 second", "boom", "failed")])
def test_a_sweep_that_is_late_or_failed_is_bad(client, one_sweep, age, failed, state):
    beat(age, failed)
    answer = client.get("/healthz/")
    assert answer.status_code == 503
    assert answer.json()["sweeps"]["test.sweep"]["state"] == state


def test_a_broker_that_is_gone_is_bad(client, one_sweep, settings):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/healthz/")
    assert answer.status_code == 503
    assert answer.json()["broker"] == "ConnectionError"
