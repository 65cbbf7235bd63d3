"""docker-compose.yml says what the runner says, and nothing that the settings do not read."""

import re

import pytest
import yaml

from weitask.local.environment import ROOT
from weitask.local.processes import QUEUES, STOP_ORDER, Layout, commands

SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def names_read_by(path: str) -> set[str]:
    """Every environment name that a settings file asks for."""
    text = (ROOT / path).read_text()
    asked = r'(?:env\.\w+|_flag|_key|environ\.get)\(\s*"([A-Z_]+)"'
    return set(re.findall(asked, text))


@pytest.mark.parametrize("name", commands(Layout()))
def test_containers_run_the_commands_of_the_runner(name):
    assert SERVICES[name]["command"] == commands(Layout())[name]


def test_every_environment_name_is_known_to_the_settings():
    known = names_read_by("weitask/settings.py") | names_read_by("weitask/sandbox/settings.py")
    given = {name for service in OURS.values() for name in service["environment"]}
    assert given - known == set()
    assert len(given) > 15


def test_postgresql_is_16_or_newer_with_the_collation_of_the_embedded_one():
    database = SERVICES["postgres"]
    assert int(database["image"].partition(":")[2]) >= 16
    assert "--builtin-locale=C.UTF-8" in database["environment"]["POSTGRES_INITDB_ARGS"]


def test_the_sandbox_runs_only_when_asked_for():
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]


def test_nothing_is_open_to_the_network_by_itself():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_queue_has_exactly_one_kind_of_worker():
    served = [
        command[command.index("--queues") + 1] for command in commands(Layout()).values() if "--queues" in command
    ]
    assert sorted(",".join(served).split(",")) == sorted(QUEUES)


def test_every_process_has_its_place_in_the_order_of_stopping():
    assert sorted(name for stage in STOP_ORDER for name in stage) == sorted(commands(Layout()))
    assert STOP_ORDER[-1] == ("sandbox",)
