"""How far is each stage of a run, and what did it take?"""

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from glan_core.entities import STAGES, Run
from glan_core.errors import StoreError
from glan_core.judgements import JUDGING_STAGES
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.runs.journal import read_plan
from glan_core.store.failures import list_open_failures
from glan_core.store.run_statistics import items_made, stage_spending
from pages.shared.formats import money
from pages.shared.run_control import can_go_on, folder_of
from pages.shared.stage_words import STAGE_WORDS
from pages.shared.workspace import Workspace

TRIAL_WORDS = "trial of list forms"
_ORDER = (*STAGES, *JUDGING_STAGES, *REGENERATING_STAGES)


def show_stages(workspace: Workspace, run: Run) -> None:
    """Show a row a stage: items planned, made and failed; calls, tokens and cost."""
    cursor = workspace.cursor()
    spent = stage_spending(cursor, run.run_id).set_index("stage")
    made = items_made(cursor, run.run_id)
    failed = Counter(failure.stage for failure in list_open_failures(cursor, run.run_id))
    planned = planned_items(run, _growths(workspace, run.run_id))
    stages = [stage for stage in _ORDER if stage in planned or stage in spent.index]
    stages += [stage for stage in spent.index if stage not in _ORDER]
    rows = [
        {
            "Stage": STAGE_WORDS.get(stage, TRIAL_WORDS).capitalize(),
            "Planned": planned.get(stage),
            "Made": made.get(stage) if stage in planned else None,
            "Failed": failed[stage] if stage in planned else None,
            **_spent(spent, stage),
        }
        for stage in stages
    ]
    if not rows:
        st.caption("Nothing is known of the stages of this run.")
        return
    whole = ["Planned", "Made", "Failed", "Calls", "Unusable", "Lost", "Sent again", "Read", "Written"]
    frame = pd.DataFrame(rows).astype(dict.fromkeys(whole, "Int64"))
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="–",
        column_config={
            "Planned": number(format="localized", help="Items that the plan names; a dash where it cannot know them."),
            "Made": number(
                format="localized",
                help="By this run. What another run had made before counts there, so a finished run may show fewer "
                "than planned. Subjects are counted by discipline.",
            ),
            "Failed": number(format="localized", help="Given up on, and not made since."),
            "Calls": number(format="localized", help="Requests to the model, with those asked once more."),
            "Unusable": number(format="localized", help="Replies that could not be used and were asked for again."),
            "Lost": number(format="localized", help="Calls that brought no reply."),
            "Sent again": number(
                format="localized", help="How often a call was sent once more after it was refused or lost."
            ),
            "Read": number(format="localized", help="Tokens of the prompts."),
            "Written": number(format="localized", help="Tokens of the replies."),
            "Cost": text(alignment="right"),
        },
        alt="A row a stage: items planned, made and failed; calls, tokens and cost.",
    )


def planned_items(run: Run, growths: Counter[str] | None) -> dict[str, int | None]:
    """Give how many items each stage of a run was to make; None where its plan cannot know.

    `growths` are the nodes that were to grow, by the stage they began with; None where the plan is not here.
    """
    wanted = run.plan.get("instructions", 0)
    syllabi = None if growths is None or growths["subjects"] else growths["syllabus"]
    known = {
        "taxonomy": None if growths is None else growths["taxonomy"],
        "subjects": None if growths is None else growths["subjects"],
        "syllabus": syllabi,
        "class_details": syllabi,
        "instructions": wanted,
        "answers": wanted,
        "compared_answers": wanted,
        "judge": wanted,
        "compare": 2 * wanted,  # in both orders
        "regenerated_instructions": None,  # how many of the pairs get another question stands in the plan alone
        "regenerated_answers": None,
    }
    if "regenerated_instructions" in run.plan.get("stages", ()):
        known["answers"] = None
    return {stage: known[stage] for stage in run.plan.get("stages", ())}


def in_stage_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of a frame with a column `stage` in the order of the method."""
    places = {stage: place for place, stage in enumerate(_ORDER)}
    return frame.sort_values("stage", key=lambda stages: stages.map(places).fillna(len(places)), kind="stable")


def _spent(spent: pd.DataFrame, stage: str) -> dict[str, Any]:
    if stage not in spent.index:
        return dict.fromkeys(("Calls", "Unusable", "Lost", "Sent again", "Read", "Written"), 0) | {"Cost": money(0)}
    row = spent.loc[stage]
    return {
        "Calls": row["calls"],
        "Unusable": row["unusable"],
        "Lost": row["lost"],
        "Sent again": row["sent_again"],
        "Read": row["prompt_tokens"],
        "Written": row["completion_tokens"],
        "Cost": money(None if pd.isna(row["cost"]) else float(row["cost"])),
    }


def _growths(workspace: Workspace, run_id: str) -> Counter[str] | None:
    if not can_go_on(workspace, run_id):
        return None
    folder = folder_of(workspace, run_id)
    try:
        return Counter(_growing_stages(str(folder), (folder / "plan.json").stat().st_mtime_ns))
    except StoreError:
        return None  # going on with the run says so


@st.cache_data(max_entries=50, show_spinner=False)
def _growing_stages(folder: str, changed_at: int) -> tuple[str, ...]:
    """Give the first stages of a plan's growths; a plan may be long, so it is read once for each `changed_at`."""
    return tuple(stage for _, stage, *_ in read_plan(Path(folder))["growths"])
