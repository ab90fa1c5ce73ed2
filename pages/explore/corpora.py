"""What do the datasets of others have, and what do they lack beside this one?"""

import streamlit as st

from glan_core.store.corpora import list_corpora
from pages.shared.corpus_import_view import open_corpus_worker, show_import
from pages.shared.corpus_view import show_corpus
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, shortened
from pages.shared.workspace import open_workspace

STEPS = {"importing": "Taking in rows", "placing": "Reading rows and finding their disciplines"}


@st.fragment(run_every=1.0)
def watch() -> None:
    """Show how far the work is; the page is drawn anew when it ends."""
    worker = open_corpus_worker()
    if not worker.is_running:
        st.rerun()
    of = f" of {count(worker.total)}" if worker.total else ""
    share = min(worker.done / worker.total, 1.0) if worker.total else 0.0
    st.progress(share, text=f"{STEPS.get(worker.step, 'Getting ready')}: {count(worker.done)}{of} ...")


workspace = open_workspace()
worker = open_corpus_worker()
st.title("Other corpora", anchor=False)
st.caption("Datasets of other projects, to hold yours against. Their rows enter no export, no plan and no map.")
if worker.is_running:
    watch()
elif worker.error is not None:
    show_error(worker.error)
elif worker.news:
    st.success(plain(worker.news), icon=":material/check:")

corpora = {corpus.corpus_id: corpus for corpus in list_corpora(workspace.cursor())}
if corpora:
    chosen = st.selectbox(
        "Corpus",
        list(corpora),
        format_func=lambda key: f"{shortened(corpora[key].name, 60)} ({count(corpora[key].rows)} rows)",
    )
    show_corpus(workspace, worker, corpora[chosen])
with st.expander("Import a file", icon=":material/add:", expanded=not corpora):
    show_import(worker)
