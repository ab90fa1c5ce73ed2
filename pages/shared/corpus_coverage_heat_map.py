"""Where does a corpus have rows, beside one's own pairs or by how surely they are placed?"""

import pandas as pd
import streamlit as st

from glan_core.corpora.node_coverage import BANDS, count_bands
from glan_core.figures.heat_map import HeatCell, HeatRow, heat_map
from glan_core.store.corpus_places import count_by_band
from pages.shared import state
from pages.shared.corpus_coverage_numbers import CorpusCounts
from pages.shared.coverage_heat_map import PAGE_ROWS
from pages.shared.coverage_numbers import NODE_WORDS
from pages.shared.formats import count
from pages.shared.screen import is_narrow
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace


def show_corpus_heat_map(workspace: Workspace, counts: CorpusCounts, level: str, *, is_beside: bool) -> None:
    """Draw both sides at equal n, or the rows by band of confidence: their subjects' levels are not known."""
    one, many = NODE_WORDS[level]
    rows = counts.nodes[counts.nodes["level"] == level].reset_index(drop=True)
    pages = -(-len(rows) // PAGE_ROWS)
    number = st.pagination(pages, key=f"{state.COVERAGE_PAGE}-corpus-{level}-{pages}") if pages > 1 else 1
    shown = rows.iloc[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    table = _beside(rows) if is_beside else _bands(workspace, counts, rows, level)
    title = f"By {one}, of n = {count(counts.compared.n)} each" if is_beside else f"Its rows by {one} and confidence"
    show_figure(
        heat_map(
            [
                HeatRow(
                    row["name"],
                    tuple(HeatCell(int(cell), f"{column}: {count(int(cell))}") for column, cell in cells.items()),
                )
                for row, cells in zip(
                    shown.to_dict("records"), table.loc[shown["node_id"]].to_dict("records"), strict=True
                )
            ],
            list(table.columns),
            title=title,
            most=int(table.to_numpy().max(initial=0)),
            narrow=is_narrow(),
            ground=ground(),
        ),
        key=f"corpus-heat-map-{level}-{is_beside}-{number}",
        alt=f"{title}: {count(len(shown))} {many}.",
    )
    st.caption(
        "Rounded to whole pairs."
        if is_beside
        else f"{count(len(rows))} {many}. All placed rows are here, of any confidence."
    )


def _beside(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.set_index("node_id")[["rows_at_n", "own_at_n"]].round().astype("int64")
    return table.rename(columns={"rows_at_n": "Its rows", "own_at_n": "Your pairs"})


def _bands(workspace: Workspace, counts: CorpusCounts, rows: pd.DataFrame, level: str) -> pd.DataFrame:
    banded = _banded(str(workspace.database.path), counts.stamp, workspace, counts)
    counted = count_bands(banded, counts.compared.disciplines, level).loc[rows["node_id"]]
    ends = [*(f"{end:g}" for end in BANDS[1:]), "1"]
    counted.columns = pd.Index([f"{begin:g} to {end}" for begin, end in zip(BANDS, ends, strict=True)])
    return counted


@st.cache_resource(max_entries=6, show_spinner="Counting rows by confidence")
def _banded(path: str, stamp: str, _workspace: Workspace, _counts: CorpusCounts) -> pd.DataFrame:
    del path, stamp
    compared = _counts.compared
    return count_by_band(
        _workspace.cursor(),
        compared.corpus.corpus_id,
        encoder=compared.encoder,
        content=compared.content,
        begins=BANDS,
    )
