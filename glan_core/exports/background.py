"""How are exports worked out and written without anybody having to wait?"""

import threading
from collections import OrderedDict
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path

from glan_core.errors import ExportError, GlanError
from glan_core.exports.preview import Preview, preview
from glan_core.exports.request import ExportRequest
from glan_core.exports.writing import export_folder
from glan_core.store.database import Database, explained_errors
from glan_core.store.export_log import Export

_PREVIEWS = 16


class Exporter:
    """Writes one export at a time in a thread of its own; pages start it and ask how far it is."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_asked_to_stop = False
        self.done = 0
        self.total = 0
        """Pairs; 0 while they are being chosen."""
        self.error: GlanError | None = None
        """Why the last export ended early."""
        self.newest: Export | None = None
        """What was written last."""

    @property
    def is_running(self) -> bool:
        """Say whether something is being written."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, out: Path, request: ExportRequest) -> None:
        """Begin to write a folder; does nothing while it is at work."""
        with self._lock:
            if self.is_running:
                return
            self.done, self.total, self.error, self.newest = 0, 0, None, None
            self._is_asked_to_stop = False
            self._thread = threading.Thread(target=self._run, args=(out, request), name="export", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Let it end soon; nothing of what it writes stays."""
        self._is_asked_to_stop = True

    def wait(self, seconds: float) -> bool:
        """Wait until it is done, at most so long; says whether it is."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.is_running

    def forget(self) -> None:
        """Leave behind what the last export came to."""
        self.error, self.newest = None, None

    def _run(self, out: Path, request: ExportRequest) -> None:
        try:
            self.newest = export_folder(self._database, out, request, on_progress=self._hear)
        except _Stopped:
            return
        except GlanError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would leave a page waiting
            self.error = ExportError(f"Writing ended on {type(error).__name__}: {error}", "Try again.")

    def _hear(self, done: int, total: int) -> None:
        if self._is_asked_to_stop:
            raise _Stopped
        self.done, self.total = done, total


class Previewer:
    """Works out what exports would write, one after the other, and keeps what it found."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preview")
        self._asked: OrderedDict[object, Future[Preview]] = OrderedDict()

    def find(self, key: object, request: ExportRequest, *, seconds: float) -> Preview | None:
        """Give what was worked out under a key, waiting at most so long for it; None while it is at work.

        What others asked for and nobody has begun gives way: whoever still wants it asks again. Raises what the
        working out raised.
        """
        with self._lock:
            if key not in self._asked:
                for other, waiting in list(self._asked.items()):
                    if waiting.cancel():
                        del self._asked[other]
                self._asked[key] = self._pool.submit(self._work, request)
            self._asked.move_to_end(key)
            while len(self._asked) > _PREVIEWS:
                self._asked.popitem(last=False)
            future = self._asked[key]
        try:
            return future.result(timeout=seconds)
        except (TimeoutError, CancelledError):  # it gave way to what somebody else asked for
            return None

    def _work(self, request: ExportRequest) -> Preview:
        cursor = self._database.cursor()
        try:
            with explained_errors(self._database.path):
                return preview(cursor, request)
        finally:
            cursor.close()


class _Stopped(Exception):
    """Somebody asked the export to end."""
