"""How is the server started, asked and ended?"""

import json
import subprocess
import sys
import urllib.request
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.behaviour import Behaviour, Statistics

PROJECT_FOLDER = Path(__file__).parent.parent
_ENDING_SECONDS = 10.0


class ServerProcess:
    """A fixed-latency server in a process of its own. Use it as a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fixed_latency_server"],
            cwd=PROJECT_FOLDER,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Wait for its port."""
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            raise SystemExit("The server did not start.")
        self.address = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it, by force if it does not want to."""
        self._process.terminate()
        try:
            self._process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def statistics(self) -> Statistics:
        """Give what was counted since the last reset."""
        return Statistics(**json.loads(_get(f"{self.address}/statistics")))

    def reply_times(self) -> list[float]:
        """Give when each completion since the last reset was sent off, in seconds; the first is not at 0."""
        times: list[float] = json.loads(_get(f"{self.address}/times"))
        return times

    def save_bodies(self, path: Path) -> None:
        """Write the request bodies since the last reset as a JSON list."""
        path.write_bytes(_get(f"{self.address}/bodies"))


def reset(address: str, behaviour: Behaviour) -> None:
    """Let a server count from zero and behave like this."""
    data = json.dumps(asdict(behaviour)).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{address}/reset", data=data), timeout=30) as response:
        response.read()


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        read: Any = response.read()
    return bytes(read)
