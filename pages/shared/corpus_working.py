"""How is work on corpora done for all pages of this server, and how far is it?"""

import streamlit as st

from glan_core.corpora.background import CorpusWorker, Step
from glan_core.corpora.comparison import CorpusComparison, OwnPlaces
from glan_core.store.concept_vectors import meanings_stamp
from glan_core.store.database import Cursor
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.keys import find_key
from pages.shared.workspace import open_workspace

WAITS = "One piece of work at a time: this waits until the one above has ended."
_STEPS: dict[Step, str] = {
    "importing": "Taking in rows",
    "taught": "Reading subjects and key concepts to compare with",
    "placing": "Reading rows and finding their disciplines",
    "own": "Finding the disciplines of your pairs in the same way",
    "names": "Reading key concepts",
    "comparing": "Comparing with key concepts",
}


@st.cache_resource(show_spinner=False)
def open_corpus_worker() -> CorpusWorker:
    """Give the one that works in the background, the same for all visitors of this server."""
    workspace = open_workspace()
    return CorpusWorker(workspace.database, workspace.worker.compute, find_key=find_key)


def show_work(worker: CorpusWorker, *, has_news: bool = True) -> None:
    """Say how far it is, what came of the last piece of work, or why that ended early."""
    if worker.is_running:
        _watch()
    elif worker.error is not None:
        show_error(worker.error)
    elif has_news and worker.news:
        st.success(plain(worker.news), icon=":material/check:")


def current_own_places(worker: CorpusWorker, cursor: Cursor, *, encoder: str, content: str) -> OwnPlaces | None:
    """Give where own pairs belong as they are now; None while that is found out beside the page, or failed."""
    meant = (encoder, content, meanings_stamp(cursor, encoder=encoder, content=content))
    own = _own_places(worker, meant)
    if own is None and not worker.is_running and worker.own_error is None:
        worker.place_own()
        own = _own_places(worker, meant)  # with few pairs they may be there at once
    return own


def show_own_work(worker: CorpusWorker, *, is_watched: bool) -> None:
    """Say how far own places are, `is_watched` if the page says so already; or why there are none, to try again."""
    if worker.is_running:
        if not is_watched:
            _watch()
    elif worker.own_error is not None:
        show_error(worker.own_error)
        st.button("Try again", on_click=worker.place_own, key="own-places", icon=":material/refresh:")
    else:
        st.rerun()


def show_outdated(worker: CorpusWorker, compared: CorpusComparison) -> None:
    """Say that rows lie where an older taxonomy had them, if they do, and let as many be placed anew."""
    if not compared.is_outdated:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            "What your disciplines teach, or how sure a place is, has changed since its rows were placed. Yours are "
            "placed by how it is now, so the comparison is not fair.",
            icon=":material/update:",
            width="stretch",
        )
        st.button(
            "Place anew",
            key="corpus-outdated",
            icon=":material/add_location_alt:",
            disabled=worker.is_running,
            on_click=worker.place,
            args=(compared.corpus,),
            kwargs={"rows": compared.placed_rows},
            help="What was read is not read again, so this takes seconds.",
        )


def _own_places(worker: CorpusWorker, meant: tuple[str, str, str]) -> OwnPlaces | None:
    own = worker.own
    return own if own is not None and (own.encoder, own.content, own.stamp) == meant else None


@st.fragment(run_every=1.0)
def _watch() -> None:
    """Show how far the work is; the page is drawn anew when it ends."""
    worker = open_corpus_worker()
    if not worker.is_running:
        st.rerun()
    of = f" of {count(worker.total)}" if worker.total else ""
    share = min(worker.done / worker.total, 1.0) if worker.total else 0.0
    step = "Stopping after those under way" if worker.is_stopping else _STEPS.get(worker.step, "Getting ready")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text=f"{step}: {count(worker.done)}{of} ...", width="stretch")
        if worker.step in ("taught", "placing"):
            st.button(
                "Stop",
                icon=":material/stop:",
                key="corpus-stop",
                disabled=worker.is_stopping,
                on_click=worker.stop,
                help="Ends after the texts under way. What was read is kept, and earlier places stay as they are.",
            )
