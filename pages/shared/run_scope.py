"""Where does a run generate, in words?"""

from collections.abc import Sequence

from glan_core.planning.plan_request import WHOLE_TAXONOMY
from glan_core.store.run_lists import ScopeNames

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
