"""What should not ship as it is?

The address holds the tab (?check=Contamination), the benchmark and the kind of flag that are shown. Checks work beside
the page; what they find is flagged and never deleted.
"""

import streamlit as st

from glan_core.checking.background import Task
from glan_core.store.quality_checks import count_places
from pages.shared import state
from pages.shared.feedback import show_empty
from pages.shared.judge_view import show_judge
from pages.shared.quality_contamination import show_contamination
from pages.shared.quality_duplicates import show_duplicates
from pages.shared.quality_gates import show_gates
from pages.shared.quality_rules import show_rules
from pages.shared.quality_working import open_quality_worker, show_quality_work
from pages.shared.workspace import open_workspace

# By tab, the tasks whose outcome it tells.
TABS: dict[str, tuple[Task, ...]] = {
    "Duplicates": ("duplicates", "comparing"),
    "Contamination": ("adding", "contamination", "meaning"),
    "Rules": ("rules",),
    "Judge": (),
    "Gates": (),
}

workspace = open_workspace()
worker = open_quality_worker()
st.title("Quality", anchor=False)
if not any(count_places(workspace.cursor())):
    show_empty("There are no pairs to check yet.", page="pages/generate/new_run.py", label="New run")
    st.stop()
st.caption("Checks flag pairs and delete none. A flag that you lift stays lifted; gates say what an export leaves out.")
tabs = dict(zip(TABS, st.tabs(list(TABS), key=state.QUALITY_TAB, bind="query-params", on_change="rerun"), strict=True))
opened = next((name for name, tab in tabs.items() if tab.open), "Duplicates")
with tabs[opened]:
    show_quality_work(worker, *TABS[opened])
    if opened == "Duplicates":
        show_duplicates(workspace, worker)
    elif opened == "Contamination":
        show_contamination(workspace, worker)
    elif opened == "Rules":
        show_rules(workspace, worker)
    elif opened == "Judge":
        show_judge(workspace)
    else:
        show_gates(workspace)
