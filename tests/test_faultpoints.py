"""Points where tests break the process: silent unless armed, once when asked to be."""

import os
import signal

import pytest

from weitask import faultpoints


@pytest.fixture
def armed(monkeypatch):
    def arm(text):
        monkeypatch.setattr(faultpoints, "_ARMED", faultpoints._parsed(text))

    return arm


def test_nothing_is_armed_by_itself():
    assert faultpoints._ARMED == {}
    faultpoints.hit("publish.armed")


def test_only_the_named_point_strikes(armed):
    armed("a:raise, b:raise")
    faultpoints.hit("c")
    with pytest.raises(faultpoints.InjectedFault):
        faultpoints.hit("b")


@pytest.mark.parametrize(("action", "signum"), [("kill", signal.SIGKILL), ("stop", signal.SIGSTOP)])
def test_kill_and_stop_go_to_this_process(armed, monkeypatch, action, signum):
    sent = []
    monkeypatch.setattr(os, "kill", lambda *what: sent.append(what))
    armed(f"a:{action}")
    faultpoints.hit("a")
    assert sent == [(os.getpid(), signum)]


def test_sleep_takes_its_seconds(armed, monkeypatch):
    slept = []
    monkeypatch.setattr(faultpoints.time, "sleep", slept.append)
    armed("a:sleep=2.5")
    faultpoints.hit("a")
    assert slept == [2.5]


def test_once_means_once_over_all_processes_and_leaves_a_proof(armed, monkeypatch, tmp_path):
    monkeypatch.setenv(faultpoints.ONCE, str(tmp_path / "hit-"))
    armed("a:raise")
    with pytest.raises(faultpoints.InjectedFault):
        faultpoints.hit("a")
    faultpoints.hit("a")
    assert (tmp_path / "hit-a").exists()


def test_an_unknown_action_is_loud(armed):
    armed("a:explode")
    with pytest.raises(ValueError, match="unknown action"):
        faultpoints.hit("a")
