"""The embedded PostgreSQL 18: the wheel's programs, a Unix socket only, a fixed collation."""

import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection

from weitask.local import server
from weitask.local.failure import LocalError
from weitask.local.ground import Ground, postgres_programs, private_folder

SUPERUSER = "postgres"
ROLE = DATABASE = "weitask"
# The same collation on every machine, whatever its locale: byte order, with all letter cases of Unicode.
INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
)
ALWAYS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
}
# For tests: a crash of the machine may lose everything, and nothing is waited for.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


class Postgres:
    """One PostgreSQL server on one data folder. The caller holds the folder's lock (`lock.holding`)."""

    def __init__(self, places: Ground, *, durable: bool = True) -> None:
        self.places = places
        self.durable = durable
        self.data = places.home / "postgres"
        self.log = places.folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address in the form that settings.py reads (django-environ's form for a socket folder)."""
        return f"postgres://{ROLE}@/{self.places.sockets}/{DATABASE}"

    def connect(self, *, user: str = SUPERUSER, database: str = "postgres") -> connection:
        """An autocommit connection past Django, for set-up and fault injection."""
        opened = psycopg2.connect(host=str(self.places.sockets), user=user, dbname=database, connect_timeout=5)
        opened.autocommit = True
        return opened

    def start(self) -> None:
        """Start the server, ending a left-over first. Raises LocalError with the last line of the log."""
        self.stop_leftovers()
        # No server works on this folder now (we just looked), and the number in the file may be reused.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        programs = postgres_programs(self.places.account)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(programs)
        self._check_version(programs)
        settings = ALWAYS if self.durable else ALWAYS | THROWAWAY
        settings = settings | {"unix_socket_directories": str(self.places.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        program = server.Program(
            name="PostgreSQL",
            argv=[str(programs / "postgres"), "-D", str(self.data), *options],
            log=self.log,
            account=self.places.account,
        )
        self._process = server.start(program=program, is_ready=self._is_ready)
        self._prepare()

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server: work in progress is rolled back; `immediate` pulls the plug (F11)."""
        if self._process is not None:
            server.stop(self._process, how=signal.SIGQUIT if immediate else signal.SIGINT)
            self._process = None

    def note(self) -> str | None:
        """The remark on the application's database; it lives and dies with the data (see runner: seeding)."""
        return (
            str(found)
            if (
                found := self._ask(
                    "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DATABASE]
                )
            )
            else None
        )

    def set_note(self, text: str) -> None:
        """Write the remark on the application's database."""
        self._ask(f"COMMENT ON DATABASE {DATABASE} IS %s", [text])

    def empty(self) -> None:
        """Throw the application's database away and make it anew. Nobody may be connected to it."""
        self._ask(f"DROP DATABASE {DATABASE}", [])
        self._prepare()

    def _ask(self, statement: str, values: list[str]) -> object:
        """Run one statement as superuser; the first value it answers, or None."""
        opened = self.connect()
        try:
            with opened.cursor() as cursor:
                cursor.execute(statement, values)
                row = cursor.fetchone() if cursor.description else None
                return row[0] if row else None
        finally:
            opened.close()

    def stop_leftovers(self) -> None:
        """Stop a server that a killed owner left on this data folder."""
        server.stop_leftovers(name="postgres", folder=self.data)

    def _initialise(self, programs: Path) -> None:
        """Make the data beside its place and move it there whole: an interrupted start leaves none."""
        building = self.data.with_suffix(".new")
        shutil.rmtree(building, ignore_errors=True)
        private_folder(building, owner=self.places.account)
        made = subprocess.run(
            [
                str(programs / "initdb"),
                *(
                    "-D",
                    str(building),
                    "-U",
                    SUPERUSER,
                    "--auth-local=trust",
                    "--auth-host=reject",
                ),
                *INITDB,
                *(() if self.durable else ("--no-sync",)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=server.quiet_environment(),
            text=True,
            check=False,
            **server.run_as(self.places.account),  # type: ignore[call-overload]  # keyword names are subprocess's own
        )
        if made.returncode:
            raise LocalError(f"PostgreSQL's data folder could not be made: {made.stdout.strip().splitlines()[-1]}")
        shutil.rmtree(self.data, ignore_errors=True)
        building.rename(self.data)

    def _check_version(self, programs: Path) -> None:
        stored = (self.data / "PG_VERSION").read_text().strip()
        said = subprocess.run(
            [str(programs / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        )
        ours = said.stdout.split()[-1].split(".")[0]
        if stored != ours:
            raise LocalError(f"{self.data} was made by PostgreSQL {stored}, this is {ours}; move the folder away.")

    def _is_ready(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _prepare(self) -> None:
        """The application owns its database but is no superuser: the promises bind it too."""
        if not self._ask("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]):
            self._ask(f"CREATE ROLE {ROLE} LOGIN CREATEDB", [])
        if not self._ask("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]):
            self._ask(f"CREATE DATABASE {DATABASE} OWNER {ROLE}", [])
        if not self.durable:  # for the one fixture that empties append-only tables between tests
            self._ask(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}", [])
