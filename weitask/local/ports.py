"""The two ports of `make run`, checked before anything is started."""

import errno
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from weitask.local.failure import LocalError

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Where the site and the sandbox listen, on the loopback address only."""

    web: int = 8000
    sandbox: int = 8010

    @property
    def site_url(self) -> str:
        """The address of the site without a closing slash."""
        return f"http://{HOST}:{self.web}"

    @property
    def sandbox_url(self) -> str:
        """The address of the sandbox without a closing slash."""
        return f"http://{HOST}:{self.sandbox}"


def from_environment(environment: Mapping[str, str]) -> Ports:
    """Read WEB_PORT and SANDBOX_PORT; raise LocalError for what is no port."""
    return Ports(web=_number(environment, "WEB_PORT", 8000), sandbox=_number(environment, "SANDBOX_PORT", 8010))


def must_be_free(ports: Ports) -> None:
    """Raise LocalError naming the port, the part that wants it, and how to choose another."""
    if ports.web == ports.sandbox:
        raise LocalError(f"The site and the sandbox cannot share port {ports.web}; set WEB_PORT or SANDBOX_PORT.")
    for name, part, port in (("WEB_PORT", "site", ports.web), ("SANDBOX_PORT", "sandbox", ports.sandbox)):
        if not _is_free(port):
            raise LocalError(
                f"Port {port}, which the {part} needs, is taken by another program; "
                f"choose another: make run {name}={port + 1}"
            )


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise LocalError(f"{name} must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise LocalError(f"Port {port} is reserved on this machine; choose one above 1023.") from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
