"""What does a person want of a run that is at work?

Within the process a RunControl says it; from another process the file `control` in the run's folder, with one word in
it: `work`, `pause` or `stop`.
"""

import os
import threading
from pathlib import Path
from typing import Literal, get_args

from glan_core.errors import DiskError

Wish = Literal["work", "pause", "stop"]
WISHES: tuple[Wish, ...] = get_args(Wish)


class RunControl:
    """The wish, to be changed and read from any thread. A run that was told to stop stays so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wish: Wish = "work"

    @property
    def wish(self) -> Wish:
        """The newest wish."""
        return self._wish

    def ask(self, wish: Wish) -> None:
        """Change it."""
        with self._lock:
            if self._wish != "stop":
                self._wish = wish

    def stop(self) -> None:
        """Ask for no more calls; those under way are waited for."""
        self.ask("stop")


def ask_folder(folder: Path, wish: Wish) -> None:
    """Leave a wish for whichever process works on the run in this folder."""
    path = _path(folder)
    try:
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(wish, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise DiskError(f"{path} cannot be written: {error.strerror}.", "Free space or mend the folder.") from error


def wish_of_folder(folder: Path) -> Wish | None:
    """Take the wish that was left in a folder; None if there is none, or none that is known."""
    path = _path(folder)
    taken = path.with_suffix(".taken")
    try:
        path.replace(taken)  # so that a wish that comes just now is not thrown away with this one
        text = taken.read_text(encoding="utf-8", errors="replace").strip()
        taken.unlink(missing_ok=True)
    except OSError:
        return None  # nothing was left
    return next((wish for wish in WISHES if wish == text), None)


def _path(folder: Path) -> Path:
    return folder / "control"
