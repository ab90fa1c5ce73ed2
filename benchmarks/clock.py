"""How long did it take, and with how much CPU and memory?"""

import cProfile
import io
import pstats
import time
from pathlib import Path
from typing import Self

_PROFILE_LINES = 40


class Clock:
    """Measures what happens within it, and profiles it if a file is named. Use it as a context manager."""

    seconds: float
    """Wall time."""
    cpu_seconds: float
    """User and system time of this process."""

    def __init__(self, profile: str) -> None:
        self._path = profile
        self._profiler = cProfile.Profile() if profile else None

    def __enter__(self) -> Self:
        """Start it."""
        self._cpu_started, self._started = time.process_time(), time.perf_counter()
        if self._profiler:
            self._profiler.enable()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop it, and write the profile."""
        if self._profiler:
            self._profiler.disable()
        self.seconds = time.perf_counter() - self._started
        self.cpu_seconds = time.process_time() - self._cpu_started
        if self._profiler:
            text = io.StringIO()
            statistics = pstats.Stats(self._profiler, stream=text)
            statistics.sort_stats("tottime").print_stats(_PROFILE_LINES)
            statistics.sort_stats("cumulative").print_stats("glan_core|asyncio|openai|duckdb|pyarrow", _PROFILE_LINES)
            Path(self._path).write_text(text.getvalue(), encoding="utf-8")


def peak_memory_bytes() -> int:
    """Give this process's high-water mark; getrusage would give that of its parent where that is larger."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024
