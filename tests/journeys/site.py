"""The whole site for a browser: the test database with committed rows, the live sandbox, a server in a thread."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test.testcases import LiveServerThread

from weitask import clock
from weitask.local import assets
from weitask.periods import shanghai

HOST = "127.0.0.1"


class Static(StaticFilesHandler):
    """Static files as production sends them: gzipped at level 9, as whitenoise keeps them, and kept by browsers."""

    packed: ClassVar[dict[str, tuple[bytes, str]]] = {}

    def serve(self, request: HttpRequest) -> HttpResponseBase:
        if request.path not in self.packed:
            plain = super().serve(request)
            self.packed[request.path] = gzip.compress(b"".join(plain), 9), plain["Content-Type"]
            plain.file_to_stream.close()
        content, kind = self.packed[request.path]
        return HttpResponse(
            content,
            content_type=kind,
            headers={"Content-Encoding": "gzip", "Cache-Control": "max-age=3600"},
        )


@contextmanager
def served(settings: Any, *, media: Path) -> Iterator[str]:
    """The address of the running site; it tells Weibo and Sina Pay its own address as theirs to come back to."""
    if not assets.are_current():
        assets.make_if_needed()
    thread = LiveServerThread(HOST, lambda _app: Static(WSGIHandler()))
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    address = f"http://{HOST}:{thread.port}"
    settings.SITE_URL = settings.SINAPAY_NOTIFY_BASE = settings.SINAPAY_RETURN_BASE = address
    settings.CONTENT_SECURITY_POLICY = _leading_to(settings.SANDBOX_URL, settings.CONTENT_SECURITY_POLICY)
    settings.WEITASK_SEND_NOW = True
    settings.MEDIA_ROOT = media
    try:
        yield address
    finally:
        thread.terminate()
        connections.close_all()


def start_clock() -> datetime:
    """Let the demo clock run on from nine on the next Monday in Shanghai, so that weekdays are always the same."""
    now = shanghai(clock.now())
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=9, minute=0, second=0, microsecond=0)
    clock.advance(to=monday)
    return monday


def _leading_to(foreign: str, policy: dict[str, Any]) -> dict[str, Any]:
    """The site's policy with this run's sandbox as the place of the cashier and of Weibo's consent."""
    return {"DIRECTIVES": {**policy["DIRECTIVES"], "form-action": ["'self'", foreign]}}
