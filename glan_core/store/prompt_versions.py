"""Which wording of which prompt did a pair come from?"""

from typing import NamedTuple

from glan_core.store.database import Cursor


class PromptVersion(NamedTuple):
    """A template as it was when a call was made."""

    stage: str
    """`instructions` or `answers`."""
    template: str
    fingerprint: str
    model: str
    """That it was sent to."""


def list_prompt_versions(cursor: Cursor, instruction_id: str) -> tuple[PromptVersion, ...]:
    """List what the question of a pair and its answers came from, the question first."""
    calls = cursor.execute(
        """
        select model_call_id from instruction where instruction_id = $id
        union all
        select model_call_id from kept_answer where instruction_id = $id
        """,
        {"id": instruction_id},
    ).fetchall()
    found = [
        PromptVersion(*row)
        for (model_call_id,) in calls  # one by one: each is looked up by its key
        for row in cursor.execute(
            "select stage, template, template_fingerprint, model from model_call where model_call_id = ?",
            [model_call_id],
        ).fetchall()
    ]
    return tuple(sorted(found, key=lambda version: version.stage != "instructions"))
