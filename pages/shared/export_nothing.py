"""Why is nothing left to export, and what lets something through?"""

import streamlit as st

from glan_core.exports.preview import Preview
from glan_core.exports.request import ExportRequest
from pages.shared import state
from pages.shared.export_choice import OWN
from pages.shared.formats import count, count_of
from pages.shared.gate_fields import set_gates
from pages.shared.gate_words import gate_words
from pages.shared.page_button import page_button


def show_nothing_left(request: ExportRequest, preview: Preview) -> None:
    """Say what keeps every pair back, with a button that opens the gate which keeps the most."""
    left_out = preview.choice.left_out_for
    if not left_out:
        st.info("No pair fits this choice. Widen it under *Below* or *Made by*.", icon=":material/filter_alt:")
        return
    with st.container(border=True, gap="small"):
        st.info(
            f"All {count_of(sum(left_out.values()), 'pair')} of this choice are left out. *Leave out* keeps them back; "
            "here it is opened:",
            icon=":material/filter_alt:",
        )
        gates = [gate for gate in request.gates if gate in left_out]
        with st.container(horizontal=True, gap="small"):
            for gate in sorted(gates, key=lambda each: -left_out[each]):
                what = "the demo pairs" if gate == "demo" else gate_words(gate).lower()
                st.button(
                    f"Take {what} along ({count(left_out[gate])})",
                    key=f"export-open-{gate}",
                    icon=":material/lock_open:",
                    on_click=_open,
                    args=(request.gates, gate),
                    help="They are good to try an export with, and no data to train on." if gate == "demo" else None,
                )
            page_button("Make pairs of your own", "pages/generate/new_run.py", key="export-new-run", type="tertiary")


def _open(gates: tuple[str, ...], gate: str) -> None:
    st.session_state[state.EXPORT_GATES] = OWN
    set_gates(state.EXPORT_OWN_GATES, [each for each in gates if each != gate])
