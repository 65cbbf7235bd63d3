"""A scratch database per path, copied from one that was migrated once; the server is the embedded or the given one."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import environ
import psycopg2
from psycopg2.extensions import connection
from psycopg2.sql import SQL, Identifier

ROOT: Final = Path(__file__).resolve().parents[1]
TEMPLATE: Final = "weitask_bench_template"


@contextmanager
def database(name: str) -> Iterator[str]:
    """The address of a fresh database with the product's schema; dropped at the end."""
    template = _template()
    scratch = f"weitask_bench_{name.replace('-', '_')}"
    _drop(scratch)
    _ask(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(scratch), Identifier(template)))
    try:
        yield _url(scratch)
    finally:
        _drop(scratch)


@contextmanager
def another(name: str) -> Iterator[str]:
    """The address of a further fresh database that Django is connected to inside; dropped at the end."""
    from django.db import connection as ours

    with database(name) as url:
        first = ours.settings_dict["NAME"]
        ours.close()
        ours.settings_dict["NAME"] = urlsplit(url).path.rpartition("/")[2]
        try:
            yield url
        finally:
            ours.close()
            ours.settings_dict["NAME"] = first


@contextmanager
def copy(url: str, name: str) -> Iterator[str]:
    """The address of a copy of a database that nobody is connected to; dropped at the end."""
    scratch = f"weitask_bench_{name}"
    _drop(scratch)
    _ask(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(scratch), Identifier(url.rpartition("/")[2])))
    try:
        yield _url(scratch)
    finally:
        _drop(scratch)


def _template() -> str:
    """A migrated database, named after the migrations it holds; older ones are dropped."""
    files = sorted(ROOT.glob("*/migrations/*.py"))
    mark = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    name = f"{TEMPLATE}_{mark}"
    known = {row[0] for row in _ask(SQL("SELECT datname FROM pg_database WHERE datname LIKE 'weitask_bench_templ%'"))}
    for old in known - {name}:
        _drop(old)
    if name not in known:
        _ask(SQL("CREATE DATABASE {}").format(Identifier(f"{name}_new")))
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": _url(f"{name}_new")},
            check=True,
        )
        _ask(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(f"{name}_new"), Identifier(name)))
    return name


def _url(name: str) -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    folder = parts.path.rpartition("/")[0]
    return urlunsplit(parts._replace(path=f"{folder}/{name}"))


def connect(url: str) -> connection:
    """A bare connection for the floors: autocommit off, nothing of Django."""
    parts = environ.Env.db_url_config(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return psycopg2.connect(**{names[key]: value for key, value in parts.items() if key in names and value})


def _ask(statement: SQL) -> list[tuple[object, ...]]:
    opened = connect(_url("postgres"))  # nobody else's: a database that is copied must have no other connection
    opened.autocommit = True
    try:
        with opened.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        opened.close()


def _drop(name: str) -> None:
    for _ in range(20):  # an autovacuum of the server's own is not ours to end: it is soon done
        try:
            _ask(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            return
        except psycopg2.errors.InsufficientPrivilege:
            time.sleep(0.5)
    raise SystemExit(f"{name} could not be dropped")


@contextmanager
def twin() -> Iterator[str]:
    """A copy of the path's own database as it stands, for the floor; Django's connection is closed for the moment."""
    from django.db import connection as django_connection

    name = str(django_connection.settings_dict["NAME"])
    django_connection.close()
    copy = f"{name}_twin"
    _drop(copy)
    _ask(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(copy), Identifier(name)))
    try:
        yield _url(copy)
    finally:
        _drop(copy)
