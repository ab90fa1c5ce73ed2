"""Which pairs are duplicates? Found beside the page, listed by group, one of each kept."""

from collections.abc import Callable

import streamlit as st

from glan_core.checking.background import QualityWorker
from glan_core.checking.compared_meanings import find_compared
from glan_core.checking.duplicates import CONTENTS, KINDS, DuplicateSettings, find_duplicates_check
from glan_core.checking.kept_duplicates import FLAG_OF, keep_all, keep_one
from glan_core.encoder_choice import encoder_in_use
from glan_core.quality.near_texts import LEAST_SIMILARITY
from glan_core.store.database import Cursor
from glan_core.store.duplicates import DuplicateKind, count_groups, list_others
from glan_core.store.edited_checks import count_edited_since
from glan_core.store.flags import flagged_among
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import ago, count, count_of, duration
from pages.shared.quality_groups import show_groups
from pages.shared.quality_working import edited_words
from pages.shared.workspace import Workspace

_NAMES: dict[str, str] = {"exact": "Same text", "text": "Nearly the same text", "meaning": "Nearly the same meaning"}
_CONTENTS = {"instruction": "The question", "answer": "The answer", "both": "Both together"}
_KEPT = (
    "Kept is the pair that a reviewer accepted; then one with an answer, one of your own before a demo pair, the one "
    "with the fewest other flags, and else the one that was made first. Any other can be chosen in its group."
)


def show_duplicates(workspace: Workspace, worker: QualityWorker) -> None:
    """Show what was found, and offer to look for it."""
    cursor = workspace.cursor()
    check = find_duplicates_check(cursor)
    settings = _choose(DuplicateSettings(**check.settings) if check else DuplicateSettings())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Look again" if check else "Look for duplicates",
            type="secondary" if check and check.state == "finished" else "primary",
            icon=":material/content_copy:",
            key="duplicates-look",
            on_click=worker.check_duplicates,
            args=(settings,),
            disabled=worker.is_running,
            help="Compares every pair with every other one, in the background. Nothing is flagged or deleted by it.",
        )
        if check:
            st.caption(
                f"Compared {count(check.rows)} pairs {ago(check.started_at)}, in {duration(check.seconds)}."
                f"{edited_words(count_edited_since(cursor, check.started_at))}"
                if check.state == "finished"
                else "The last comparison did not come to its end; what is listed is of the one before."
            )
    _show_unknown(cursor, worker, settings)
    counts = {kind: count_groups(cursor, kind) for kind in KINDS}
    if not any(found.groups for found in counts.values()):
        if check and check.state == "finished":
            st.info("No two pairs are alike.", icon=":material/check:")
        return
    _show_unflagged(workspace, cursor)
    kind = st.segmented_control(
        "Alike by",
        list(KINDS),
        default=next(kind for kind in KINDS if counts[kind].groups),
        required=True,
        format_func=lambda each: f"{_NAMES[each]} · {count(counts[each].groups)}",
        key=state.DUPLICATE_KIND,
        help="How many groups there are of each kind.",
    )
    if not counts[kind].groups:
        st.caption("There are no such groups.")
        return
    _show_actions(workspace, cursor, kind, counts[kind].pairs, counts[kind].groups)
    show_groups(workspace, cursor, kind, groups=counts[kind].groups)


def _choose(before: DuplicateSettings) -> DuplicateSettings:
    with st.expander("What counts as alike", icon=":material/tune:"), st.grid(3, min_column_width=220):
        content = st.selectbox(
            "Compared by words",
            list(CONTENTS),
            CONTENTS.index(before.content),
            format_func=lambda each: _CONTENTS[each],
        )
        text = st.number_input(
            "Share of words",
            LEAST_SIMILARITY,
            1.0,
            before.text_similarity,
            0.05,
            help="Two texts are nearly the same from this share on: pairs of neighbouring words that both have, "
            "divided by those that either has (Jaccard index). Candidates are found with MinHash, 120 values and 20 "
            "bands: of texts that share 0.8 it misses 2 in 1,000.",
        )
        meaning = st.number_input(
            "Cosine of meaning",
            0.5,
            1.0,
            before.meaning_similarity,
            0.01,
            help="Two pairs mean nearly the same from this cosine on, as the neighbour graph of the encoder in use "
            "knows them: each is compared with its 15 nearest.",
        )
    return DuplicateSettings(content or before.content, float(text or 0.8), float(meaning or 0.95))


def _show_unknown(cursor: Cursor, worker: QualityWorker, settings: DuplicateSettings) -> None:
    """Say how far meanings are not compared yet, and offer to compare them."""
    found = find_compared(cursor)
    if not found.missing:
        return
    encoder, _ = encoder_in_use(cursor)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"Meaning is compared only in part: {count_of(found.missing, 'text')} of {count_of(found.pairs, 'pair')} "
            "were not held against all others yet. What is listed as nearly the same meaning is not all there is.",
            icon=":material/incomplete_circle:",
        )
        st.button(
            "Compare all meanings",
            icon=":material/join_inner:",
            key="duplicates-meanings",
            on_click=worker.compare_meanings,
            args=(settings,),
            disabled=worker.is_running,
            help="Lets the encoder of the map read what it has not read, holds every pair against all others, and then "
            "looks for duplicates again. On a large set this takes minutes.",
        )
    if encoder.kind == "endpoint":
        st.caption(plain(f"What was not read is sent to {encoder.base_url}, which may charge for it."))


def _show_unflagged(workspace: Workspace, cursor: Cursor) -> None:
    """Say how many pairs of all groups no gate knows of yet, and offer to flag them all at once."""
    waiting: set[str] = set()
    for kind in KINDS:
        others = list(list_others(cursor, [kind]))
        waiting |= set(others) - set(flagged_among(cursor, [FLAG_OF[kind]], others))
    if not waiting:
        return
    are = "is" if len(waiting) == 1 else "are"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            f"{count_of(len(waiting), 'pair')} of these groups {are} not flagged, so no gate leaves them out. *Keep "
            "one of each group* flags the others of one kind; this button those of every kind.",
            icon=":material/flag:",
        )
        st.button(
            "Flag all but one of each group",
            icon=":material/filter_1:",
            key="duplicates-flag-all",
            on_click=keep_one,
            args=(workspace.database, KINDS),
            help="Of same texts, nearly the same texts and nearly the same meanings. Nothing is deleted.",
        )


def _show_actions(workspace: Workspace, cursor: Cursor, kind: DuplicateKind, pairs: int, groups: int) -> None:
    others = list_others(cursor, [kind])
    flagged = len(flagged_among(cursor, [FLAG_OF[kind]], list(others)))
    with st.container(horizontal=True, vertical_alignment="center"):
        _button("Keep one of each group", "filter_1", keep_one, workspace, kind, is_off=flagged == len(others))
        _button("Take the flags back", "undo", keep_all, workspace, kind, is_off=not flagged)
        st.caption(
            f"{count(pairs)} pairs in {count(groups)} groups; {count(flagged)} of the {count(len(others))} others are "
            "flagged.",
            help=_KEPT,
        )


def _button(
    label: str, icon: str, act: Callable[..., int], workspace: Workspace, kind: DuplicateKind, *, is_off: bool
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"duplicates-{icon}",
        on_click=act,
        args=(workspace.database, [kind]),
        disabled=is_off,
        type="primary" if act is keep_one and not is_off else "secondary",
        help="The others are flagged and stay where they are; an export may leave them out."
        if act is keep_one
        else "No pair of these groups is flagged as a duplicate any more.",
    )
