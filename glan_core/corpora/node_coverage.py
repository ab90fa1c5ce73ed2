"""How much of each node of the taxonomy do a corpus and one's own set have, and how even are both?

Rows of a corpus know no lineage: a row counts for the discipline whose subjects and key concepts it is nearest to, and
own pairs are placed in the same way. So fields, sub-fields and disciplines can be told; NOT_MEASURED cannot.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from glan_core.corpora.comparison import CorpusComparison
from glan_core.insight.equal_n import SpreadAtN, spread_at
from glan_core.insight.evenness import Lorenz, Spread, lorenz_curve, spread_of
from glan_core.planning.plan_request import Gap

CORPUS_LEVELS = ("field", "sub_field", "discipline")
NOT_MEASURED = ("subjects and their levels", "class sessions", "key concepts drawn", "strategies", "targets", "reviews")
"""What rows without lineage say nothing about."""
BANDS = (0.0, 0.25, 0.5, 0.75)
"""Where the bands of confidence begin; each ends where the next one begins."""


class Sides(NamedTuple):
    """One level of the taxonomy in numbers, of a corpus and of the own set."""

    level: str
    """One of CORPUS_LEVELS."""
    n: int
    """How many of both are held against each other."""
    theirs: Spread
    """Of all rows that count."""
    own: Spread
    their_curve: Lorenz | None
    own_curve: Lorenz | None
    theirs_at_n: SpreadAtN
    own_at_n: SpreadAtN


def cover_nodes(compared: CorpusComparison) -> pd.DataFrame:
    """Count by place, from the field down: one row a kept node with a discipline at or below it.

    Columns: node_id, parent_id (None for fields), level, name, above (the name of the parent; empty for fields); rows
    and own_pairs; share and own_share of all that count, 0 to 1; rows_at_n and own_at_n, so many of n; they_lack and
    you_lack, by which the other has more of n (0 if it has not); mean_confidence of the rows (nan without any).
    """
    counted = compared.disciplines.assign(
        weighed=(compared.disciplines["mean_confidence"] * compared.disciplines["rows"]).fillna(0.0)
    )
    tables = []
    for place, level in enumerate(CORPUS_LEVELS):
        parent = CORPUS_LEVELS[place - 1] if place else None
        grouped = counted.groupby(f"{level}_id", sort=False)
        summed = grouped[["rows", "own_pairs", "rows_at_n", "own_at_n", "weighed"]].sum()
        first = grouped.first()
        tables.append(
            summed.assign(
                level=level,
                name=first[level],
                above=first[parent] if parent else "",
                parent_id=first[f"{parent}_id"] if parent else None,
            )
            .rename_axis("node_id")
            .reset_index()
        )
    nodes = pd.concat(tables, ignore_index=True)
    rows = nodes["rows"].to_numpy("float64")
    nodes["share"] = rows / max(compared.rows, 1)
    nodes["own_share"] = nodes["own_pairs"] / max(compared.own_pairs, 1)
    difference = (nodes["own_at_n"] - nodes["rows_at_n"]).round(9)
    nodes["they_lack"] = difference.clip(lower=0)
    nodes["you_lack"] = (-difference).clip(lower=0)
    nodes["mean_confidence"] = np.divide(nodes["weighed"], rows, out=np.full(len(nodes), np.nan), where=rows > 0)
    depth = nodes["level"].map({level: place for place, level in enumerate(CORPUS_LEVELS)})
    ordered = nodes.assign(depth=depth).sort_values(["depth", "above", "name", "node_id"], ignore_index=True)
    return ordered.drop(columns=["weighed", "depth"])


def summarise_sides(nodes: pd.DataFrame, level: str) -> Sides:
    """Summarise one of CORPUS_LEVELS from the rows of `cover_nodes`."""
    rows = nodes[nodes["level"] == level]
    theirs, own = (rows[column].to_numpy("int64") for column in ("rows", "own_pairs"))
    n = int(min(theirs.sum(), own.sum()))
    return Sides(
        level,
        n,
        spread_of(theirs),
        spread_of(own),
        lorenz_curve(theirs),
        lorenz_curve(own),
        spread_at(theirs, n),
        spread_at(own, n),
    )


def below(nodes: pd.DataFrame, node_ids: Sequence[str]) -> pd.DataFrame:
    """Give the rows of `cover_nodes` at or below these nodes; all without any. Shares stay those of all that count."""
    if not node_ids:
        return nodes
    found = set(node_ids)
    for level in CORPUS_LEVELS:
        rows = nodes[nodes["level"] == level]
        found |= set(rows[rows["parent_id"].isin(found)]["node_id"])
    return nodes[nodes["node_id"].isin(found)].reset_index(drop=True)


def count_bands(banded: pd.DataFrame, disciplines: pd.DataFrame, level: str) -> pd.DataFrame:
    """Count the rows of each node of a level by band of confidence: a row a node (node_id), a column a band (0, 1, ..).

    `banded` is what store.corpus_places.count_by_band counts by BANDS, `disciplines` those of a CorpusComparison.
    """
    node_of = dict(zip(disciplines["discipline_id"], disciplines[f"{level}_id"], strict=True))
    summed = banded["rows"].groupby([banded["discipline_id"].map(node_of), banded["band"]]).sum()
    every = pd.Index(disciplines[f"{level}_id"].unique(), name="node_id")
    cells = pd.MultiIndex.from_product([every, range(len(BANDS))])
    return summed.reindex(cells, fill_value=0).unstack().astype("int64").reindex(every).rename_axis(columns=None)


def lacking_gaps(rows: pd.DataFrame, *, otherwise: int) -> tuple[Gap, ...]:
    """Give a gap for each row: what you lack at equal n, rounded up, or where that is nothing `otherwise`."""
    wanted = np.ceil(rows["you_lack"].to_numpy("float64")).astype(int)
    return tuple(
        Gap(str(node_id), int(number) or otherwise) for node_id, number in zip(rows["node_id"], wanted, strict=True)
    )
