"""What does an engine do next?"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple


class Work(NamedTuple):
    """One thing to do; doing it gives what to do next."""

    stage: str
    do: Callable[[], Awaitable[list["Work"]]]
