"""How does a check go through many rows so that nothing is lost when it ends early?

In steps of some thousand rows. What a step finds is written together with how far the check is: one that was stopped,
or whose process died, goes on behind its last step, and one that is finished looks at nothing but what came since.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from glan_core.errors import GlanError
from glan_core.ids import stable_id
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.quality_checks import (
    CheckKind,
    CheckState,
    Places,
    QualityCheck,
    Stretch,
    count_places,
    find_check,
    save_check,
)

Write = Callable[[Cursor], int]
"""Writes what a step found, and gives how much that is."""
Look = Callable[[Cursor, Stretch], Write]
"""Looks at some rows."""
Progress = Callable[[int, int], None]
ROWS_AT_ONCE = 20_000


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def never() -> bool:
    """Say that nobody asked to stop."""
    return False


def check_id(kind: CheckKind, about: str = "") -> str:
    """Name a check by its kind and what it is about."""
    return stable_id("quality_check", kind, about)


def go_through(
    database: Database,
    kind: CheckKind,
    settings: Mapping[str, Any],
    look: Look,
    *,
    about: str = "",
    begin: Callable[[Cursor], None] = lambda cursor: None,
    is_anew: bool = False,
    rows_at_once: int = ROWS_AT_ONCE,
    on_progress: Progress = no_progress,
    is_stopped: Callable[[], bool] = never,
) -> QualityCheck:
    """Go through all rows that were not looked at yet with these settings, and give where the check stands.

    With other settings, or `is_anew`, it begins at the first row; `begin` drops what was found until then. Raises what
    `look` raises, and StoreError; what was found until then is kept.
    """
    cursor = database.cursor()
    with explained_errors(database.path):
        known = find_check(cursor, check_id(kind, about))
        now = datetime.now(UTC)
        if is_anew or known is None or dict(known.settings) != dict(settings):
            check = QualityCheck(check_id(kind, about), kind, settings, "running", 0, 0, 0, 0, 0.0, now)
            with database.writing, transaction(cursor):
                begin(cursor)
                save_check(cursor, check)
        else:
            check = known._replace(state="running", message="", finished_at=None)
        earlier, began = check.seconds, time.monotonic()

        def standing(state: CheckState, message: str = "") -> QualityCheck:
            ended = None if state == "running" else datetime.now(UTC)
            seconds = earlier + time.monotonic() - began
            return check._replace(state=state, message=message, seconds=seconds, finished_at=ended)

        try:
            there = count_places(cursor)
            on_progress(*_progress(check, there))
            while check.new_among(there) and not is_stopped():
                stretch = _next_stretch(check, there, rows_at_once)
                write = look(cursor, stretch)
                with database.writing, transaction(cursor):
                    found = write(cursor)
                    step = standing("running")._replace(
                        questions_done=stretch.questions[1],
                        answers_done=stretch.answers[1],
                        rows=max(there),
                        found=check.found + found,
                    )
                    save_check(cursor, step)
                check = step
                on_progress(*_progress(check, there))
                there = count_places(cursor)
            check = standing("stopped" if check.new_among(there) else "finished")._replace(rows=max(there))
        except GlanError as error:
            check = standing("failed", error.message)
            raise
        finally:
            if check.state == "running":
                check = standing("stopped", "It was interrupted.")
            with database.writing:
                save_check(cursor, check)
    return check


def _next_stretch(check: QualityCheck, there: Places, rows_at_once: int) -> Stretch:
    return Stretch(
        (check.questions_done, max(check.questions_done, min(check.questions_done + rows_at_once, there.questions))),
        (check.answers_done, max(check.answers_done, min(check.answers_done + rows_at_once, there.answers))),
    )


def _progress(check: QualityCheck, there: Places) -> tuple[int, int]:
    """Give how many texts were looked at, and how many there are."""
    return check.questions_done + check.answers_done, sum(there)
