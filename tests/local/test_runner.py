"""`make run` with stand-ins for the processes: order, signals, crashes, and what a killed run leaves."""

import re
import signal
import subprocess
import sys
from contextlib import nullcontext

import psutil
import pytest

from weitask.local import manager, runner
from weitask.local.embedded import services
from weitask.local.environment import ROOT
from weitask.local.failure import LocalError
from weitask.local.ground import ground
from weitask.local.ports import Ports
from weitask.local.postgres import Postgres

ALL = {"beat", "worker-publish", "worker", "web", "sandbox"}


@pytest.fixture
def begin(folder, ports):
    """Starts the runner on stand-ins; killed if the test leaves it."""
    started = []

    def start(*special: str) -> subprocess.Popen[str]:
        arguments = [str(folder), str(ports.web), str(ports.sandbox), *special]
        command = [sys.executable, "-u", "-m", "tests.local.stand_ins", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        started.append(subprocess.Popen(command, cwd=ROOT, text=True, start_new_session=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until_all_run(process) -> None:
    """Read what the runner prints until every stand-in sleeps."""
    running = set()
    while running != ALL:
        line = process.stdout.readline()
        assert line, "the runner ended"
        if found := re.search(r"(\S+) +\| sleeping", line):
            running.add(found[1])


def marked(folder) -> list[psutil.Process]:
    """The processes that a run on `folder` started and that still live."""
    return [one for one in psutil.process_iter() if runner.server.is_marked(one, runner.MARK, str(folder))]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_order(begin, folder, number):
    process = begin()
    until_all_run(process)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    order = re.findall(r"(\S+) +\| asked to stop", said)
    assert set(order) == ALL
    assert order[0] == "beat"
    assert order[-2:] == ["web", "sandbox"]
    assert marked(folder) == []


def test_closing_the_terminal_stops_everything_too(begin, folder):
    process = begin()
    until_all_run(process)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGHUP
    assert marked(folder) == []


def test_a_crash_of_one_stops_the_rest_with_its_name_and_code(begin, folder):
    process = begin("worker")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.splitlines()[-1] == (
        "The process worker ended by itself with exit code 3; everything else was stopped."
    )
    assert marked(folder) == []


def test_what_a_killed_run_left_is_stopped_by_the_next(begin, folder):
    killed = begin()
    until_all_run(killed)
    left = marked(folder)
    killed.kill()
    assert len(left) == len(ALL)
    again = begin()
    until_all_run(again)
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in left)
    again.terminate()
    again.communicate(timeout=60)


def test_a_second_run_on_the_same_folder_is_refused_and_the_first_goes_on(begin, folder):
    first = begin()
    until_all_run(first)
    second = begin()
    assert "is in use by process" in second.communicate(timeout=60)[0]
    assert len(marked(folder)) == len(ALL)
    first.terminate()
    first.communicate(timeout=60)


def test_a_process_that_does_not_listen_is_killed_in_the_end(monkeypatch):
    monkeypatch.setattr(manager, "STAGE_SECONDS", 0.5)
    one = manager.OrderedManager(stages=[["deaf"]], when_started=lambda: None)
    command = ["sh", "-c", "trap '' TERM; echo up; sleep 60 & wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as deaf:
        assert deaf.stdout is not None
        assert deaf.stdout.readline() == "up\n"  # deaf from here on
        one._processes["deaf"] = {"pid": deaf.pid}
        one._stop_stage([deaf.pid])
        assert deaf.wait(10) == -signal.SIGKILL


@pytest.fixture
def prepared(folder, ports, monkeypatch):
    """`_prepare` with every command recorded instead of run."""
    done = []
    monkeypatch.setattr(runner, "_manage", lambda run, *arguments: done.append(arguments[0]))
    monkeypatch.setattr(runner, "_sandbox", lambda run: nullcontext())
    monkeypatch.setattr(runner, "_collect_static", lambda run: None)
    monkeypatch.setattr(runner.assets, "make_if_needed", lambda: None)
    run = runner.Run(folder=folder, ports=ports, environment={})

    def prepare() -> list[str]:
        done.clear()
        runner._prepare(run)
        return done

    with services(folder, valkey=False):
        yield prepare


def test_demo_data_is_made_once(prepared):
    assert prepared() == ["migrate", "seed_demo"]
    assert prepared() == []


def test_tables_are_looked_at_again_when_a_migration_changed(prepared, monkeypatch):
    prepared()
    monkeypatch.setattr(runner, "_tables", lambda: "another")
    assert prepared() == ["migrate"]
    assert prepared() == []


def test_demo_data_left_half_made_is_thrown_away_and_made_again(prepared, folder):
    (folder / "sandbox.sqlite3").touch()
    database = Postgres(ground(folder))
    database.set_note(runner.SEEDING)
    opened = database.connect(user="weitask", database="weitask")
    opened.cursor().execute("CREATE TABLE half ()")
    opened.close()
    assert prepared() == ["migrate", "seed_demo"]
    opened = database.connect(user="weitask", database="weitask")
    with opened.cursor() as cursor:
        cursor.execute("SELECT to_regclass('half')")
        assert cursor.fetchone() == (None,)
    opened.close()
    assert not (folder / "sandbox.sqlite3").exists()


def test_a_command_that_fails_shows_the_end_of_what_it_said(folder, ports):
    run = runner.Run(folder=folder, ports=ports, environment={"SECRET_KEY": "", "VAULT_KEYS": ""})
    with pytest.raises(LocalError, match=r"manage\.py no_such_command failed:"):
        runner._manage(run, "no_such_command")


def test_the_table_lines_up_in_a_terminal():
    lines = runner.table_of(Ports(web=8001), seconds=6.2).splitlines()
    assert "up after 6.2 s" in lines[1]
    assert "  运营后台 Admin    http://127.0.0.1:8001/admin/" in lines
    assert any(line.endswith("http://127.0.0.1:8001/api/v1/docs/") for line in lines)
    assert any("企业用户" in line and "http://127.0.0.1:8001/" in line for line in lines)
