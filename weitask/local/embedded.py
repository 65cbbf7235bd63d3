"""PostgreSQL and Valkey together, for one block of code."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from weitask.local.ground import ground
from weitask.local.lock import holding
from weitask.local.postgres import Postgres
from weitask.local.valkey import Valkey

NAMES = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")


@dataclass(frozen=True)
class Urls:
    """The addresses of the running servers."""

    database_url: str
    redis_url: str
    broker_url: str

    def environment(self) -> dict[str, str]:
        """The same under the names that settings.py reads."""
        return dict(zip(NAMES, (self.database_url, self.redis_url, self.broker_url), strict=True))


@contextmanager
def services(folder: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True) -> Iterator[Urls]:
    """Run the servers on `folder` for the length of the block; `durable=False` (tests) is fast but unsafe.

    Raises LocalError when another living process holds the folder or a server cannot start.
    """
    with ExitStack() as stack:
        stack.enter_context(holding(folder))
        places = ground(folder)
        database, broker = Postgres(places, durable=durable), Valkey(places)
        if postgres:
            stack.callback(database.stop)
            database.start()
        if valkey:
            stack.callback(broker.stop)
            broker.start()
        yield Urls(
            database_url=database.url,
            redis_url=broker.url,
            broker_url=broker.broker_url,
        )


def addresses(folder: Path) -> Urls:
    """The addresses that `services(folder)` gives, starting nothing: to join servers that already run."""
    places = ground(folder)
    broker = Valkey(places)
    return Urls(
        database_url=Postgres(places).url,
        redis_url=broker.url,
        broker_url=broker.broker_url,
    )


def stop_leftovers(folder: Path) -> None:
    """Stop what a killed owner left on `folder`. Raises LocalError when a living process holds it."""
    with holding(folder):
        places = ground(folder)
        Postgres(places).stop_leftovers()
        Valkey(places).stop_leftovers()
