"""What was a run told: where, how many, and with which numbers?"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from glan_core.entities import Run
from glan_core.judgements import JUDGING_STAGES
from glan_core.languages import LANGUAGE_NAMES
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.runs.run_folder import find_status
from glan_core.store.run_lists import find_scope_names
from pages.shared.engine_choice import engine_words
from pages.shared.feedback import plain
from pages.shared.formats import count
from pages.shared.run_control import folder_of
from pages.shared.run_scope import scope_words
from pages.shared.stage_words import STAGE_WORDS
from pages.shared.workspace import Workspace

NAMES = {
    "preset": "Preset",
    "language": "Language",
    "strategy_mix": "Questions over two class sessions, share",
    "subject_queries": "Subject queries a discipline",
    "subjects_per_query": "Subjects asked for in each query",
    "class_sessions": "Class sessions a syllabus, fewest and most",
    "key_concepts": "Key concepts a class session",
    "reply_attempts": "Attempts until an item is given up",
    "templates_folder": "Folder of own templates",
}
STAGE_NAMES = {
    "model": "Model",
    "temperature": "Temperature",
    "top_p": "Top p",
    "max_tokens": "Most tokens of a reply",
    "repeat_penalty": "Repeat penalty",
    "reply_form": "Form of lists",
    "price": "Own price",
    "templates": "Templates",
}


def show_settings(workspace: Workspace, run: Run) -> None:
    """Show the scope of a run in words, and every number that it used."""
    cursor = workspace.cursor()
    scope = tuple(run.plan.get("scope", ()))
    st.markdown(f"**Where**: {plain(scope_words(scope, find_scope_names(cursor, scope), most=None))}")
    wanted = count(run.plan.get("instructions", 0))
    stages = list(run.plan.get("stages", ()))
    wanted_words = "Questions wanted"
    if not set(JUDGING_STAGES).isdisjoint(stages):
        wanted_words = "Pairs to judge"
    elif not set(REGENERATING_STAGES).isdisjoint(stages):
        wanted_words = "Pairs to write anew"
    rows = [(wanted_words, wanted), ("Stages", ", ".join(STAGE_WORDS[stage] for stage in stages))]
    rows += [
        ("Seed", str(run.seed)),
        ("Calls made", engine_words(run.engine).capitalize()),
        *_last_session(workspace, run.run_id),
    ]
    rows += [(NAMES.get(name, name), _words(name, value)) for name, value in run.settings.items() if name != "stages"]
    st.dataframe(
        pd.DataFrame(rows, columns=["Setting", "Value"]),
        hide_index=True,
        height="content",
        alt="The settings of the run.",
    )
    of_stage: Mapping[str, Mapping[str, Any]] = run.settings.get("stages", {})
    used = [stage for stage in stages if stage in of_stage]
    if used:
        st.caption("By stage; a dash is what was left to the endpoint.")
        names = dict.fromkeys([*STAGE_NAMES, *(name for stage in used for name in of_stage[stage])])
        st.dataframe(
            pd.DataFrame(
                {
                    "Setting": [STAGE_NAMES.get(name, name) for name in names],
                    **{
                        STAGE_WORDS[stage].capitalize(): [_words(name, of_stage[stage].get(name)) for name in names]
                        for stage in used
                    },
                }
            ),
            hide_index=True,
            height="content",
            alt="The settings of each stage.",
        )


def setting_words(name: str) -> str:
    """Name a setting by its way down, such as `stages, answers, temperature`."""
    parts = name.split(", ")
    if parts[0] == "stages" and len(parts) > 2:
        rest = ", ".join([STAGE_NAMES.get(parts[2], parts[2]), *parts[3:]])
        return f"{STAGE_WORDS.get(parts[1], parts[1]).capitalize()}: {rest}"
    return NAMES.get(name, name)


def value_words(value: Any) -> str:
    """Write a value of a setting."""
    return _words("", value)


def _last_session(workspace: Workspace, run_id: str) -> list[tuple[str, str]]:
    status = find_status(folder_of(workspace, run_id))
    if status is None:
        return []
    return [("Endpoint, in its last session", status.endpoint), ("Calls at once, at most", count(status.concurrency))]


def _words(name: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if name == "language":
        return LANGUAGE_NAMES.get(value, str(value))
    if isinstance(value, Mapping):  # a price
        return ", ".join(f"{key.replace('_', ' ')} ${part:g}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
