"""How can hours of waiting be tested in milliseconds?

An event loop whose clock jumps to the next timer as soon as nothing else is left to do. Everything that waits by the
loop's clock works unchanged, and always in the same order. When nothing is left that could ever happen, it says so
instead of hanging.

    >>> async def wait() -> float:
    ...     await asyncio.sleep(3600)
    ...     return asyncio.get_running_loop().time()
    >>> run(wait())
    3600.0
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Give the result of a coroutine, run in virtual time from 0 on."""
    with asyncio.Runner(loop_factory=_VirtualTimeLoop) as runner:
        return runner.run(main)


class _VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._selector_of_loop = _JumpingSelector()
        super().__init__(self._selector_of_loop)

    def time(self) -> float:
        return self._selector_of_loop.now


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("Everything waits, and nothing is left that could end it.")
            self.now += max(0.0, timeout)
        return ready
