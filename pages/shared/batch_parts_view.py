"""Which parts of a run are with a batch service, and how far is each?"""

from pathlib import Path

import pandas as pd
import streamlit as st

from glan_core.errors import GlanError
from glan_core.runs.batch_parts import Part, list_parts
from glan_core.runs.giving_up import give_up_awaited
from glan_core.store.database import Database
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count_of

_NEWEST = 100


def show_parts(database: Database, folder: Path, *, is_at_work: bool) -> None:
    """List the newest parts of a run, if it has any; unless it is at work those that never come can be given up."""
    all_parts = list_parts(folder)
    parts = all_parts[-_NEWEST:]
    if not parts:
        return
    rows = [
        (part.number, part.model, part.calls, part.words.capitalize(), part.made_at[:16].replace("T", " "))
        for part in reversed(parts)
    ]
    st.markdown("**With the batch service**")
    st.dataframe(
        pd.DataFrame(rows, columns=["Part", "Model", "Calls", "State", "Made (UTC)"]),
        hide_index=True,
        width="stretch",
        height="content" if len(rows) <= 6 else 250,
    )
    seen = max((part.seen_at for part in parts), default="")
    if seen:
        st.caption(plain(f"The service last said something new at {seen[:16].replace('T', ' ')} UTC."))
    awaited = [part for part in all_parts if part.is_with_service]
    if awaited and not is_at_work:
        _offer_giving_up(database, folder, awaited=awaited)


def _offer_giving_up(database: Database, folder: Path, *, awaited: list[Part]) -> None:
    calls = count_of(sum(part.calls for part in awaited), "call")
    with st.popover("Give up these parts", icon=":material/delete_forever:", type="tertiary"):
        st.markdown(
            f"The service has {calls} of this run, in {count_of(len(awaited), 'part')}. If they will never come, wait "
            "for them no longer: *Go on* then asks for them again, by the service or without it. **What the service "
            f"has worked on, or still does, costs money all the same, so {calls} may be paid for twice.** Cancel them "
            "at the provider first if you can."
        )
        if not st.button("Give them up", key=f"give-up-{folder.name}", icon=":material/delete_forever:"):
            return
    try:
        give_up_awaited(database, folder)
    except GlanError as error:
        show_error(error)
        return
    st.rerun()
