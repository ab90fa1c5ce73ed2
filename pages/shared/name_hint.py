"""Is there something of nearly this name already? A hint that stands under the field where a name is written.

It may stand in a dialog: it never redraws more than itself, except after its own button, which ends the dialog.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from glan_core.near_names import SAME_MEANING, NameIndex, NearName
from glan_core.store.names import list_known_names, names_stamp
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.workspace import Workspace

_SECONDS = 1.0
_MOST_COMPARED = 200
_LONGEST_NAME = 60
_LONGEST_PATH = 90
_WHY = {
    "spelled alike": "The letters or the words are the same, but for a slip, an ending or a word such as industry.",
    "means nearly the same": "How near the two names are in meaning; 1 is the same. From {:.2f} on they are shown.",
}


def show_name_hint(
    workspace: Workspace,
    name: str,
    *,
    parent_id: str | None,
    node_id: str | None = None,
    on_use: Callable[[str], None],
) -> None:
    """Show what is spelled, or means, nearly the same as a name; nothing where there is no such thing.

    `parent_id` is what the name would stand below, None for a field; `node_id` is what is being renamed. The button
    beside each calls `on_use` with its id, then the page is drawn again. Not for use within a form.
    """
    if not name.strip():
        return

    @st.fragment(run_every=_SECONDS if _is_comparing(workspace, [name]) else None)
    def hint() -> None:
        near = near_names(workspace, name, parent_id=parent_id, node_id=node_id)
        if near:
            with st.container(border=True, gap="xsmall"):
                st.caption("This is there already, and may be the same:")
                for each in near:
                    _show_name(each, key=f"{parent_id}-{node_id}-{name}", on_use=on_use)
        _show_comparing(workspace, [name])

    hint()


def show_name_hints(workspace: Workspace, names: Sequence[str], *, parent_id: str | None) -> None:
    """Name, for each of several names, what is nearly the same, in a line; nothing where there is no such thing.

    Of many names the first ones are compared, and that is told.
    """
    total, names = len(names), names[:_MOST_COMPARED]

    @st.fragment(run_every=_SECONDS if _is_comparing(workspace, names) else None)
    def hints() -> None:
        _show_comparing(workspace, names)
        index = known_names(workspace)
        meant = bool(index.texts) and workspace.names.knows(names, index.texts)
        found = {
            name: index.find(
                name,
                parent_id=parent_id,
                similarities=workspace.names.similarities(name, index.texts) if meant else None,
                limit=1,
            )
            for name in names
        }
        lines = [
            f"- {plain(shortened(name, _LONGEST_NAME))}: {plain(shortened(near[0].known.name, _LONGEST_NAME))} "
            f"({plain(shortened(near[0].place_in_words, _LONGEST_PATH))}), {near[0].why}"
            for name, near in found.items()
            if near
        ]
        if total > len(names):
            st.caption(f"The first {count(len(names))} of {count(total)} names are compared with what is there.")
        if lines:
            st.markdown("\n".join(["Some are nearly the same as what is there already:", *lines]))

    hints()


def near_names(
    workspace: Workspace, name: str, *, parent_id: str | None, node_id: str | None = None
) -> tuple[NearName, ...]:
    """Give what is nearly the same: by spelling at once, by meaning as soon as that is known."""
    index = known_names(workspace)
    similarities = workspace.names.similarities(name, index.texts) if index.texts else None
    return index.find(name, parent_id=parent_id, node_id=node_id, similarities=similarities)


def known_names(workspace: Workspace) -> NameIndex:
    """Give the names that are there, made anew only when one of them has changed."""
    return _index(workspace, str(workspace.settings.database), names_stamp(workspace.database.cursor()))


@st.cache_resource(max_entries=2, show_spinner=False)
def _index(_workspace: Workspace, path: str, stamp: str) -> NameIndex:
    """Make the index anew when a name has changed; the arguments tell databases and states apart."""
    return NameIndex(list_known_names(_workspace.database.cursor()))


def _is_comparing(workspace: Workspace, names: Sequence[str]) -> bool:
    """Say whether the meaning of names is being read; begins to read them if nobody did."""
    texts = known_names(workspace).texts
    return bool(texts) and not workspace.names.knows(names, texts) and workspace.names.is_running


def _show_name(near: NearName, *, key: str, on_use: Callable[[str], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{plain(shortened(near.known.name, _LONGEST_NAME))}**{_badges(near)}")
            number = "" if near.why == "spelled alike" else f" ({near.similarity:.2f})"
            st.caption(
                f"{plain(shortened(near.place_in_words, _LONGEST_PATH))} · {near.why}{number}",
                help=_WHY[near.why].format(SAME_MEANING),
            )
        if st.button(
            "Use the existing one", key=f"use-{near.known.node_id}-{key}", on_click=on_use, args=(near.known.node_id,)
        ):
            st.rerun()


def _badges(near: NearName) -> str:
    place = " :gray-badge[beside it]" if near.is_sibling else ""
    return f"{place} :orange-badge[pending]" if near.known.status == "pending" else place


def _show_comparing(workspace: Workspace, names: Sequence[str]) -> None:
    reader = workspace.names
    if _is_comparing(workspace, names):
        done = f" ({count(reader.done)} of {count(reader.total)} names read)" if reader.total else ""
        st.caption(f":material/hourglass_top: Comparing meanings ...{done}")
    elif reader.error is not None:
        st.caption(plain(f"Only the spelling was compared. {reader.error.message}"))
