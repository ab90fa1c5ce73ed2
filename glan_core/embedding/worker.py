"""Where are texts embedded and maps laid out, so that nothing else has to wait?

In a process of its own: loading the encoder and compiling UMAP hold the interpreter for seconds. It is a child that
reads calls from its standard input and ends when that closes, so it never outlives its parent. (multiprocessing would
run the app's main script in the child.)
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from glan_core.errors import EmbeddingError, GlanError

T = TypeVar("T")
_PROGRESS, _RESULT, _ERROR = "progress", "result", "error"


class EmbeddingWorker:
    """A child process that computes one thing at a time; it starts with the first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def compute(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Call a module-level function in the child and give what it gives.

        An option `on_progress` of the function is called here, with the numbers that the child calls it with.

        Raises the GlanError that the function raises, and EmbeddingError if the child dies; what `on_progress` raises
        ends the call. A call that is cut short in any way ends the child with it: its reply is nobody else's.
        """
        hear = options.pop("on_progress", None)
        request = pickle.dumps((function, arguments, options, hear is not None))  # before anything is sent
        with self._lock:
            process = self._running()
            try:
                kind, value = _asked(process, request)
                while kind == _PROGRESS:
                    hear(*value)
                    kind, value = _reply(process)
            except BaseException:
                self._process = None
                process.kill()
                process.wait()
                raise
        if kind == _RESULT:
            result: T = value
            return result
        raise value

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "glan_core.embedding.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[2],  # where glan_core can be imported from
            )
        return self._process


def _asked(process: subprocess.Popen[bytes], request: bytes) -> tuple[str, Any]:
    """Send a request and give the first reply; raises as `_reply`."""
    assert process.stdin is not None
    with _explained_end():
        process.stdin.write(request)
        process.stdin.flush()
    return _reply(process)


def _reply(process: subprocess.Popen[bytes]) -> tuple[str, Any]:
    """Wait for the next reply, its kind and its value; EmbeddingError if the child dies."""
    assert process.stdout is not None
    with _explained_end():
        kind, value = pickle.load(process.stdout)
    return kind, value


@contextlib.contextmanager
def _explained_end() -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        raise EmbeddingError(
            "The process that embeds texts ended unexpectedly.",
            "It may have run out of memory. What was embedded is kept; try again.",
        ) from error


def _serve() -> None:
    """Answer calls until the input ends. Whatever else is printed goes to standard error."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def reply(kind: str, value: Any) -> None:
        pickle.dump((kind, value), replies)
        replies.flush()

    while True:
        try:
            function, arguments, options, tells_progress = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        if tells_progress:
            options["on_progress"] = lambda *numbers: reply(_PROGRESS, numbers)
        try:
            result = function(*arguments, **options)
        except GlanError as error:
            reply(_ERROR, error)
        except Exception as error:  # noqa: BLE001 - the parent has to hear of any failure
            reply(_ERROR, EmbeddingError(f"{type(error).__name__}: {error}"))
        else:
            reply(_RESULT, result)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        _serve()
