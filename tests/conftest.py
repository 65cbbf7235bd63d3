"""What every test shares: the environment, a business clock, a live sandbox, committed-data tests that clean up."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.moments import MONDAY

if TYPE_CHECKING:
    from tests.sandbox_process import SandboxProcess

# Rows that migrations and post_migrate wrote; a cleaned database keeps them.
REFERENCE_TABLES = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "accounts_category",
    "tasks_reasontemplate",
    "tasks_rule",
    "tasks_rulecategory",
    "tasks_ruleset",
}


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_modify_db_settings, django_db_keepdb, django_db_blocker
) -> Iterator[None]:
    """The test database, also when no collected test wears the mark `django_db` (those of `committed` do not)."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """Each test begins in Chinese: a request of the test before left its own language to the thread."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def now() -> datetime:
    """Monday 2026-01-05 10:00 in Shanghai."""
    return MONDAY


@pytest.fixture(scope="session")
def sandbox_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One set of key pairs for the client and the sandbox."""
    from weitask.gateways.keys import main as make_keys

    folder = tmp_path_factory.mktemp("keys")
    make_keys([str(folder)])
    return folder


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory, sandbox_keys: Path) -> "Iterator[SandboxProcess]":
    """One real sandbox process for the whole test worker."""
    from tests.sandbox_process import SandboxProcess

    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"), keys=sandbox_keys)
    yield process
    process.close()


@pytest.fixture
def sandbox(sandbox_process: "SandboxProcess", sandbox_keys: Path, settings) -> "SandboxProcess":
    """An empty sandbox, with the gateways' settings pointing at it; no breaker remembers the last test."""
    from weitask.gateways import sinapay, weibo

    weibo.forget_client()
    sinapay.forget_client()
    sandbox_process.control("reset/")
    base = sandbox_process.base_url
    for name in ("WEIBO_API_BASE", "WEIBO_AUTHORIZE_BASE", "WEIBO_BIZ_BASE", "WEIBO_UPLOAD_BASE", "SANDBOX_URL"):
        setattr(settings, name, base)
    settings.SINAPAY_MGS_URL = f"{base}/mgs/gateway.do"
    settings.SINAPAY_MAS_URL = f"{base}/mas/gateway.do"
    settings.SINAPAY_SIGN_PRIVATE_KEY = (sandbox_keys / "merchant_private.pem").read_text()
    settings.SINAPAY_SINA_PUBLIC_KEY = (sandbox_keys / "sina_public.pem").read_text()
    settings.SINAPAY_SINA_ENCRYPT_KEY = (sandbox_keys / "sina_encrypt_public.pem").read_text()
    return sandbox_process


def clean() -> None:
    """Empty every table but the reference rows; the only place that may switch the triggers off."""
    from django.db import connection

    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t not in REFERENCE_TABLES]
        names = ", ".join(f'"{table}"' for table in tables)
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
        cursor.execute("SET session_replication_role = origin")


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A test that commits for real: threads, processes and live servers see its rows; cleaned up afterwards."""
    with django_db_blocker.unblock():
        clean()
        yield
        clean()
        from django.db import connections

        connections.close_all()
