"""`python -m benchmarks [NAME …]`: each path in a process and a database of its own, then one table.

A name stands for every path that begins with it (`ledger` for both). `--write` puts the table into docs/performance.md.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any

from benchmarks import scratch, table

# In the order of the table in docs/performance.md; a path stands there once it is measured.
ORDER = (
    *("ledger-batch", "ledger-one", "settle", "search", "submit", "publish", "expire", "readings"),
    *("pages", "export", "audit", "idle"),
)
PATHS = tuple(path for path in ORDER if (scratch.ROOT / f"benchmarks/paths/{path.replace('-', '_')}.py").exists())


def main(argv: list[str]) -> int:
    """Run the paths named; exit 1 when a goal is missed or a result is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(PATHS)}")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args(argv)
    wanted = [path for path in PATHS if not options.names or any(path.startswith(name) for name in options.names)]
    if not wanted:
        parser.error(f"no path is called {' or '.join(options.names)}; there are {', '.join(PATHS)}")
    began = time.monotonic()
    reports = [report for path in wanted if (report := _run(path)) is not None]
    print(f"\n{table.text(reports)}\n{time.monotonic() - began:.0f} s", flush=True)
    if options.write:
        table.write(reports)
    failed = [path for path in wanted if not any(one["name"] == path and one["ok"] for one in reports)]
    print(f"Not ok: {', '.join(failed)}" if failed else "All ok", flush=True)
    return 1 if failed else 0


def _run(path: str) -> dict[str, Any] | None:
    """One path; its closing line, or None when it broke off."""
    began = time.monotonic()
    print(f"· {path}", flush=True)
    with scratch.database(path) as url:
        process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.paths.{path.replace('-', '_')}"],
            cwd=scratch.ROOT,
            env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "weitask.settings"},
            stdout=subprocess.PIPE,
            text=True,
        )
        last = ""
        for line in process.stdout or ():
            last = line.strip() or last
            if not line.startswith("{"):
                print(line, end="", flush=True)
        code = process.wait()
    print(f"  {time.monotonic() - began:.0f} s", flush=True)
    if code or not last.startswith("{"):
        print(f"  {path} broke off (exit {code})", flush=True)
        return None
    return dict(json.loads(last))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
