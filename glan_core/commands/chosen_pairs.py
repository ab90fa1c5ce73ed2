"""Which pairs do the options of a command mean?"""

from collections.abc import Sequence

from glan_core.entities import Filter
from glan_core.errors import SettingsError
from glan_core.filter_json import CONDITIONS, filter_from_json
from glan_core.scope import resolve_scope
from glan_core.store.database import Cursor

FILTER_HELP = 'Which pairs, as JSON such as {"run_ids": ["..."], "statuses": ["accepted"]}. Conditions: ' + (
    f"{', '.join(CONDITIONS)}."
)


def chosen_filter(cursor: Cursor, filter_: str | None, *, scope: Sequence[str], runs: Sequence[str]) -> Filter:
    """Give the filter that --filter holds, or that --scope and --run make; SettingsError for both."""
    if filter_ is not None:
        if scope or runs:
            raise SettingsError("--filter excludes --scope and --run.", "Put all of it into the filter.")
        return filter_from_json(filter_)
    nodes = tuple(resolve_scope(cursor, name).node_id for name in scope)
    return Filter(taxonomy_node_ids=nodes, run_ids=tuple(runs))
