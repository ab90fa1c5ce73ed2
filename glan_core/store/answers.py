"""Which answers are there, and what was flagged about them?"""

from collections.abc import Sequence

from glan_core.entities import Answer, QualityFlag
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor


def insert_answers(cursor: Cursor, answers: Sequence[Answer]) -> None:
    """Add answers; those that are there already stay as they are."""
    insert_batch(
        cursor,
        "answer",
        [
            {
                "answer_id": answer.answer_id,
                "instruction_id": answer.instruction_id,
                "text": answer.text,
                "run_id": answer.run_id,
                "model_call_id": answer.model_call_id,
            }
            for answer in {answer.answer_id: answer for answer in answers}.values()
        ],
    )


def list_known_answer_ids(cursor: Cursor, answer_ids: Sequence[str]) -> frozenset[str]:
    """Give those of the ids that are there."""
    rows = cursor.execute(
        "select answer_id from answer where answer_id in (select unnest(?::varchar[]))", [list(answer_ids)]
    ).fetchall()
    return frozenset(answer_id for (answer_id,) in rows)


def insert_quality_flags(cursor: Cursor, flags: Sequence[QualityFlag]) -> None:
    """Add flags; one of each kind for an instruction, and none that a person lifted."""
    lifted = _lifted(cursor, [flag.instruction_id for flag in flags])
    insert_batch(
        cursor,
        "quality_flag",
        [
            {"instruction_id": flag.instruction_id, "kind": flag.kind, "detail": flag.detail}
            for key, flag in {(flag.instruction_id, flag.kind): flag for flag in flags}.items()
            if key not in lifted
        ],
    )


def _lifted(cursor: Cursor, instruction_ids: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Give instruction and kind of the flags that were lifted among some instructions."""
    rows = cursor.execute(
        "select instruction_id, kind from lifted_flag where instruction_id in (select unnest(?::varchar[]))",
        [list(instruction_ids)],
    ).fetchall()
    return frozenset((instruction_id, kind) for instruction_id, kind in rows)
