"""A child process computes, and its end is neither the end of its parent nor the other way round."""

import json
import math
import operator
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from glan_core.embedding.projection import lay_out
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.errors import EmbeddingError
from glan_core.settings import PROJECT_FOLDER

PARENT = """
import os
from glan_core.embedding.worker import EmbeddingWorker
print(EmbeddingWorker().compute(os.getpid), flush=True)
os._exit(0)
"""


@pytest.fixture
def worker() -> Iterator[EmbeddingWorker]:
    """A worker that is closed after the test."""
    made = EmbeddingWorker()
    yield made
    made.close()


def is_there(process_id: int) -> bool:
    """Say whether a process exists."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_function_is_called_in_another_process(worker: EmbeddingWorker):
    assert worker.compute(os.getpid) != os.getpid()


def test_every_call_goes_to_the_same_process(worker: EmbeddingWorker):
    assert worker.compute(os.getpid) == worker.compute(os.getpid)


def test_arguments_and_options_arrive(worker: EmbeddingWorker):
    assert worker.compute(json.dumps, {"b": 1, "a": 2}, sort_keys=True) == '{"a": 2, "b": 1}'


def test_arrays_go_there_and_back(worker: EmbeddingWorker):
    layout = worker.compute(lay_out, np.eye(4, dtype=np.float32), seed=1)
    assert layout.method == "pca"
    assert np.array_equal(layout.coordinates, lay_out(np.eye(4, dtype=np.float32), seed=1).coordinates)


def test_progress_is_heard_before_the_result(worker: EmbeddingWorker):
    heard: list[tuple[int, int]] = []
    vectors = np.eye(20, dtype=np.float32)
    layout = worker.compute(lay_out, vectors, on_progress=lambda *numbers: heard.append(numbers))
    assert layout.method == "umap"
    assert heard[0] == (0, 500)
    assert heard[-1] == (500, 500)
    assert heard == sorted(heard)
    assert worker.compute(operator.add, 2, 3) == 5


def test_what_a_function_prints_is_no_result(worker: EmbeddingWorker):
    assert worker.compute(print, "Loading weights") is None


def test_an_error_of_the_library_arrives_with_its_hint(worker: EmbeddingWorker):
    with pytest.raises(EmbeddingError, match="not finite") as raised:
        worker.compute(lay_out, np.full((2, 3), np.nan, np.float32))
    assert raised.value.hint == "Embed its text again."


def test_any_other_error_is_told_with_its_name(worker: EmbeddingWorker):
    with pytest.raises(EmbeddingError, match="ValueError: math domain error"):
        worker.compute(math.sqrt, -1.0)


def test_the_process_stays_after_an_error(worker: EmbeddingWorker):
    before = worker.compute(os.getpid)
    with pytest.raises(EmbeddingError):
        worker.compute(math.sqrt, -1.0)
    assert worker.compute(os.getpid) == before


def test_a_call_whose_process_is_killed_says_so(worker: EmbeddingWorker):
    with pytest.raises(EmbeddingError, match="ended unexpectedly") as raised:
        worker.compute(signal.raise_signal, signal.SIGKILL)
    assert "try again" in raised.value.hint


def test_the_call_after_a_killed_one_gets_a_new_process(worker: EmbeddingWorker):
    before = worker.compute(os.getpid)
    with pytest.raises(EmbeddingError):
        worker.compute(signal.raise_signal, signal.SIGKILL)
    assert worker.compute(os.getpid) != before


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ZeroDivisionError, OSError])
def test_what_cuts_a_call_short_leaves_no_reply_to_the_next_one(
    worker: EmbeddingWorker, interruption: type[BaseException]
):
    def hear(*_: int) -> None:
        raise interruption

    process_id = worker.compute(os.getpid)
    with pytest.raises(interruption):
        worker.compute(lay_out, np.eye(20, dtype=np.float32), on_progress=hear)
    assert worker.compute(operator.add, 2, 3) == 5
    assert not is_there(process_id)


def test_an_interrupt_while_a_reply_is_awaited_leaves_none_to_the_next_call(worker: EmbeddingWorker):
    process_id = worker.compute(os.getpid)
    interrupt = threading.Timer(0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        worker.compute(signal.pause)
    interrupt.join()
    assert worker.compute(operator.add, 2, 3) == 5
    assert not is_there(process_id)


def test_what_cannot_be_sent_sends_nothing(worker: EmbeddingWorker):
    process_id = worker.compute(os.getpid)
    with pytest.raises(TypeError, match="cannot pickle"):
        worker.compute(operator.add, b"x" * 1_000_000, threading.Lock())
    word = "again"  # sent once and then named by its place, which anything sent before would shift
    assert worker.compute(operator.add, word, word) == "againagain"
    assert worker.compute(os.getpid) == process_id


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="the end of a process cannot be seen here without taking note")
def test_a_process_killed_between_two_calls_is_replaced(worker: EmbeddingWorker):
    process_id = worker.compute(os.getpid)
    os.kill(process_id, signal.SIGKILL)
    os.waitid(os.P_PID, process_id, os.WEXITED | os.WNOWAIT)  # the worker is left to find out by itself
    assert worker.compute(operator.add, 2, 3) == 5


def test_closing_ends_the_process(worker: EmbeddingWorker):
    process_id = worker.compute(os.getpid)
    worker.close()
    assert not is_there(process_id)


def test_a_worker_without_a_process_can_be_closed():
    EmbeddingWorker().close()


def test_a_closed_worker_starts_anew_when_it_is_asked(worker: EmbeddingWorker):
    worker.close()
    assert worker.compute(operator.add, 2, 3) == 5


def test_the_process_ends_with_its_parent():
    # It holds its parent's standard error open, so this call returns only once both have ended.
    parent = subprocess.run(
        [sys.executable, "-c", PARENT], cwd=PROJECT_FOLDER, capture_output=True, text=True, timeout=60, check=True
    )
    assert parent.stdout.strip().isdigit()
