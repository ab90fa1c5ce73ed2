"""A coroutine is run to its end where there is no event loop, and where one is at work already, as in a notebook."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from glan_core.coroutines import run_to_end
from glan_core.entities import RunState
from glan_core.errors import EndpointError
from tests.workbench import Workbench, belongs


def as_in_a_script(do: Callable[[], Any]) -> Any:
    """Call something where no event loop is at work."""
    return do()


def as_in_a_notebook(do: Callable[[], Any]) -> Any:
    """Call something in the thread of an event loop that is at work, and that leaves signals to Python."""

    async def cell() -> Any:
        return do()

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(cell())
    finally:
        loop.close()


anywhere = pytest.mark.parametrize("somewhere", [as_in_a_script, as_in_a_notebook])


@anywhere
def test_the_result_comes_back(somewhere: Callable[..., Any]):
    async def add() -> int:
        await asyncio.sleep(0)
        return 2 + 3

    assert somewhere(lambda: run_to_end(add())) == 5


@anywhere
def test_an_error_comes_back_as_it_is(somewhere: Callable[..., Any]):
    async def fail() -> None:
        await asyncio.sleep(0)
        raise EndpointError("There is no answer.", "Try again.")

    with pytest.raises(EndpointError, match=r"There is no answer\."):
        somewhere(lambda: run_to_end(fail()))


@anywhere
def test_a_plan_is_worked_off(workbench: Workbench, somewhere: Callable[..., Any]):
    progress = somewhere(lambda: workbench.execute(workbench.plan()))
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 6)
    assert all(belongs(pair) for pair in workbench.pairs())


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let Ctrl-C be heard: a process that was started in the background of a script ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@anywhere
@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_lets_the_coroutine_put_its_things_away(somewhere: Callable[..., Any]):
    done: list[str] = []

    async def wait() -> None:
        main = threading.main_thread().ident
        threading.Timer(0.1, signal.pthread_kill, [main, signal.SIGINT]).start()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            done.append("put away")

    with pytest.raises(KeyboardInterrupt):
        somewhere(lambda: run_to_end(wait()))
    assert done == ["put away"]
