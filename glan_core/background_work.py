"""How is one piece of work after the other done in a thread, while pages go on?"""

import threading
from collections.abc import Callable
from typing import ClassVar

from glan_core.errors import EmbeddingError, GlanError
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, key_of_environment


class BackgroundWork:
    """Does one piece of work at a time; pages begin it, ask how far it is, and may stop it.

    What it is about, and what came of it, is kept by the class that begins it.
    """

    called: ClassVar[str] = "It"
    """What the work is called where it breaks."""
    failure: ClassVar[type[GlanError]] = EmbeddingError
    """The error that it breaks with where nothing better is known."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.done = 0
        self.total = 0
        """Of what is being worked on; 0 where nobody knows."""
        self.error: GlanError | None = None
        """Why the last piece of work ended early."""

    @property
    def is_running(self) -> bool:
        """Say whether something is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Say whether it was told to stop and has not ended yet."""
        return self.is_running and self._stop.is_set()

    def stop(self) -> None:
        """Let it end after what is under way; what is done is kept."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is under way, at most so long; says whether that is so."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.is_running

    def forget_error(self) -> None:
        """Leave behind why the last piece of work ended early."""
        self.error = None

    def _begin(self, name: str, work: Callable[[], None], prepare: Callable[[], None]) -> None:
        """Do it in a thread of this name, after `prepare` has forgotten the last one; nothing while it is at work."""
        with self._lock:
            if self.is_running:
                return
            self._stop.clear()
            self.done, self.total, self.error = 0, 0, None
            prepare()
            self._thread = threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
            self._thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except GlanError as error:
            self._keep(error)
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would leave a page waiting
            self._keep(self.failure(f"{self.called} ended on {type(error).__name__}: {error}", "Try again."))

    def _keep(self, error: GlanError) -> None:
        """Keep why the work ended early; for a class with several kinds of work to keep it elsewhere."""
        self.error = error


class ReadingWork(BackgroundWork):
    """Work for which an encoder reads texts."""

    def __init__(
        self,
        database: Database,
        compute: Compute,
        arrange: Compute | None = None,
        *,
        find_key: Callable[[str], str] = key_of_environment,
    ) -> None:
        """`compute` calls what embeds; `arrange` what lays out and places on the map, by default the same.

        `find_key` gives the key of a name, for an encoder at an endpoint.
        """
        super().__init__()
        self._database = database
        self._compute = compute
        self._arrange = arrange or compute
        self._find_key = find_key
