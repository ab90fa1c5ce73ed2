"""Where does a run generate, with which models, and when was it begun, in words?"""

from collections.abc import Sequence
from datetime import UTC

from glan_core.entities import Run
from glan_core.planning.plan_request import WHOLE_TAXONOMY
from glan_core.store.database import Cursor
from glan_core.store.run_lists import ScopeNames, find_scope_names, models_of
from pages.shared.engine_choice import engine_words
from pages.shared.formats import ago

_MOST_NAMES = 3


def scope_words(scope: Sequence[str], names: ScopeNames, *, most: int | None = _MOST_NAMES) -> str:
    """Name the nodes of a scope, at most so many of them (None: all)."""
    if WHOLE_TAXONOMY in scope or (names.fields and names.fields <= set(scope)):
        return "The whole taxonomy"
    if not scope:
        return "–"
    words = [names.names.get(node_id, "a node that is not here") for node_id in scope]
    shown = words[:most]
    rest = len(words) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def origin_words(cursor: Cursor, run: Run) -> str:
    """Say in a line where a run generates, with which models, when it was taken up last, and how calls were made."""
    scope = tuple(run.plan.get("scope", ()))
    place = scope_words(scope, find_scope_names(cursor, scope))
    models = ", ".join(models_of(run.settings, run.plan.get("stages", ())))
    started = f"{run.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    when = f"shipped, made {started}" if run.is_demo else f"started {ago(run.started_at)} ({started})"
    how = when if run.is_demo else f"{when}, calls made {engine_words(run.engine)}"
    return " · ".join(part for part in (place, models, how) if part != "–" and part)
