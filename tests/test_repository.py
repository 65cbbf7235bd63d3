"""The house rules of architecture and conventions, read off the tree."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("weitask", "accounts", "billing", "tasks", "orders")
FILES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    if name and (ROOT / name).is_file()
]
PYTHON = [path for path in FILES if path.suffix == ".py" and "migrations" not in path.parts]
PRODUCT = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in APPS]
OUTSIDE = ("weitask/sandbox/", "weitask/demo/", "weitask/local/")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def product_modules() -> list[Path]:
    return [path for path in PRODUCT if not name(path).startswith(OUTSIDE)]


def test_no_file_is_longer_than_400_lines():
    long = {name(path): count for path in PYTHON if (count := len(path.read_text().splitlines())) > 400}
    assert not long


def test_no_function_is_longer_than_60_lines():
    long = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 60:
                    long[f"{name(path)}:{node.name}"] = lines
    assert not long


def test_no_template_is_longer_than_120_lines():
    templates = [path for path in FILES if path.suffix == ".html"]
    long = {name(path): n for path in templates if (n := len(path.read_text().splitlines())) > 120}
    assert not long


def _assigns_state(path: Path) -> bool:
    """Whether a module assigns `.state`, or updates or creates rows with `state=`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets):
                return True
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("update", "update_or_create")
            and any(keyword.arg == "state" for keyword in node.keywords)
        ):
            return True
    return False


# The one writer of each state field, and rows whose state is nobody's but their module's.
STATE_WRITERS = {
    "orders/": {"orders/lifecycle.py", "orders/attempts.py"},
    "tasks/": {"tasks/review.py"},
    "billing/": {"billing/payouts/moves.py", "billing/payouts/attempts.py", "billing/topups.py", "billing/cards.py"},
}


@pytest.mark.parametrize("app", sorted(STATE_WRITERS))
def test_each_state_field_has_one_writer_module(app):
    writers = {name(path) for path in product_modules() if name(path).startswith(app) and _assigns_state(path)}
    assert not {writer for writer in writers if not writer.startswith(tuple(STATE_WRITERS[app]))}


def test_only_the_ledger_writes_balances():
    pattern = re.compile(r"UPDATE billing_ledgeraccount|\.balance\s*[-+]?=[^=]|balance=F\(")
    writers = {name(path) for path in product_modules() if pattern.search(path.read_text())}
    assert writers <= {"billing/ledger.py"}


def test_no_product_module_knows_the_control_interface_of_the_sandbox():
    assert not [name(path) for path in product_modules() if "_control/" in path.read_text()]


def test_http_leaves_the_house_in_the_gateways_only():
    pattern = re.compile(r"^\s*(import|from) (httpx|requests|urllib3)\b", re.MULTILINE)
    users = [name(path) for path in product_modules() if pattern.search(path.read_text())]
    assert not [user for user in users if not user.startswith("weitask/gateways/")]


def test_only_the_clock_asks_for_the_time():
    pattern = re.compile(r"timezone\.now\(|datetime\.(utcnow|now|today)\(|date\.today\(|\btime\.time\(")
    askers = {name(path) for path in product_modules() if pattern.search(path.read_text())}
    assert askers <= {"weitask/clock.py"}


def test_no_message_waits_in_the_broker_and_nothing_runs_by_crontab():
    pattern = re.compile(r"countdown\s*=|\beta\s*=|crontab")
    assert not [name(path) for path in product_modules() if pattern.search(path.read_text())]


def test_no_lock_file_names_a_download_host():
    for lock in ("requirements.lock", "package-lock.json"):
        assert "://" not in (ROOT / lock).read_text().replace("https://opencollective.com", "").replace(
            "https://github.com/sponsors", ""
        ), lock


def test_the_triggers_are_switched_off_in_tests_only():
    assert not [name(path) for path in product_modules() if "session_replication_role" in path.read_text()]


def test_every_job_that_beat_rings_is_a_registered_sweep():
    from weitask.celery import app, look, timetable
    from weitask.sweeps import REGISTRY

    app.conf.beat_schedule = {}
    timetable(app)
    entries = app.conf.beat_schedule
    assert entries
    assert {entry["args"][0] for entry in entries.values()} == set(REGISTRY)
    assert {entry["task"] for entry in entries.values()} == {look.name}


@pytest.mark.parametrize("signal", ["task_approved", "task_halted"])
def test_each_upward_signal_has_exactly_one_receiver(signal):
    from tasks import signals

    assert len(getattr(signals, signal).receivers) == 1
