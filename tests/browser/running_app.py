"""How is the app started in a process of its own, and ended?"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from glan_core.settings import PROJECT_FOLDER

_START_SECONDS = 90
_STOP_SECONDS = 20


class App:
    """The app on a port of its own."""

    def __init__(self, database: Path, *, log: Path, environment: Mapping[str, str]) -> None:
        """`environment` comes on top of this one, without what it says of models and databases."""
        self.database = database
        self.log = log
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        """Start it and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "GLAN_"))}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pages", "--server.port", str(port)],
                cwd=PROJECT_FOLDER,
                env=kept | {"GLAN_DATABASE": str(self.database), "HF_HUB_OFFLINE": "1", **self._environment},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise AssertionError(f"the app did not start:\n{self.log.read_text()}") from None
                time.sleep(0.1)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it, by asking or, with SIGKILL, without."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
