"""How are pairs checked for all pages of this server, and how far is it?"""

import streamlit as st

from glan_core.checking.background import QualityWorker, Task
from glan_core.store.quality_checks import Places, QualityCheck
from pages.shared.feedback import plain, show_error
from pages.shared.formats import ago, count, count_of, duration
from pages.shared.keys import find_key
from pages.shared.workspace import open_workspace

_TASKS: dict[Task, str] = {
    "": "Getting ready",
    "adding": "Reading the benchmark",
    "rules": "Applying the rules",
    "duplicates": "Comparing pairs with one another",
    "comparing": "Reading pairs and holding each against all others by meaning",
    "contamination": "Holding pairs against a benchmark",
    "meaning": "Comparing pairs with a benchmark by meaning",
}


@st.cache_resource(show_spinner=False)
def open_quality_worker() -> QualityWorker:
    """Give the one that checks in the background, the same for all visitors of this server."""
    workspace = open_workspace()
    return QualityWorker(workspace.database, workspace.worker.compute, find_key=find_key)


def show_quality_work(worker: QualityWorker, *tasks: Task) -> None:
    """Say how far a check is; of these tasks also what came of the last one, or why it ended early."""
    if worker.is_running:
        _watch()
    elif worker.task not in tasks:
        return
    elif worker.error is not None:
        show_error(worker.error)
    elif worker.news:
        st.success(plain(worker.news), icon=":material/check:")


def standing_words(check: QualityCheck, there: Places, *, edited: int = 0) -> str:
    """Say where a check stands, of what there is now; some pairs were edited since it began."""
    return _standing_words(check, there) + edited_words(edited)


def edited_words(pairs: int) -> str:
    """Say of how many pairs the texts that were compared are those of before an edit; nothing of none."""
    return f" {count_of(pairs, 'pair')} edited since: check all again to compare the new texts." if pairs else ""


def _standing_words(check: QualityCheck, there: Places) -> str:
    when = ago(check.finished_at or check.started_at)
    if check.state == "running" and open_quality_worker().is_running:
        return f"Begun {when}."
    new = check.new_among(there)
    if check.state == "finished" and not new:
        return f"Looked at all {count(max(there))} pairs {when}, in {duration(check.seconds)}."
    if check.state == "finished":
        are = "question or answer is" if new == 1 else "questions or answers are"
        return f"Looked at {count(check.done)} pairs {when}; {count(new)} {are} new since."
    return f"Stopped {when} after {count(check.done)} of {count(max(there))} pairs. It goes on where it was."


@st.fragment(run_every=1.0)
def _watch() -> None:
    worker = open_quality_worker()
    if not worker.is_running:
        st.rerun()
    done, total = worker.done, worker.total
    words = "Stopping after what is under way" if worker.is_stopping else _TASKS[worker.task]
    about = f" ({plain(worker.about)})" if worker.about else ""
    of = f": {count(done)} of {count(total)}" if total else ""
    if total and worker.task == "duplicates":  # each pair is looked at twice
        of = f": {100 * done // total} %"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(done / total, 1.0) if total else 0.0, text=f"{words}{about}{of} ...", width="stretch")
        st.button(
            "Stop",
            icon=":material/stop:",
            key="quality-stop",
            disabled=worker.is_stopping,
            on_click=worker.stop,
            help="Ends after what is under way. What was found is kept, and it goes on from there.",
        )
