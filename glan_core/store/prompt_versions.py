"""What was a question drawn from, and by which wording of which prompt was it asked for?"""

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


class Drawn(NamedTuple):
    """What a question was drawn from, in teaching order."""

    class_sessions: tuple[str, ...]
    key_concepts: tuple[str, ...]


def find_drawn(cursor: Cursor, instruction_id: str) -> Drawn:
    """Give titles of class sessions and names of key concepts."""
    rows = cursor.execute(
        """
        select session.title, concept.name
        from key_concept as concept
        join class_session as session on session.class_session_id = concept.class_session_id
        where concept.key_concept_id in (
            select unnest(key_concept_ids) from instruction where instruction_id = ?
        )
        order by session.position, concept.position
        """,
        [instruction_id],
    ).fetchall()
    return Drawn(tuple(dict.fromkeys(title for title, _ in rows)), tuple(name for _, name in rows))


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
