"""A bare Weibo on the loopback address: it waits, answers, and keeps its own book.

`python -m benchmarks.loopback --wait 0.1` prints its address and serves until it is stopped. It knows the calls that
posting and reading back need, and two of its own: `/book` tells every post ever made, `/count` how many there are.
"""

import argparse
import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.scratch import ROOT

BASES = ("WEIBO_API_BASE", "WEIBO_BIZ_BASE", "WEIBO_UPLOAD_BASE")
FIRST_ID = 5_200_000_000_000_000


class Book:
    """Every post, in the order made; ids grow."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.by_user: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.by_id: dict[str, dict[str, Any]] = {}

    def post(self, form: dict[str, str], now: str) -> dict[str, Any]:
        uid = form["access_token"].removeprefix("token-")
        made = {
            "idstr": str(FIRST_ID + len(self.posts)),
            "text": form["status"],
            "created_at": _weibo_time(now),
            "user": {"idstr": uid},
            "annotations": json.loads(form.get("annotations", "[]")),
            "at": time.time(),
        }
        self.posts.append(made)
        self.by_user[uid].append(made)
        self.by_id[made["idstr"]] = made
        return made


class Server(asyncio.Protocol):
    """HTTP/1.1 as our client speaks it: kept-alive connections, one request at a time on each."""

    def __init__(self, book: Book, wait: float) -> None:
        self.book, self.wait = book, wait
        self.read = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, found, rest = self.read.partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if len(rest) < (length := int(headers.get("content-length", 0))):
            return
        self.read = rest[length:]
        method, target, _ = lines[0].split(" ")
        answer = self.answer(target, rest[:length].decode() if method == "POST" else "", headers)
        own = target.startswith(("/book", "/count"))
        asyncio.get_running_loop().call_later(0 if own else self.wait, self._write, json.dumps(answer).encode())

    def _write(self, body: bytes) -> None:
        if not self.transport.is_closing():
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.transport.write(head.encode() + body)

    def answer(self, target: str, body: str, headers: dict[str, str]) -> Any:
        where = urlsplit(target)
        given = {name: values[0] for name, values in parse_qs(body or where.query).items()}
        if where.path == "/2/statuses/update/biz.json":
            return self.book.post(given, headers.get("x-weitask-now", ""))
        if where.path == "/2/statuses/user_timeline.json":
            posts = self.book.by_user[given["uid"]][::-1]
            return {"statuses": posts[: int(given["count"])] if given["page"] == "1" else []}
        if where.path == "/2/statuses/show_batch/biz.json":
            return {"statuses": [self._alive(post_id) for post_id in given["ids"].split(",")], "states": []}
        return self.book.posts if where.path == "/book" else len(self.book.posts)

    def _alive(self, post_id: str) -> dict[str, Any]:
        """A post it never saw is alive too, by the author whose number its id ends with (`readings`)."""
        return self.book.by_id.get(post_id) or {
            "idstr": post_id,
            "text": "新品上市，欢迎试吃",
            "created_at": _weibo_time(""),
            "user": {"idstr": str(5_000_000_000 + int(post_id) % 1_000_000)},
            "reposts_count": 3,
            "comments_count": 2,
            "attitudes_count": 1,
        }


def _weibo_time(now: str) -> str:
    moment = datetime.fromisoformat(now) if now else datetime.now(UTC)
    return moment.astimezone(UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")


@contextmanager
def running(*, wait: float) -> Iterator[str]:
    """A server in a process of its own; its address."""
    command = [sys.executable, "-m", "benchmarks.loopback", "--wait", str(wait)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout or sys.stdin).readline().strip()
        finally:
            process.kill()


def ask(address: str, path: str) -> Any:
    """`/book` or `/count`."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", path)
    answer = json.load(connection.getresponse())
    connection.close()
    return answer


def authorise() -> None:
    """Every account's token, sealed, as this Weibo knows it."""
    from django.db import connection

    from accounts import vault
    from accounts.models import WeiboAccount

    uids = list(WeiboAccount.objects.values_list("uid", flat=True))
    sealed = [vault.seal(f"token-{uid}", purpose=f"weibo-token:{uid}") for uid in uids]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_weiboaccount w SET token = v.token FROM unnest(%s, %s) v(uid, token) WHERE v.uid = w.uid",
            [uids, sealed],
        )


def point_settings(address: str) -> None:
    """Send this process's Weibo client there."""
    from django.conf import settings

    from weitask.gateways import weibo

    for name in BASES:
        setattr(settings, name, address)
    weibo.forget_client()


async def _serve(wait: float) -> None:
    book = Book()
    server = await asyncio.get_running_loop().create_server(lambda: Server(book, wait), "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--wait", type=float, default=0.1, help="seconds before each answer")
    try:
        asyncio.run(_serve(parser.parse_args().wait))
    except KeyboardInterrupt:
        sys.exit(0)
