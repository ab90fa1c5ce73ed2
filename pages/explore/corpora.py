"""What do the datasets of others have, and what do they lack beside this one?

The address holds the corpus that is shown, by its name (?corpus=NAME).
"""

import streamlit as st

from glan_core.store.corpora import list_corpora
from pages.shared.corpus_import_view import leave_what_came, show_import
from pages.shared.corpus_list import choose_corpus, show_change, show_every_corpus, show_removed
from pages.shared.corpus_view import show_corpus
from pages.shared.corpus_working import open_corpus_worker, show_work
from pages.shared.workspace import open_workspace

workspace = open_workspace()
worker = open_corpus_worker()
st.title("Other corpora", anchor=False)
st.caption("Datasets of other projects, to hold yours against. Their rows enter no export and no plan.")
leave_what_came(worker)
every = list_corpora(workspace.cursor(), has_removed=True)
corpora = [corpus for corpus in every if not corpus.is_removed]
removed = [corpus for corpus in every if corpus.is_removed]
show_work(worker)
show_change(worker, removed)
if corpora:
    show_corpus(workspace, worker, choose_corpus(corpora))
    show_every_corpus(corpora)
show_removed(worker, removed)
with st.expander("Import a file", icon=":material/add:", expanded=not corpora):
    show_import(worker)
