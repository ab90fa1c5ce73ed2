"""How is work on corpora done for all pages of this server, and how far is it?"""

import streamlit as st

from glan_core.corpora.background import CorpusWorker, Step
from glan_core.corpora.comparison import OwnPlaces
from glan_core.store.concept_vectors import meanings_stamp
from glan_core.store.database import Cursor
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.keys import find_key
from pages.shared.workspace import open_workspace

_STEPS: dict[Step, str] = {
    "importing": "Taking in rows",
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
    own = worker.own
    stamp = meanings_stamp(cursor, encoder=encoder, content=content)
    if own is not None and (own.encoder, own.content, own.stamp) == (encoder, content, stamp):
        return own
    if not worker.is_running and worker.error is None:
        worker.place_own()
    return None


@st.fragment(run_every=1.0)
def _watch() -> None:
    """Show how far the work is; the page is drawn anew when it ends."""
    worker = open_corpus_worker()
    if not worker.is_running:
        st.rerun()
    of = f" of {count(worker.total)}" if worker.total else ""
    share = min(worker.done / worker.total, 1.0) if worker.total else 0.0
    st.progress(share, text=f"{_STEPS.get(worker.step, 'Getting ready')}: {count(worker.done)}{of} ...")
