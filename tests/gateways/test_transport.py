"""One HTTP exchange: what is temporary, what is unknown, and what never leaves or enters the house."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.gateways.loopback import Loopback, answer, drip, endless, eventually, hang_up, raw, silence
from weitask.gateways.breaker import BreakerLimits
from weitask.gateways.errors import Effect, GatewayError, TemporaryError, UnknownError
from weitask.gateways.transport import Call, Transport

NEVER = BreakerLimits(failures=0)


@pytest.fixture
def transport() -> Iterator[Transport]:
    found = Transport(timeout=10, now=None, limits=NEVER)
    yield found
    found.close()


@pytest.fixture
def hasty() -> Iterator[Transport]:
    """One that gives up soon, for servers that never finish."""
    found = Transport(timeout=0.3, now=None, limits=NEVER)
    yield found
    found.close()


def write(server: Loopback, **more) -> Call:
    return Call("POST", f"{server.url}/write", Effect.WRITE, form={"a": "1"}, **more)


def read(server: Loopback) -> Call:
    return Call("GET", f"{server.url}/read", Effect.READ, query={"secret": "token-in-query"})


BROKEN = [(hang_up, "connection"), (endless, "too_large"), (b"nonsense\r\n\r\n", "connection")]
UNFINISHED = [silence, drip, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"]


@pytest.mark.parametrize("act", UNFINISHED, ids=["silence", "drip", "half"])
def test_an_answer_that_never_ends_is_a_time_out(server, hasty, act):
    server.script(act)

    with pytest.raises(UnknownError, match="timeout"):
        hasty.send(write(server))
    with pytest.raises(TemporaryError, match="timeout"):
        hasty.send(read(server))


@pytest.mark.parametrize(("act", "code"), BROKEN)
def test_a_write_whose_answer_is_lost_is_unknown(server, transport, act, code):
    server.script(act)

    with pytest.raises(UnknownError) as caught:
        transport.send(write(server))

    assert (caught.value.code, caught.value.cause) == (code, "network")
    assert len(server.received) == 1


@pytest.mark.parametrize(("act", "code"), BROKEN)
def test_a_read_whose_answer_is_lost_may_be_asked_again(server, transport, act, code):
    server.script(act)

    with pytest.raises(TemporaryError) as caught:
        transport.send(read(server))

    assert caught.value.code == code


def test_a_body_cut_short_by_the_other_side_is_unknown(server, transport):
    def cut(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id"')
        connection.close()

    with pytest.raises(UnknownError) as caught:
        transport.send(write(server.script(cut)))

    assert caught.value.code == "connection"


def test_a_refused_connection_is_temporary_even_for_a_write(server, transport):
    server.close()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"

        with pytest.raises(TemporaryError) as caught:
            transport.send(Call("POST", url, Effect.WRITE, form={}))

    assert caught.value.code == "connection"


def test_an_address_that_cannot_be_one_is_temporary_and_named(transport):
    with pytest.raises(TemporaryError):
        transport.send(Call("GET", "gopher://127.0.0.1/", Effect.WRITE))


def test_past_its_deadline_nothing_is_written(server, transport):
    with pytest.raises(TemporaryError) as caught:
        transport.send(write(server, deadline=time.monotonic() - 0.01))

    assert caught.value.code == "deadline"
    transport.send(read(server))
    assert [request.path for request in server.received] == ["/read"]


def test_the_deadline_holds_also_when_connecting_was_what_took_so_long(server, transport, monkeypatch):
    transport.send(read(server))  # warm, so that only the trace hook stands between now and the first byte
    begin = time.monotonic()
    monkeypatch.setattr("weitask.gateways.transport.time.monotonic", lambda: begin + 100)

    with pytest.raises(TemporaryError) as caught:
        transport.send(write(server, deadline=begin + 50))

    assert caught.value.code == "deadline"
    assert len(server.received) == 1


def test_inside_its_deadline_a_write_is_sent(server, transport):
    assert transport.send(write(server, deadline=time.monotonic() + 5)).status == 200


def test_a_redirect_is_answered_not_followed(server, transport):
    server.script(raw(b"", status=302, extra=f"Location: {server.url}/elsewhere\r\n"))

    assert transport.send(read(server)).status == 302
    assert len(server.received) == 1


def test_a_compressed_bomb_is_never_unfolded(server, transport):
    server.script(raw(b"\x1f\x8b\x08nonsense", extra="Content-Encoding: gzip\r\n"))

    assert transport.send(read(server)).body == b"\x1f\x8b\x08nonsense"
    assert server.received[0].headers["accept-encoding"] == "identity"


def test_cookies_of_one_answer_do_not_travel_with_the_next_request(server, transport):
    server.script(raw(b"{}", extra="Set-Cookie: who=first; Path=/\r\n"))
    transport.send(read(server))
    transport.send(read(server))

    assert "cookie" not in server.received[1].headers


def test_a_proxy_in_the_environment_is_ignored(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    transport = Transport(timeout=10, now=None)

    assert transport.send(read(server)).status == 200
    transport.close()


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("Fri, 20 Nov 2026", None), ("99999999", None)])
def test_the_waiting_time_of_the_provider_is_read_in_seconds(server, transport, header, seconds):
    server.script(raw(b"{}", status=429, extra=f"Retry-After: {header}\r\n"))

    assert transport.send(read(server)).retry_after == seconds


def test_no_log_line_and_no_error_tells_the_query(server, transport, caplog, monkeypatch):
    for name in ("httpx", "httpcore"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", False)
        caplog.set_level(logging.DEBUG, logger=name)
    logging.getLogger("httpx").info("%(what)s", {"what": "something plain"})
    transport.send(read(server))
    server.script(hang_up)
    with pytest.raises(GatewayError) as caught:
        transport.send(read(server))

    assert "something plain" in caplog.text
    assert "/read" in caplog.text
    assert "token-in-query" not in caplog.text + str(caught.value) + repr(read(server))


def test_business_time_is_sent_only_where_it_is_configured(server, transport):
    moment = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
    timed = Transport(timeout=10, now=lambda: moment, limits=NEVER)
    transport.send(read(server))
    timed.send(read(server))
    timed.close()

    sent = [request.headers.get("x-weitask-now") for request in server.received]
    assert sent == [None, "2026-01-05T02:00:00+00:00"]


def test_a_pinned_transport_stamps_its_moment_and_asks_no_clock(server, transport):
    def ask_the_database() -> datetime:
        raise AssertionError("a thread asked for the time")

    timed = Transport(timeout=10, now=ask_the_database, limits=NEVER)
    timed.pinned(datetime(2026, 1, 5, 2, 0, tzinfo=UTC)).send(read(server))
    timed.close()

    assert server.received[0].headers["x-weitask-now"].startswith("2026-01-05T02:00")
    assert transport.pinned(datetime.now(UTC)) is transport


def test_a_storm_opens_the_breaker_and_nothing_more_is_sent(server):
    moment = [datetime(2026, 1, 5, tzinfo=UTC)]
    transport = Transport(timeout=10, now=lambda: moment[0], limits=BreakerLimits(failures=3, seconds=60))
    server.script(hang_up)
    for _ in range(5):
        with pytest.raises(GatewayError) as caught:
            transport.send(read(server))
    assert caught.value.code == "breaker"
    assert len(server.received) == 3

    moment[0] += timedelta(seconds=60)
    server.script(answer({}))
    assert transport.send(read(server)).status == 200
    transport.close()


def test_two_threads_share_it_without_mixing_answers(server, transport):
    def echo(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(raw(server.received[-1].query["n"][0].encode()))

    server.script(echo)
    found: dict[str, bytes] = {}

    def ask(number: str) -> None:
        call = Call("GET", f"{server.url}/echo", Effect.READ, query={"n": number})
        found[number] = transport.send(call).body

    for number in ("1", "2", "3"):
        thread = threading.Thread(target=ask, args=(number,))
        thread.start()
        thread.join()

    assert found == {"1": b"1", "2": b"2", "3": b"3"}


def test_a_thread_keeps_a_connection_of_its_own_until_it_ends(server, transport):
    seen: list[socket.socket] = []

    def note(connection: socket.socket, _stopping: threading.Event) -> None:
        seen.append(connection)
        connection.sendall(raw(b"ok"))

    def twice() -> None:
        transport.send(read(server))
        transport.send(read(server))

    server.script(note)
    thread = threading.Thread(target=twice)
    thread.start()
    thread.join()
    twice()

    theirs, ours = seen[0], seen[2]
    assert seen == [theirs, theirs, ours, ours]
    assert theirs is not ours
    eventually(lambda: theirs.fileno() == -1)  # the server saw it end
    assert ours.fileno() != -1


def test_closing_it_closes_the_connections_of_every_thread(server, transport):
    seen: list[socket.socket] = []
    done, close = threading.Event(), threading.Event()

    def note(connection: socket.socket, _stopping: threading.Event) -> None:
        seen.append(connection)
        connection.sendall(raw(b"ok"))

    def ask_and_stay() -> None:
        transport.send(read(server))
        done.set()
        close.wait(5)

    server.script(note)
    thread = threading.Thread(target=ask_and_stay)
    thread.start()
    done.wait(5)
    transport.close()
    eventually(lambda: seen[0].fileno() == -1)
    close.set()
    thread.join()
