"""What do the flags of a pair mean for its way out, and how are they lifted while it is reviewed?"""

import streamlit as st

from glan_core.quality.kinds import FLAG_KINDS
from glan_core.store.database import Cursor
from glan_core.store.flags import flagged_among, lifted_of
from pages.shared.feedback import plain
from pages.shared.flag_words import flag_words, lift_button
from pages.shared.workspace import Workspace


def show_flags(workspace: Workspace, cursor: Cursor, instruction_id: str, *, reviewer: str, key: str) -> None:
    """Show the flags of a pair and those that were lifted, and let a reviewer lift them; nothing where it has none."""
    flagged = flagged_among(cursor, list(FLAG_KINDS), [instruction_id]).get(instruction_id, frozenset())
    lifted = [kind for kind in lifted_of(cursor, instruction_id) if kind not in flagged]
    for kind in (*sorted(flagged), *lifted):
        is_lifted = kind in lifted
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            icon = ":material/flag_check:" if is_lifted else ":material/flag:"
            st.badge(plain(flag_words([kind])), color="gray" if is_lifted else "orange", icon=icon)
            if reviewer:
                lift_button(
                    workspace.database,
                    kind,
                    instruction_id,
                    is_lifted=is_lifted,
                    key=f"{key}-{kind}-{instruction_id}",
                    by=reviewer,
                )
    if flagged:
        st.caption("To accept a pair lifts no flag: with one it stays out of files whose gates leave flags out.")
