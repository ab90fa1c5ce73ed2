"""How do the rows of a corpus come onto the map, and which lie in the selection?"""

import streamlit as st

from glan_core.corpora.map_placer import CorpusPlacer
from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.store.corpora import find_corpus
from glan_core.store.corpus_points import PlacedCorpus
from glan_core.store.database import Cursor
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, shortened
from pages.shared.keys import find_key
from pages.shared.map_counts import corpus_count_of, corpus_sample_of
from pages.shared.map_look import Look
from pages.shared.workspace import open_workspace

SAMPLE = 10_000
"""Rows at random that are placed first, where there are more: enough to see where a corpus lies."""
_LISTED, _CHARACTERS = 50, 400
_HEIGHT = 36 + 34 * 6
_STEPS = {"": "Getting ready", "reading": "Reading its rows", "placing": "Finding their places"}
_LONGEST_NAME = 40


@st.cache_resource(show_spinner=False)
def open_corpus_placer() -> CorpusPlacer:
    """Give the one that places rows in the background, the same for all pages of this server."""
    workspace = open_workspace()
    return CorpusPlacer(workspace.database, workspace.worker.compute, workspace.placer.arrange, find_key=find_key)


def show_corpus_placing(cursor: Cursor, corpus: PlacedCorpus) -> None:
    """Say how far the placing of rows is, or how many have no place yet, and offer to place them."""
    placer = open_corpus_placer()
    if placer.error is not None:
        show_error(placer.error)
    if placer.is_running:
        _watch(placer)
    elif corpus.points < corpus.rows:
        _offer(cursor, placer, corpus)


def inside_words(cursor: Cursor, look: Look, corpus: PlacedCorpus) -> str:
    """Say how many rows of a corpus lie where the panel tells of, and what a filter means for them."""
    inside = corpus_count_of(cursor, corpus, look.spoken_of())
    where = "inside as well" if look.outline else "in view" if look.windows else "on the map"
    filtered = " The filter is one of pairs: it leaves rows as they are." if look.filter_ != Filter() else ""
    name = plain(shortened(corpus.name, _LONGEST_NAME))
    return f"{count(inside)} {'row' if inside == 1 else 'rows'} of {name} {where}.{filtered}"


def show_corpus_rows(cursor: Cursor, look: Look, corpus: PlacedCorpus) -> None:
    """List some of the rows of a corpus where the panel tells of."""
    sample = corpus_sample_of(cursor, corpus, look.spoken_of(), window=None, limit=_LISTED, characters=_CHARACTERS)
    if sample.rows.empty:
        return
    listed, name = len(sample.rows), plain(shortened(corpus.name, _LONGEST_NAME))
    among = "" if listed == sample.total else f": {count(listed)} of {count(sample.total)}, a fixed sample"
    st.caption(f"Rows of {name}{among}. They enter no tag and no export.")
    st.dataframe(
        sample.rows.sort_values("number"),
        hide_index=True,
        row_height=34,
        height=min(36 + 34 * listed, _HEIGHT),
        column_order=["number", "instruction"],
        column_config={
            "number": st.column_config.NumberColumn("Row", format="localized", width=80, help="In its file."),
            "instruction": st.column_config.TextColumn("Instruction", width="large"),
        },
        alt=f"{listed} rows of the corpus inside the selection.",
    )


def _offer(cursor: Cursor, placer: CorpusPlacer, corpus: PlacedCorpus) -> None:
    found = find_corpus(cursor, corpus.corpus_id)
    if found is None:
        return
    encoder = encoder_in_use(cursor).encoder
    sent = f" They are sent to {encoder.base_url}, which may charge for it." if encoder.kind == "endpoint" else ""
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            f"**{count(corpus.points)}** of {count(corpus.rows)} rows of "
            f"{plain(shortened(corpus.name, _LONGEST_NAME))} are on this map.{plain(sent)}",
            width="stretch",
            help="Each row is read once, in the background, and placed among the pairs. No pair moves for it.",
        )
        is_large = corpus.points < SAMPLE < corpus.rows
        if is_large:
            st.button(
                f"Place {count(SAMPLE)} at random",
                key="corpus-place-some",
                on_click=placer.start,
                args=(found,),
                kwargs={"rows": SAMPLE},
                type="primary",
                icon=":material/add_location_alt:",
                help="The rows with the lowest ids, which are hashes: the same ones every time.",
            )
        st.button(
            "Place all",
            key="corpus-place-all",
            on_click=placer.start,
            args=(found,),
            type="secondary" if is_large or corpus.points else "primary",
            icon=None if is_large else ":material/add_location_alt:",
        )


@st.fragment(run_every=1.0)
def _watch(placer: CorpusPlacer) -> None:
    if not placer.is_running:
        st.rerun()
    done, total = placer.done, placer.total
    what = "Stopping after those under way" if placer.is_stopping else _STEPS[placer.step]
    name = plain(shortened(placer.corpus.name, _LONGEST_NAME)) if placer.corpus else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(
            min(done / total, 1.0) if total else 0.0,
            text=f"{name}. {what}{f' ({count(done)} of {count(total)})' if total else ''} ...",
            width="stretch",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            key="corpus-stop",
            disabled=placer.is_stopping,
            on_click=placer.stop,
            help="Ends after the rows under way. What was read and placed is kept.",
        )
