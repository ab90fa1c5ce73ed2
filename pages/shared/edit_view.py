"""How does a page make a change of the curriculum: what it touches first, then one press, then a way back?"""

from collections.abc import Callable

import streamlit as st

from glan_core.edits import PlannedEdit, apply_edit, next_redo, next_undo, plan_redo, plan_undo
from glan_core.errors import EditConflictError, EditError, GlanError
from glan_core.store.database import Cursor
from glan_core.store.tree_rules import Affected, count_affected
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.workspace import Workspace


def editor() -> str:
    """Give the name under which this visitor's changes are kept; empty until they gave one."""
    return str(st.session_state.get(state.EDITOR, ""))


def try_plan(plan: Callable[[], PlannedEdit]) -> PlannedEdit | None:
    """Plan a change; where it cannot be made, say why and give None."""
    try:
        return plan()
    except EditError as error:
        st.warning(f"{plain(error.message)} {plain(error.hint)}", icon=":material/info:")
        return None


def show_affected(cursor: Cursor, planned: PlannedEdit) -> None:
    """Say what a planned change touches; nothing where it touches nothing that is there."""
    words = affected_in_words(count_affected(cursor, planned.touched_ids)) if planned.touched_ids else ""
    if words:
        st.caption(f"This touches {words}. Whatever stands below keeps its lineage.")


def affected_in_words(affected: Affected) -> str:
    """Write what a change touches: `3 disciplines, 36 subjects and 60 pairs`."""
    numbers = [
        (affected.sub_fields, "sub-field"),
        (affected.disciplines, "discipline"),
        (affected.subjects, "subject"),
        (affected.syllabi, "syllabus"),
        (affected.pairs, "pair"),
    ]
    plurals = {"syllabus": "syllabi"}
    told = [
        f"{count(number)} {noun if number == 1 else plurals.get(noun, f'{noun}s')}"
        for number, noun in numbers
        if number
    ]
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def make(workspace: Workspace, planned: PlannedEdit) -> bool:
    """Make a planned change and note it for the page's next run; where it cannot be made, say why."""
    try:
        made = apply_edit(workspace.database, planned, editor=editor())
    except GlanError as error:
        show_error(error)
        return False
    st.session_state[state.EDIT_NEWS] = made.label
    return True


def is_dialog_open(label: str, node_id: str, *, icon: str) -> bool:
    """Offer a dialog about a node or subject, and say whether it is open: until it is finished or dismissed."""
    st.button(label, icon=icon, wrap=False, on_click=open_dialog, args=(label, node_id))
    return bool(st.session_state.get(state.EDIT_DIALOG) == (label, node_id))


def open_dialog(label: str, node_id: str) -> None:
    """Note which dialog is open; every run of the page that does not show it would close it."""
    close_dialog()
    st.session_state[state.EDIT_DIALOG] = (label, node_id)


def close_dialog() -> None:
    """Forget the dialog that was open, and what was typed into it."""
    for key in (state.EDIT_DIALOG, state.EDIT_SEEN, state.SPLIT, state.SPLIT_NAMES):
        st.session_state.pop(key, None)


def tell_if_changed(now: dict[str, object]) -> bool:
    """Tell, and say, whether somebody else changed what the open dialog shows; those fields begin anew with that."""
    if st.session_state.setdefault(state.EDIT_SEEN, now) == now:
        return False
    st.session_state[state.EDIT_SEEN] = now
    st.warning(
        "Somebody else changed this in the meantime. Here is how it is now; nothing was overwritten.",
        icon=":material/info:",
    )
    return True


def finish_dialog(workspace: Workspace, planned: PlannedEdit | None, label: str, *, passes_over: bool = False) -> bool:
    """Show what a change touches and the button that makes it; say whether it was made, to draw the page anew.

    With `passes_over` a press does nothing yet: it was meant for what the dialog showed before.
    """
    if planned is not None:
        show_affected(workspace.database.cursor(), planned)
    is_pressed = st.button(label, type="primary", disabled=planned is None, key="edit-finish")
    if not is_pressed or passes_over or planned is None or not make(workspace, planned):
        return False
    close_dialog()
    return True


def show_news() -> None:
    """Say once what was changed last."""
    if news := st.session_state.pop(state.EDIT_NEWS, ""):
        st.toast(plain(news), icon=":material/check:")
    if trouble := st.session_state.pop(state.EDIT_TROUBLE, ""):
        st.warning(plain(trouble), icon=":material/info:")


def show_undo(workspace: Workspace, cursor: Cursor) -> None:
    """Offer to take back the newest change, and to make again what was taken back; both across visits."""
    back, again = next_undo(cursor), next_redo(cursor)
    for label, icon, edit, plan in (
        ("Undo", ":material/undo:", back, plan_undo),
        ("Redo", ":material/redo:", again, plan_redo),
    ):
        st.button(
            label,
            key=f"edit-{label.lower()}",
            type="tertiary",
            icon=icon,
            disabled=edit is None,
            help=plain(edit.label) if edit else f"Nothing to {label.lower()}.",
            on_click=_step,
            args=(workspace, plan, edit.edit_id if edit else ""),
        )


def _step(workspace: Workspace, plan: Callable[[Cursor], PlannedEdit], edit_id: str) -> None:
    """Undo or redo the edit that the button named, unless another one has come in between."""
    try:
        planned = plan(workspace.database.cursor())
        if planned.of_edit_id != edit_id:
            raise EditConflictError(
                "Something else was changed in the meantime, so nothing was taken back or made again.",
                "Look at what the button names now.",
            )
        st.session_state[state.EDIT_NEWS] = apply_edit(workspace.database, planned, editor=editor()).label
    except GlanError as error:
        st.session_state[state.EDIT_TROUBLE] = f"{error.message} {error.hint}"
