"""The sandbox's control interface (spec 8), for tests, the rehearsal and the demo only."""

from datetime import datetime
from typing import Any

import httpx
from django.conf import settings


class Control:
    """JSON over HTTP to `/_control/…`. Raises httpx errors: without its sandbox a demo cannot go on."""

    def __init__(self, base: str | None = None) -> None:
        self._http = httpx.Client(base_url=f"{base or settings.SANDBOX_URL}/_control/", timeout=60)

    def get(self, path: str, **params: str | int) -> Any:
        """GET a path below `/_control/`."""
        return self._http.get(path, params=params).raise_for_status().json()

    def post(self, path: str, body: dict[str, Any] | list[Any] | None = None) -> Any:
        """POST JSON to a path below `/_control/`."""
        return self._http.post(path, json=body or {}).raise_for_status().json()

    def clear_faults(self) -> None:
        """Let everything work again."""
        self._http.delete("faults/").raise_for_status()

    def tick(self, *, now: datetime) -> dict[str, Any]:
        """Run what is due in the sandbox by `now`: `{"did": {…}, "next_due": iso | null}`."""
        return self.post("tick/", {"now": now.isoformat()})

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()
