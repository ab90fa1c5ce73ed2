"""Which pairs go out, with everything that leads back from them?"""

from collections.abc import Iterator
from typing import Any

from glan_core.entities import Filter
from glan_core.store.database import Cursor
from glan_core.store.filters import condition_of

_ROWS_AT_ONCE = 1000

EXPORT_COLUMNS = (
    "instruction_id", "answer_id", "instruction", "answer", "field", "sub_field", "discipline", "subject", "level",
    "class_sessions", "key_concepts", "key_concept_ids", "strategy", "status", "flags", "run_id", "seed",
    "instruction_model", "instruction_template", "instruction_template_fingerprint", "answer_model",
    "answer_template", "answer_template_fingerprint",
)  # fmt: skip


def iterate_export_rows(cursor: Cursor, filter_: Filter, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Give the answered pairs of a filter with the columns EXPORT_COLUMNS, ordered by id, the first `limit` of them."""
    condition = condition_of(filter_)
    names = ", ".join(EXPORT_COLUMNS)
    cursor.execute(
        f"""
        with chosen as (
            select pair.*
            from pair
            where {condition.where}
                and pair.answer_id is not null
            order by pair.instruction_id, pair.answer_id
            limit ?
        ),
        drawn as (
            select
                link.instruction_id,
                list(concept.name order by session.position, concept.position) as key_concepts,
                list(concept.key_concept_id order by session.position, concept.position) as key_concept_ids,
                list(session.title order by session.position, concept.position) as class_sessions
            from instruction_key_concept as link
            join key_concept as concept on concept.key_concept_id = link.key_concept_id
            join class_session as session on session.class_session_id = concept.class_session_id
            where link.instruction_id in (select instruction_id from chosen)
            group by link.instruction_id
        ),
        flagged as (
            select instruction_id, list(kind order by kind) as flags
            from quality_flag
            group by instruction_id
        )
        select {names}
        from (
            select
                chosen.*,
                list_filter(drawn.class_sessions, lambda title, i: list_position(drawn.class_sessions, title) = i)
                    as class_sessions,
                drawn.key_concepts,
                drawn.key_concept_ids,
                coalesce(flagged.flags, []) as flags,
                run.seed,
                asked.model as instruction_model,
                asked.template as instruction_template,
                asked.template_fingerprint as instruction_template_fingerprint,
                answered.model as answer_model,
                answered.template as answer_template,
                answered.template_fingerprint as answer_template_fingerprint
            from chosen
            join drawn on drawn.instruction_id = chosen.instruction_id
            left join flagged on flagged.instruction_id = chosen.instruction_id
            join run on run.run_id = chosen.run_id
            join model_call as asked on asked.model_call_id = chosen.instruction_model_call_id
            join model_call as answered on answered.model_call_id = chosen.answer_model_call_id
        )
        order by instruction_id, answer_id
        """,  # noqa: S608 - column names of ours, and a condition built from parameters
        [*condition.parameters, limit],
    )
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for row in rows:
            yield dict(zip(EXPORT_COLUMNS, row, strict=True))
