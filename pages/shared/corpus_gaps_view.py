"""Which key concepts is no row of a corpus near to, and which no pair of one's own?"""

from typing import Any

import pandas as pd
import streamlit as st

from glan_core.corpora.background import CorpusWorker
from glan_core.corpora.concept_gaps import Among, CorpusGaps, Lacking, corpus_gaps_stamp, lacked
from glan_core.encoder_choice import encoder_in_use
from glan_core.figures.cosine_histogram import cosine_histogram
from glan_core.planning.plan_request import Gap
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_places import list_row_instructions
from glan_core.store.database import Cursor
from glan_core.store.searches import describe_pairs
from pages.shared import state
from pages.shared.corpus_working import open_corpus_worker
from pages.shared.coverage_plan import EACH_HELP, mark_of, plan_button, plan_these, ticked_rows
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.gaps_view import THRESHOLD_HELP, said_of_threshold
from pages.shared.theme import TOOLS, ground, show_figure
from pages.shared.workspace import Workspace

MOST_SHOWN = 300
_LONGEST = 160
_AMONG: dict[Among, str] = {"anywhere": "Anywhere", "discipline": "In its discipline"}
_ALONE: dict[Lacking, str] = {"own": "You lack", "theirs": "They lack"}
_BESIDE: dict[Lacking, str] = {
    "only_own": "You lack, they have",
    "only_theirs": "They lack, you have",
    "both": "Both lack",
}
_NOT_YOURS: tuple[Lacking, ...] = ("theirs", "only_theirs")
"""Here the own pairs lack nothing that could be planned."""
_SAID: dict[Lacking, str] = {
    "theirs": "have no near row",
    "own": "have no near pair of yours",
    "only_theirs": "have a near pair of yours, but no near row",
    "only_own": "have a near row, but no near pair of yours",
    "both": "have neither a near row nor a near pair",
}


def show_corpus_gaps(workspace: Workspace, corpus: Corpus, *, is_equal: bool) -> None:
    """Show the key concepts that a side lacks, with the nearest texts of both, and let a run be planned for them."""
    worker, cursor = open_corpus_worker(), workspace.cursor()
    encoder, content = encoder_in_use(cursor)
    found = worker.gaps.get((corpus.corpus_id, is_equal))
    stamp = corpus_gaps_stamp(cursor, corpus, encoder=encoder.encoder, content=content)
    if found is not None and (found.encoder, found.content) != (encoder.encoder, content):
        found = None
    if not worker.is_running and (found is None or found.stamp != stamp):
        _offer(worker, corpus, is_equal=is_equal, is_first=found is None)
    if found is not None:
        _show_found(cursor, found)


def _offer(worker: CorpusWorker, corpus: Corpus, *, is_equal: bool, is_first: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            "Each key concept is compared with every row and every pair, by what they mean."
            if is_first
            else "Something has changed since.",
            width="stretch",
            help="In the background. Key concepts that were not read yet are read first: some minutes for thousands.",
        )
        st.button(
            "Compare" if is_first else "Compare anew",
            key="corpus-gaps-compare",
            on_click=worker.find_gaps,
            args=(corpus,),
            kwargs={"is_equal": is_equal},
            type="primary",
            icon=":material/play_arrow:",
        )


def _show_found(cursor: Cursor, found: CorpusGaps) -> None:
    words = _BESIDE if found.is_equal else _ALONE
    with st.container(horizontal=True, gap="medium"):
        lacking = st.segmented_control(
            "Which",
            list(words),
            default=next(iter(words)),
            required=True,
            format_func=words.__getitem__,
            key=f"{state.CORPUS_GAPS_LACKING}-{found.is_equal}",
            label_visibility="collapsed",
        )
        among = st.segmented_control(
            "Where a near text is looked for",
            list(_AMONG),
            default="anywhere",
            required=True,
            format_func=_AMONG.__getitem__,
            key=state.CORPUS_GAPS_AMONG,
            label_visibility="collapsed",
            help="In its discipline: among rows that were placed there, of any confidence, and pairs made for it.",
        )
    threshold = _choose_threshold(found, among)
    listed = lacked(found.concepts, lacking, among, threshold)
    st.markdown(
        f"**{count(len(listed))}** of {count(len(found.concepts))} key concepts {_SAID[lacking]}.",
        help=plain(
            f"{count(found.rows)} of {count(found.placed_rows)} placed rows and {count(found.pairs)} of "
            f"{count(found.own_pairs)} pairs of yours"
            f"{', those with the lowest ids, which are hashes' if found.is_equal else ''}; encoder {found.encoder}, "
            f"which reads: {found.content}. Took {found.seconds:.1f} s."
        ),
    )
    if listed.empty:
        st.success("There is none at this threshold. Raise it to see what is farthest.", icon=":material/check:")
    else:
        _show_table(cursor, found, listed, among, can_plan=lacking not in _NOT_YOURS)


def _choose_threshold(found: CorpusGaps, among: Among) -> float | None:
    calibration = found.calibration
    threshold = st.slider(
        "A text is near from this cosine on",
        0.0,
        1.0,
        round(max(calibration.threshold or 0.0, 0.0), 3),
        0.001,
        "%.3f",
        key=state.CORPUS_GAPS_THRESHOLD,
        persist_state="session",
        help=THRESHOLD_HELP,
    )
    show_figure(
        cosine_histogram(
            calibration.cosines,
            found.concepts[f"theirs_{among}"].dropna().to_numpy(),
            threshold=threshold,
            nearest_name="Key concepts to their nearest row",
            ground=ground(),
        ),
        key=f"corpus-gaps-histogram-{found.is_equal}",
        alt="How near pairs are to the key concepts they were made from, and key concepts to their nearest row.",
        config={"displayModeBar": False},
    )
    st.caption(said_of_threshold(calibration))
    return threshold


def _show_table(cursor: Cursor, found: CorpusGaps, listed: pd.DataFrame, among: Among, *, can_plan: bool) -> None:
    shown = listed.head(MOST_SHOWN)
    rows = list_row_instructions(cursor, found.corpus.corpus_id, shown[f"row_{among}"].tolist())
    pairs = describe_pairs(cursor, [key for key in shown[f"pair_{among}"] if key])
    table = shown[["concept", "subject", "discipline"]].assign(
        theirs=shown[f"theirs_{among}"],
        own=shown[f"own_{among}"],
        row=[_start(rows.get(key, "")) for key in shown[f"row_{among}"]],
        pair=[_start(pairs[key].question) if key in pairs else "" for key in shown[f"pair_{among}"]],
    )
    bar = st.container(horizontal=True, gap="small", vertical_alignment="bottom")
    st.space(TOOLS)
    event: Any = st.dataframe(
        table,
        key=f"{state.GAPS_TABLE}-corpus-{can_plan}-{mark_of(shown['key_concept_id'])}",
        hide_index=True,
        row_height=34,
        height=min(34 * len(table) + 38, 480),
        column_order=["concept", "theirs", "row", "own", "pair", "subject", "discipline"],
        column_config={
            "concept": st.column_config.TextColumn("Key concept", width=200),
            "theirs": st.column_config.NumberColumn(
                "Theirs", format="%.3f", width=74, help="Cosine of the nearest row."
            ),
            "row": st.column_config.TextColumn("Nearest row", width=280),
            "own": st.column_config.NumberColumn("Yours", format="%.3f", width=74, help="Cosine of the nearest pair."),
            "pair": st.column_config.TextColumn("Nearest pair of yours", width=280),
            "subject": st.column_config.TextColumn("Subject", width=150),
            "discipline": st.column_config.TextColumn("Discipline", width=130),
        },
        on_select="rerun" if can_plan else "ignore",
        selection_mode="multi-row",
        placeholder="none",
        alt=f"{len(table)} key concepts, the largest gap first, with the nearest row and the nearest pair.",
    )
    if len(listed) > len(shown):
        st.caption(f"The {count(len(shown))} largest gaps of {count(len(listed))}.")
    if not can_plan:
        return
    ticked = ticked_rows(event.selection.rows, shown)
    with bar:
        each = st.number_input("Pairs each", 1, 100, 1, width=140, key="corpus-gaps-each", help=EACH_HELP)
        gaps = [Gap(key, int(each)) for key in ticked["key_concept_id"]]
        plan_button(plan_these(len(gaps)), gaps, key="corpus-gaps-plan", primary=bool(gaps))
        every = [Gap(key, int(each)) for key in shown["key_concept_id"]]
        label = "" if len(listed) == len(shown) else " that are listed"
        plan_button(f"Plan for all {count(len(every))}{label}", every, key="corpus-gaps-plan-all")


def _start(text: str) -> str:
    return shortened(" ".join(text.split()), _LONGEST)
