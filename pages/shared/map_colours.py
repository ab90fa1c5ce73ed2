"""What is each group of pairs called on the map, and in which colour is it drawn?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from glan_core.figures.map_groups import Colours, Group, colours_of_groups, mixed, one_each
from glan_core.figures.palette import FIELD_COLOURS, OTHER_COLOUR, SHADES, Ground, colours_of
from glan_core.store.database import Cursor
from pages.shared.map_counts import CLOSENESS, FLAGGED, JUDGED, SCORE_NAMES, field_names, run_names

_WORDS = {
    "generated": "Not reviewed",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "one_session": "From one class session",
    "two_sessions": "From two class sessions",
    FLAGGED: "Flagged",
    "": "Not flagged",
}


def groups_in(cursor: Cursor, legend: pd.DataFrame, by: str, *, ground: Ground) -> Colours:
    """Give the colours of the groups of a legend (key, name, field_id, most first)."""
    if by == FLAGGED:
        return one_each([(Group("", _WORDS[""]), OTHER_COLOUR), (Group(FLAGGED, _WORDS[FLAGGED]), FIELD_COLOURS[2])])
    if by in (CLOSENESS, JUDGED):
        _, empty, full = SHADES[ground].fill
        bands = legend[legend["key"] != ""]
        shares = _shares(bands["key"], by)
        groups = [Group(key, name) for key, name in zip(bands["key"], bands["name"], strict=True)]
        shades = [mixed(empty, full, share) for share in shares]
        unknown = "Not judged" if by == JUDGED else "Not compared yet"
        rest = [(Group("", unknown), OTHER_COLOUR)] if len(bands) < len(legend) else []
        return one_each([*zip(groups, shades, strict=True), *rest])
    fields = field_names(cursor)
    runs = run_names(cursor) if by == "run" else {}
    groups = [
        Group(key, _name(key, name, by, runs), fields.get(field_id, ""))
        for key, name, field_id in legend[["key", "name", "field_id"]].astype(str).itertuples(index=False)
    ]
    if by == "field":
        ranks = {name: rank for rank, name in enumerate(fields.values())}
        groups.sort(key=lambda group: ranks.get(group.name, len(ranks)))
    return colours_of_groups(groups, fields=colours_of(list(fields.values())), ground=ground)


def _shares(keys: pd.Series, by: str) -> list[float]:
    """Give how deep the shade of each band is, 0 to 1: a score has the same one on every map."""
    if by == JUDGED:
        return [int(key) / (len(SCORE_NAMES) - 1) for key in keys]
    return list(np.linspace(0, 1, len(keys))) if len(keys) != 1 else [1.0]


def _name(key: str, name: str, by: str, runs: Mapping[str, str]) -> str:
    if by == "run":
        return runs.get(key, f"Run {key[:6]}")
    if by in ("status", "strategy"):
        return _WORDS.get(key, name or key)
    return name.capitalize() if by == "level" else name or key
