"""A sandbox process of one's own, for a rehearsal."""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from django.conf import settings

from weitask.gateways import sinapay, weibo

_READY: Final = "sandbox listening on "


class Sandbox:
    """Runs `python -m weitask.sandbox` on a free port with its storage in a folder, for the length of a block."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "weitask.sandbox", "--port", "0", "--db", str(folder / "sandbox.sqlite3")]
        command += ["--keys", str(settings.WEITASK_KEY_DIR)]
        environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        self._log = (folder / "sandbox.log").open("a")  # it logs each fault it was told to make
        self._process = subprocess.Popen(  # noqa: S603 [our own module]
            command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        for line in self._process.stdout or ():
            if line.startswith(_READY):
                self.base_url = line.removeprefix(_READY).strip()
                return
        message = f"the sandbox did not start: {(folder / 'sandbox.log').read_text()[-2000:]}"
        raise RuntimeError(message)

    def point_settings(self) -> None:
        """Send the real clients here."""
        for name in ("SANDBOX_URL", "WEIBO_API_BASE", "WEIBO_AUTHORIZE_BASE", "WEIBO_BIZ_BASE", "WEIBO_UPLOAD_BASE"):
            setattr(settings, name, self.base_url)
        settings.SINAPAY_MGS_URL = f"{self.base_url}/mgs/gateway.do"
        settings.SINAPAY_MAS_URL = f"{self.base_url}/mas/gateway.do"
        weibo.forget_client()
        sinapay.forget_client()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()
