"""How does code that is no coroutine run one to its end, in a notebook as well?

asyncio.run refuses to work in a thread whose event loop is at work already, and in Jupyter every cell stands in such a
one. There the coroutine gets a thread of its own.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine and give its result, or raise its error; Ctrl-C cancels it and waits for what it does then."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    return _run_in_a_thread(coroutine)


def _run_in_a_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = Future()

    async def run() -> T:
        task = asyncio.current_task()
        assert task is not None  # this is one
        begun.set_result((asyncio.get_running_loop(), task))
        return await coroutine

    with ThreadPoolExecutor(1, thread_name_prefix="coroutine") as thread:
        ended = thread.submit(asyncio.run, run())
        try:
            return ended.result()
        except KeyboardInterrupt:  # signals come to the main thread, so it does not hear of them by itself
            loop, task = begun.result()
            if not ended.done():
                loop.call_soon_threadsafe(task.cancel)
            raise
