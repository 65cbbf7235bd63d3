"""Data folders that leave nothing behind, wherever their files had to go."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from weitask.local.embedded import services
from weitask.local.ground import forget, ground
from weitask.local.ports import Ports


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh data folder of PostgreSQL, to copy: making one takes ten times as long."""
    place = tmp_path_factory.mktemp("postgres")
    with services(place, valkey=False, durable=False):
        pass
    yield ground(place).home / "postgres"
    forget(place)


@pytest.fixture
def folder(empty_folder: Path, made_once: Path) -> Path:
    """A data folder of this test with an empty database in it."""
    subprocess.run(["cp", "-a", made_once, ground(empty_folder).home / "postgres"], check=True)
    return empty_folder


@pytest.fixture
def empty_folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder of this test; a server still at work in it when the test ends is an error."""
    place = tmp_path / "data"
    places = ground(place)
    yield place
    running = [process.pid for process in psutil.process_iter() if works_below(process, places.home, place)]
    forget(place)
    assert not running
    assert not places.home.exists()
    assert not places.sockets.exists()


def works_below(process: psutil.Process, *folders: Path) -> bool:
    """Whether the process is alive and its working directory lies in one of the folders."""
    try:
        cwd = Path(process.cwd())
        return process.status() != psutil.STATUS_ZOMBIE and any(cwd.is_relative_to(folder) for folder in folders)
    except psutil.Error:
        return False


@pytest.fixture
def ports() -> Ports:
    """Two ports that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as web, socket.create_server(("127.0.0.1", 0)) as sandbox:
        return Ports(web=web.getsockname()[1], sandbox=sandbox.getsockname()[1])
