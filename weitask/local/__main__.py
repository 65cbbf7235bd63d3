"""The commands behind the Makefile: `python -m weitask.local --help`."""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Final

from weitask.local import assets, checks, messages, runner, within
from weitask.local.embedded import services, stop_leftovers
from weitask.local.environment import local_folder
from weitask.local.failure import LocalError
from weitask.local.ground import forget
from weitask.local.ports import from_environment
from weitask.local.progress import step
from weitask.local.server import leave_in_order

NOT_RUN: Final = 2  # of a command that never began: 1 may mean something of its own, as with audit_ledger


def main(argv: list[str]) -> int:
    """Run one command and return its exit code; a LocalError is one sentence on stderr and exit 1."""
    options, options_of_pytest = _parser().parse_known_args(argv)
    if options_of_pytest and options.command is not _check:
        raise SystemExit(f"unknown: {' '.join(options_of_pytest)}; see --help")
    options.rest = options_of_pytest
    leave_in_order()
    try:
        return int(options.command(options))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m weitask.local", description=__doc__)
    commands = parser.add_subparsers(required=True)

    servers = commands.add_parser(
        "services",
        help="run PostgreSQL and Valkey until Ctrl-C, and print their addresses",
    )
    servers.add_argument("--folder", type=Path, help="data folder (default: the one of make run)")
    servers.add_argument(
        "--test",
        action="store_true",
        help="throw-away speed; default folder .local/test-shared",
    )
    servers.set_defaults(command=_services)

    start = commands.add_parser("up", help="run everything until Ctrl-C (make run); ports: WEB_PORT, SANDBOX_PORT")
    start.set_defaults(command=lambda _: runner.up(folder=local_folder(), ports=from_environment(os.environ)))

    files = commands.add_parser("assets", help="copy the front-end files from npm to static/vendor/")
    files.set_defaults(command=_assets)

    check = commands.add_parser("check", help="every check and test (make test); further arguments go to pytest")
    check.add_argument("--lint", action="store_true", help="the checks without the tests")
    check.set_defaults(command=_check)

    clean = commands.add_parser("clean", help="remove the data of make run and of all tests")
    clean.set_defaults(command=_clean)

    execute = commands.add_parser(
        "exec", help="run a command with the servers up: exec [--test [--durable]] -- COMMAND …"
    )
    execute.add_argument(
        "--test",
        action="store_true",
        help="on fresh servers of its own, removed afterwards",
    )
    execute.add_argument(
        "--durable",
        action="store_true",
        help="with --test: servers that wait for the disk, for benchmarks",
    )
    execute.add_argument("argv", nargs=argparse.REMAINDER)
    execute.set_defaults(command=_execute)
    return parser


def _services(options: argparse.Namespace) -> int:
    default = local_folder() / "test-shared" if options.test else local_folder()
    with services(options.folder or default, durable=not options.test) as urls:
        for name, value in urls.environment().items():
            print(f"export {name}={value}", flush=True)
        signal.pause()  # until Ctrl-C or TERM raises
    return 0


def _assets(_: argparse.Namespace) -> int:
    with step("front-end files"):
        assets.make_if_needed()
        messages.compile_if_needed()
    return 0


def _check(options: argparse.Namespace) -> int:
    with step("front-end files"):
        assets.make_if_needed()
        messages.compile_if_needed()
    return checks.run(pytest_arguments=options.rest, lint_only=options.lint)


def _clean(_: argparse.Namespace) -> int:
    folder = local_folder()
    for place in (*folder.glob("test-*"), folder):
        stop_leftovers(place)  # refuses while somebody uses it
        forget(place)
    return 0


def _execute(options: argparse.Namespace) -> int:
    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        raise LocalError("exec needs a command: python -m weitask.local exec [--test [--durable]] -- COMMAND …")
    servers = within.servers_for_tests(durable=options.durable) if options.test else within.servers_of_this_machine()
    try:
        with servers as environment:
            return within.run(argv=argv, environment=environment)
    except LocalError as error:
        print(error, file=sys.stderr)
        return NOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
