"""The embedded servers: started and stopped, again and again, whatever the last owner left."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
import redis

from weitask.local.embedded import addresses, services, stop_leftovers
from weitask.local.environment import ROOT
from weitask.local.failure import LocalError
from weitask.local.ground import ground
from weitask.local.lock import holding, is_held
from weitask.local.postgres import Postgres


def as_application(folder: Path):
    """A connection in the role that the site uses."""
    return Postgres(ground(folder)).connect(user="weitask", database="weitask")


def ask(folder: Path, statement: str):
    """The first value of a statement run by the application's role."""
    opened = as_application(folder)
    try:
        with opened.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        opened.close()


@pytest.fixture
def killed_owner(folder: Path) -> Path:
    """The folder of servers whose owner was killed with -9; both still run."""
    command = [sys.executable, "-m", "weitask.local", "services", "--folder", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        for _ in range(3):  # the three addresses come when both servers answer
            assert owner.stdout.readline().startswith("export ")
        owner.kill()
    return folder


def test_data_survives_a_stop_and_the_second_start_is_quick(folder):
    with services(folder):
        ask(folder, "CREATE TABLE kept AS SELECT 42 AS number")
    began = time.monotonic()
    with services(folder):
        assert time.monotonic() - began < 5  # 0.2 s on a machine with nothing else to do
        assert ask(folder, "SELECT number FROM kept") == 42


def test_the_addresses_work_in_the_form_that_settings_read(folder):
    import environ

    with services(folder, durable=False) as urls:
        assert urls == addresses(folder)
        found = environ.Env.db_url_config(urls.database_url)
        psycopg2.connect(host=found["HOST"], dbname=found["NAME"], user=found["USER"]).close()
        with redis.from_url(urls.redis_url) as client:
            assert client.ping()


def test_celery_reaches_the_broker_over_its_socket(folder):
    from celery import Celery

    with services(folder, postgres=False) as urls, Celery(broker=urls.broker_url).connection() as connection:
        connection.ensure_connection(max_retries=1)
        assert connection.connected


def test_nothing_listens_on_the_network(folder):
    with services(folder, durable=False) as urls:
        assert ask(folder, "SHOW listen_addresses") == ""
        with redis.from_url(urls.redis_url) as client:
            assert client.config_get("port") == {"port": "0"}


def test_the_collation_is_the_same_whatever_the_locale_of_the_person(empty_folder, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with services(empty_folder, valkey=False, durable=False):
        assert ask(empty_folder, "SELECT datlocale FROM pg_database WHERE datname = 'weitask'") == "C.UTF-8"
        assert ask(empty_folder, "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,B,a,中}'::text[]) x") == "Bab中"


def test_the_application_may_make_its_extensions_but_is_no_superuser(empty_folder):
    with services(empty_folder, valkey=False):
        ask(empty_folder, "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm")
        assert ask(empty_folder, "SELECT rolsuper FROM pg_roles WHERE rolname = 'weitask'") is False
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(empty_folder, "SET session_replication_role = replica")


def test_only_test_servers_let_triggers_be_switched_off(folder):
    with services(folder, valkey=False, durable=False):
        ask(folder, "SET session_replication_role = replica")


def test_two_hundred_connections_are_allowed(folder):
    with services(folder, valkey=False, durable=False):
        assert ask(folder, "SHOW max_connections") == "200"


def test_servers_of_a_killed_owner_are_stopped_and_replaced(killed_owner):
    before = ask(killed_owner, "SELECT pg_postmaster_start_time()")
    with services(killed_owner):
        assert ask(killed_owner, "SELECT pg_postmaster_start_time()") > before


def test_servers_of_a_killed_owner_can_be_stopped_without_starting_new_ones(killed_owner):
    stop_leftovers(killed_owner)
    with pytest.raises(psycopg2.OperationalError):
        as_application(killed_owner)


def test_a_stale_pid_file_with_the_number_of_another_process_harms_neither(folder):
    with services(folder, valkey=False):
        pass
    with subprocess.Popen(["sleep", "60"]) as bystander:
        stale = Postgres(ground(folder)).data / "postmaster.pid"
        stale.write_text(f"{bystander.pid}\n{stale.parent}\n1\n5432\n\n\n\n")
        with services(folder, valkey=False):
            assert bystander.poll() is None
        bystander.kill()


def test_a_half_made_data_folder_is_made_again(empty_folder):
    half = Postgres(ground(empty_folder)).data
    for left in (half, half.with_suffix(".new")):
        left.mkdir(parents=True)
        (left / "base").write_text("cut off")
    with services(empty_folder, valkey=False, durable=False):
        assert ask(empty_folder, "SELECT 1") == 1


def test_data_of_another_postgresql_is_refused_with_its_version(folder):
    with services(folder, valkey=False):
        pass
    (Postgres(ground(folder)).data / "PG_VERSION").write_text("15\n")
    with pytest.raises(LocalError, match="made by PostgreSQL 15, this is 18"), services(folder):
        pass


def test_a_server_that_cannot_start_says_why_and_stops_the_other(folder):
    with services(folder, valkey=False):
        pass
    (Postgres(ground(folder)).data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(LocalError, match="PostgreSQL did not start"), services(folder):
        pass
    assert not is_held(folder)


def test_a_folder_in_use_is_refused_with_the_number_of_its_owner(folder):
    with (
        services(folder, postgres=False),
        pytest.raises(LocalError, match=f"in use by process {os.getpid()}"),
        services(folder),
    ):
        pass


def test_another_process_is_refused_too(folder):
    command = [sys.executable, "-m", "weitask.local", "services", "--folder", str(folder)]
    with holding(folder):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"{folder} is in use by process {os.getpid()}; stop that one first.\n"


def test_an_immediate_stop_loses_no_committed_row(folder):
    database = Postgres(ground(folder))
    with holding(folder):
        database.start()
        ask(folder, "CREATE TABLE kept AS SELECT 42 AS number")
        database.stop(immediate=True)
        database.start()
        assert ask(folder, "SELECT number FROM kept") == 42
        database.stop()
        database.stop()  # twice is harmless
