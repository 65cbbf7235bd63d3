"""The ports of `make run`: checked first, and a taken one is named with a way out."""

import socket

import pytest

from weitask.local.failure import LocalError
from weitask.local.ports import HOST, Ports, from_environment, must_be_free


@pytest.fixture
def taken():
    """A port on which another program listens."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_of_the_site_is_named_with_a_way_out(taken):
    sentence = f"Port {taken}, which the site needs, .* make run WEB_PORT={taken + 1}$"
    with pytest.raises(LocalError, match=sentence):
        must_be_free(Ports(web=taken))


def test_a_taken_port_of_the_sandbox_is_named_too(taken, ports):
    with pytest.raises(LocalError, match=f"Port {taken}, which the sandbox needs"):
        must_be_free(Ports(web=ports.web, sandbox=taken))


def test_the_two_may_not_share_a_port(ports):
    with pytest.raises(LocalError, match="cannot share port"):
        must_be_free(Ports(web=ports.web, sandbox=ports.web))


def test_ports_come_from_the_environment():
    assert from_environment({"WEB_PORT": "8001", "SANDBOX_PORT": ""}) == Ports(web=8001, sandbox=8010)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "eight", "８０００"])
def test_what_is_no_port_is_refused(text):
    with pytest.raises(LocalError, match="must be a number from 1 to 65535"):
        from_environment({"WEB_PORT": text})
