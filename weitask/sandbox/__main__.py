"""`python -m weitask.sandbox --port 8010 --db PATH --keys DIR [--reset] [--seed]`."""

import argparse
import os
from pathlib import Path

from weitask.sandbox import server


def main() -> None:
    """Read the command line into the environment the settings read, then serve."""
    parser = argparse.ArgumentParser(prog="weitask.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010, help="0 takes a free port and prints it")
    parser.add_argument("--db", type=Path, help="SQLite file")
    parser.add_argument("--keys", type=Path, help="folder of the RSA keys; missing ones are made")
    parser.add_argument("--reset", action="store_true", help="start empty")
    parser.add_argument("--seed", action="store_true", help="load the demo's Weibo users and posts")
    given = parser.parse_args()
    if given.db:
        os.environ["SANDBOX_DB"] = str(given.db)
    if given.keys:
        os.environ["SANDBOX_KEY_DIR"] = str(given.keys)
    server.serve(server.Start(host=given.host, port=given.port, reset=given.reset, seed=given.seed))


if __name__ == "__main__":
    main()
