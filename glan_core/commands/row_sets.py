"""Which rows does a person mean on the command line?"""

from glan_core.corpora.importing import corpus_named
from glan_core.entities import Filter
from glan_core.errors import SettingsError
from glan_core.filter_json import filter_from_json
from glan_core.scope import resolve_scope
from glan_core.store.database import Cursor
from glan_core.store.drawn_rows import RowSet
from glan_core.store.runs import find_run

ALL_PAIRS = "pairs"
FORMS = "`pairs` (all), corpus:NAME, run:ID, a filter as JSON, or a node by name, path or id"


def row_set_named(cursor: Cursor, text: str) -> RowSet:
    """Give the set that `text` means, one of FORMS; SettingsError, FilterError or ScopeError if there is none."""
    kind, colon, name = text.partition(":")
    if text == ALL_PAIRS:
        return RowSet()
    if text.lstrip().startswith("{"):
        return RowSet(filter_from_json(text))
    if colon and kind == "corpus":
        return RowSet(corpus_id=corpus_named(cursor, name).corpus_id)
    if colon and kind == "run":
        if find_run(cursor, name) is None:
            raise SettingsError(f"There is no run {name!r}.", "glan_core runs list names all of them.")
        return RowSet(Filter(run_ids=(name,)))
    return RowSet(Filter(taxonomy_node_ids=(resolve_scope(cursor, text).node_id,)))
