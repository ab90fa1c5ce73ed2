"""How are exports worked out and written without anybody having to wait?"""

import contextlib
import threading
from collections import OrderedDict
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path

from glan_core.background_work import BackgroundWork
from glan_core.errors import ExportError
from glan_core.exports.preview import Preview, preview
from glan_core.exports.request import ExportRequest
from glan_core.exports.writing import export_folder
from glan_core.store.database import Database, explained_errors
from glan_core.store.export_log import Export

_PREVIEWS = 16


class Exporter(BackgroundWork):
    """Writes one export at a time; stopped, it ends soon, and nothing of what it writes stays."""

    called = "Writing"
    failure = ExportError

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self.newest: Export | None = None
        """What was written last."""

    def start(self, out: Path, request: ExportRequest) -> None:
        """Begin to write a folder; does nothing while it is at work."""
        self._begin("export", lambda: self._write(out, request), self._forget_newest)

    def forget(self) -> None:
        """Leave behind what the last export came to."""
        self.error, self.newest = None, None

    def _forget_newest(self) -> None:
        self.newest = None

    def _write(self, out: Path, request: ExportRequest) -> None:
        with contextlib.suppress(_Stopped):
            self.newest = export_folder(self._database, out, request, on_progress=self._hear)

    def _hear(self, done: int, total: int) -> None:
        if self._stop.is_set():
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
