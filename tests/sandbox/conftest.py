"""A real sandbox process, and what its tests say to it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox_process import SandboxProcess

NOW = "2026-01-05T10:00:00+08:00"
PLATFORM = "platform-commercial-token"


@pytest.fixture(scope="session")
def sandbox_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sandbox makes its own keys here, so that its tests need nothing of the client."""
    return tmp_path_factory.mktemp("sandbox-keys")


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory, sandbox_keys: Path) -> Iterator[SandboxProcess]:
    """One process for all tests of this folder."""
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"), keys=sandbox_keys)
    yield process
    process.close()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    """An empty sandbox whose business time is Monday 2026-01-05 10:00 in Shanghai."""
    sandbox_process.reset()
    sandbox_process.control("tick/", {"now": NOW})
    return sandbox_process


@pytest.fixture
def http(sandbox: SandboxProcess) -> httpx.Client:
    """Raw HTTP to the sandbox."""
    return sandbox.http


@pytest.fixture
def token(sandbox: SandboxProcess) -> str:
    """The access token of user 5187664653, 城南食记."""
    user = {"uid": "5187664653", "screen_name": "城南食记", "followers_count": 482113, "verified": True, "token": True}
    return sandbox.control("weibo/users/", user)["access_token"]


@pytest.fixture
def other(sandbox: SandboxProcess) -> str:
    """The access token of user 5187664654, 老街影像."""
    user = {"uid": "5187664654", "screen_name": "老街影像", "token": True}
    return sandbox.control("weibo/users/", user)["access_token"]


@pytest.fixture
def merchant(sandbox: SandboxProcess) -> Merchant:
    """A merchant that signs by the sheet."""
    return Merchant(sandbox)
