"""demo/clock/: staff of a demo read and step the business clock (spec 7, 9)."""

import threading
from datetime import timedelta

import pytest

from tests.api.callers import Caller, problem
from tests.factories import UserFactory
from weitask import clock, sweeps
from weitask.celery import app
from weitask.demo import api, stepping

PATH = "demo/clock/"


@pytest.fixture
def staff(committed, settings, tmp_path) -> Caller:
    settings.MEDIA_ROOT = tmp_path / "media"
    app.loader.import_default_modules()
    return Caller(UserFactory(staff=True))


def test_the_clock_is_read(staff):
    found = staff.done("get", PATH)
    assert (found["running"], found["to"], found["ran"]) == (False, None, {})


def test_the_clock_is_stepped_by_a_length_and_to_a_moment(staff, sandbox):
    before = clock.now()
    answer = staff.post(PATH, {"advance": "PT25H"}, key="k")
    assert answer.status_code == 200, answer.content
    assert clock.now() >= before + timedelta(hours=25)
    assert not answer.data["error"]
    to = clock.now() + timedelta(hours=1)
    assert staff.done("post", PATH, {"to": to.isoformat()})["running"] is False
    assert clock.now() >= to


def test_a_step_of_no_length_runs_what_is_due_now(staff, sandbox):
    found = staff.done("post", PATH, {"advance": "PT0S"})
    assert (found["running"], found["error"]) == (False, "")


def test_what_takes_long_is_answered_at_once_with_where_to_look(staff, monkeypatch):
    let_go = threading.Event()

    def slow(*, to):
        with sweeps.lease(sweeps.STEPPING, owner="test"):
            assert let_go.wait(10)
        return {"orders.publish": 3}

    monkeypatch.setattr(stepping, "advance", slow)
    monkeypatch.setattr(api, "PATIENCE", 0.5)
    answer = staff.post(PATH, {"advance": "PT1H"})
    assert (answer.status_code, answer["Location"], answer.data["running"]) == (202, "/api/v1/demo/clock/", True)
    problem(staff.post(PATH, {"advance": "PT1H"}), 409, "clock_busy")
    let_go.set()
    (walker,) = [thread for thread in threading.enumerate() if thread.name == "demo-clock"]
    walker.join(10)
    found = staff.done("get", PATH)
    assert (found["running"], found["ran"]) == (False, {"orders.publish": 3})


@pytest.mark.parametrize("error", [stepping.Busy(), RuntimeError("the sandbox is gone")])
def test_a_step_that_breaks_says_why(staff, monkeypatch, error):
    def broken(*, to):
        raise error

    monkeypatch.setattr(stepping, "advance", broken)
    assert staff.done("post", PATH, {"advance": "PT1H"})["error"]


@pytest.mark.parametrize(
    "body",
    [{}, {"advance": "PT1H", "to": "2030-01-01T00:00:00Z"}, {"advance": "1 hour"}, {"advance": "-PT1H"},
     {"advance": "P999999999999D"}, {"advance": "P500D"}, {"to": "2001-01-01T00:00:00Z"}, {"pinned": True}],
)  # fmt: skip
def test_the_clock_goes_forward_only_and_not_too_far(staff, body):
    before = clock.now()
    problem(staff.post(PATH, body), 400)
    assert clock.now() < before + timedelta(minutes=1)


def test_others_have_no_say(pinned, person):
    problem(person.get(PATH), 403)
    problem(Caller().post(PATH, {"advance": "PT1H"}), 401)
