"""Which key concepts is no pair near to, and which pairs lie elsewhere than they should?"""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from glan_core.concept_gap_report import GapReport, under
from glan_core.encoder_choice import ChosenEncoder, encoder_in_use
from glan_core.figures.cosine_histogram import cosine_histogram
from glan_core.insight.concept_gaps import Calibration
from glan_core.planning.plan_request import Gap
from glan_core.store.concept_vectors import count_unread_concepts, count_unread_pairs, meanings_stamp
from glan_core.store.database import Cursor
from glan_core.store.searches import describe_pairs
from pages.shared import state
from pages.shared.coverage_plan import EACH_HELP, mark_of, plan_button, plan_these, ticked_rows
from pages.shared.feedback import plain
from pages.shared.formats import count, count_of, shortened
from pages.shared.gap_finding import open_gap_finder, show_finding
from pages.shared.gap_nodes_view import show_elsewhere, show_nodes
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace

MOST_SHOWN = 300
THRESHOLD_HELP = (
    "It begins where 95 % of your pairs are nearer to one of the key concepts that they were made from, or at what "
    "chance gives where that is more."
)
_AMONG = {"within": "Within its subject", "anywhere": "Anywhere"}


class Unread(NamedTuple):
    """What the encoder in use has not read yet."""

    concepts: int
    pairs: int


def show_gaps(workspace: Workspace) -> None:
    """Show the key concepts that no pair means, ranked, and let a run be planned for them."""
    finder = open_gap_finder()
    cursor = workspace.cursor()
    chosen = encoder_in_use(cursor)
    encoder, content = chosen.encoder.encoder, chosen.content
    unread = _unread(cursor, encoder, content, meanings_stamp(cursor, encoder=encoder, content=content))
    report = finder.report
    if report is not None and (report.encoder, report.content) != (encoder, content):
        report = None
    if not finder.is_running and finder.error is None and report is None and not any(unread):
        finder.start(reads=False)  # seconds, beside the page
    show_finding(finder)
    if not finder.is_running and not (finder.is_current() and not any(unread)):
        _offer(chosen, unread, is_first=report is None)
    if report is None:
        return
    if report.concepts.empty:
        st.info("There is no key concept to compare with yet: a subject needs a syllabus.", icon=":material/school:")
        return
    _show_report(workspace, cursor, report)


@st.cache_data(max_entries=8, show_spinner=False)
def _unread(_cursor: Cursor, encoder: str, content: str, stamp: str) -> Unread:
    """Count what is not read, once for each stamp."""
    concepts = count_unread_concepts(_cursor, encoder=encoder)
    return Unread(concepts, count_unread_pairs(_cursor, encoder=encoder, content=content))


def _offer(chosen: ChosenEncoder, unread: Unread, *, is_first: bool) -> None:
    """Say what is missing for a comparison, and offer to begin it."""
    finder = open_gap_finder()
    missing = [
        f"**{count(number)}** {word}{'' if number == 1 else 's'}"
        for number, word in ((unread.concepts, "key concept"), (unread.pairs, "pair"))
        if number
    ]
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        sentence = f"Not read yet: {' and '.join(missing)}." if missing else "Something has changed since."
        st.markdown(
            f"{sentence} {'Key concepts and pairs are compared by what they mean.' if is_first else ''}",
            width="stretch",
            help=plain(f"{chosen.encoder.encoder} reads each once, in the background: some minutes for thousands."),
        )
        st.button(
            "Read the key concepts" if unread.concepts else "Read and compare" if unread.pairs else "Compare anew",
            key="gaps-read",
            on_click=finder.start,
            type="primary",
            icon=":material/play_arrow:",
        )


def _show_report(workspace: Workspace, cursor: Cursor, report: GapReport) -> None:
    by = st.segmented_control(
        "Where a near pair is looked for",
        list(_AMONG),
        default="within",
        required=True,
        format_func=_AMONG.__getitem__,
        key=state.GAPS_AMONG,
        persist_state="session",
        help="Within its subject: a subject without pairs has the gap 1 by definition. Anywhere: a pair of another "
        "subject counts too.",
    )
    threshold = _choose_threshold(report, by)
    found = under(report.concepts, by, threshold)
    number = len(found)
    st.markdown(
        f"**{count(number)}** of {count(len(report.concepts))} key concepts have no near pair.",
        help=plain(
            f"n = {count(report.pairs)} pairs, all of them; encoder {report.encoder}, which reads: {report.content}. "
            f"Gap = 1 - the largest cosine of a key concept's name and a pair. Took {report.seconds:.1f} s."
        ),
    )
    if number:
        _show_table(cursor, found, by)
    else:
        st.success("Every key concept has a near pair at this threshold.", icon=":material/check:")
    show_elsewhere(workspace, cursor, report)
    show_nodes(report)


def _choose_threshold(report: GapReport, by: str) -> float | None:
    """Show how near pairs are to what they were made from, and let the line be drawn."""
    calibration = report.calibration
    suggested = calibration.threshold
    threshold = st.slider(
        "A pair is near from this cosine on",
        0.0,
        1.0,
        round(max(suggested or 0.0, 0.0), 3),
        0.001,
        "%.3f",
        key=state.GAPS_THRESHOLD,
        persist_state="session",
        help=THRESHOLD_HELP,
    )
    nearest = report.concepts[by].dropna().to_numpy()
    show_figure(
        cosine_histogram(calibration.cosines, nearest, threshold=threshold, ground=ground()),
        key="gaps-histogram",
        alt="How near pairs are to the key concepts they were made from, and key concepts to their nearest pair.",
        config={"displayModeBar": False},
    )
    st.caption(said_of_threshold(calibration))
    return threshold


def said_of_threshold(calibration: Calibration) -> str:
    """Say where the slider of a threshold begins, and why there."""
    pairs = count_of(len(calibration.cosines), "pair")
    usual, chance, percent = calibration.usual, calibration.chance, calibration.percentile
    if usual is None:
        return f"{pairs} of yours are too few to suggest a threshold: all beyond places without pairs is up to you."
    told = (
        f"Of {pairs} of yours, {100 - percent:.0f} % have a cosine of {usual:.3f} or more to the nearest of the key "
        "concepts that they were made from."
    )
    if chance is None or chance <= usual:
        return f"{told} The slider begins there."
    return (
        f"{told} That is no more than chance gives: {percent:.0f} % of pairs come as near as {chance:.3f} to a key "
        "concept of another discipline. The slider begins at this."
    )


def _show_table(cursor: Cursor, found: pd.DataFrame, by: str) -> None:
    shown = found.head(MOST_SHOWN)
    questions = describe_pairs(cursor, [key for key in shown[f"nearest_{by}"] if key])
    table = shown[["concept", "subject", "discipline", by, "drawn"]].assign(
        nearest=[
            shortened(" ".join(questions[key].question.split()), 160) if key in questions else ""
            for key in shown[f"nearest_{by}"]
        ]
    )
    event = st.dataframe(
        table,
        key=f"{state.GAPS_TABLE}-{mark_of(shown['key_concept_id'])}",
        hide_index=True,
        row_height=34,
        height=min(34 * len(table) + 38, 420),
        column_order=["concept", "subject", "discipline", by, "nearest", "drawn"],
        column_config={
            "concept": st.column_config.TextColumn("Key concept", width=200),
            "subject": st.column_config.TextColumn("Subject", width=150),
            "discipline": st.column_config.TextColumn("Discipline", width=130),
            by: st.column_config.NumberColumn(
                "Cosine", format="%.3f", width=70, help="Empty: no pair to compare with."
            ),
            "nearest": st.column_config.TextColumn("Nearest question", width=320),
            "drawn": st.column_config.NumberColumn("Drawn", width=70, help="Pairs that were drawn from it."),
        },
        on_select="rerun",
        selection_mode="multi-row",
        alt=f"{len(table)} key concepts without a near pair, the farthest first.",
    )
    if len(found) > len(shown):
        st.caption(f"The {count(len(shown))} farthest of {count(len(found))}.")
    ticked = ticked_rows(event.selection.rows, shown)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        each = st.number_input("Pairs each", 1, 100, 1, width=140, key="gaps-each", help=EACH_HELP)
        gaps = [Gap(key, int(each)) for key in ticked["key_concept_id"]]
        plan_button(plan_these(len(gaps)), gaps, key="gaps-plan", primary=True)
        every = [Gap(key, int(each)) for key in shown["key_concept_id"]]
        label = "under the threshold" if len(found) == len(shown) else "that are listed"
        plan_button(f"Plan for all {count(len(every))} {label}", every, key="gaps-plan-all")
