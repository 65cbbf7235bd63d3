"""The sandbox as a real process on a free port, for every test that needs Weibo or Sina Pay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx

_STARTS_WITHIN = 30.0
_STOPS_WITHIN = 10.0
_ACTS = {"reset", "seed", "tick", "delete", "restore", "hide", "block", "counts", "pay", "fail", "settle", "resend"}
_READY = "sandbox listening on "


class SandboxProcess:
    """Starts at once with its storage in FOLDER. `base_url` is its address, `keys` the folder of its RSA keys."""

    def __init__(
        self,
        folder: Path,
        *,
        keys: Path | None = None,
        environment: dict[str, str] | None = None,
        arguments: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.keys = keys or folder / "keys"
        self._arguments = arguments
        self._environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self.start()

    def start(self) -> None:
        """Start on the same storage, on a free port; RuntimeError carries what it printed instead of coming up."""
        database = self.folder / "sandbox.sqlite3"
        command = [sys.executable, "-m", "weitask.sandbox", "--port", "0"]
        command += ["--db", str(database), "--keys", str(self.keys), *self._arguments]
        environment = {k: v for k, v in self._environment.items() if k != "DJANGO_SETTINGS_MODULE"}
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=Path(__file__).resolve().parent.parent,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.base_url = self._wait_for_address()
        self.http = httpx.Client(base_url=self.base_url, timeout=30, trust_env=False)

    def control(self, path: str, json: Any = None, *, method: str = "") -> Any:
        """Call `/_control/PATH` and answer its JSON; 4xx and 5xx raise.

        POST with a body or for what acts (`reset/`, `tick/`, `…/delete/`), GET for what lists, or METHOD.
        """
        acts = path.partition("?")[0].rstrip("/").rpartition("/")[2] in _ACTS
        verb = method or ("POST" if acts or json is not None else "GET")
        response = self.http.request(verb, f"/_control/{path}", json=({} if json is None and verb == "POST" else json))
        response.raise_for_status()
        return response.json()

    def reset(self) -> None:
        """Empty it."""
        self.control("reset/")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the process (and, for SIGKILL, its worker) a signal and wait; the exit code. Storage stays."""
        self.http.close()
        if how is signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        try:
            code = self.process.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            code = self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def close(self) -> None:
        """Stop it."""
        if self.process.poll() is None:
            self.stop()

    def _wait_for_address(self) -> str:
        stdout = self.process.stdout
        if stdout is None:
            raise RuntimeError("the sandbox has no output")
        watchdog = threading.Timer(_STARTS_WITHIN, self.process.kill)
        watchdog.start()
        try:
            for line in stdout:
                if line.startswith(_READY):
                    return line.removeprefix(_READY).strip()
        finally:
            watchdog.cancel()
        self.process.wait()
        stdout.close()
        raise RuntimeError(f"the sandbox did not start: {(self.folder / 'log').read_text()[-2000:]}")
