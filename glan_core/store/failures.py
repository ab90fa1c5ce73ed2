"""Which items did a run give up on, and why?"""

from collections.abc import Sequence

from glan_core.entities import Failure
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor


def insert_failures(cursor: Cursor, failures: Sequence[Failure]) -> None:
    """Add failures; of the same item, run and stage the last reason stays."""
    insert_batch(
        cursor,
        "failure",
        [
            {
                "item_id": failure.item_id,
                "run_id": failure.run_id,
                "stage": failure.stage,
                "error_kind": failure.error_kind,
                "message": failure.message,
            }
            for failure in {(each.item_id, each.run_id, each.stage): each for each in failures}.values()
        ],
        on_conflict="update set error_kind = excluded.error_kind, message = excluded.message",
    )


def list_open_failures(cursor: Cursor, run_id: str, *, error_kind: str | None = None) -> tuple[Failure, ...]:
    """List the items of a run that are still missing, with the reason; those of one kind only if it is given."""
    rows = cursor.execute(
        """
        select item_id, run_id, stage, error_kind, message
        from open_failure
        where run_id = $run_id
            and ($error_kind is null or error_kind = $error_kind)
        order by stage, error_kind, item_id
        """,
        {"run_id": run_id, "error_kind": error_kind},
    ).fetchall()
    return tuple(Failure(*row) for row in rows)


def list_unanswered_instructions(cursor: Cursor, run_id: str) -> tuple[tuple[str, str], ...]:
    """List the instructions that a run has made and nobody has answered: id, and id of the syllabus."""
    return tuple(
        cursor.execute(
            """
            select instruction_id, syllabus_id
            from instruction
            where run_id = ?
                and instruction_id not in (select instruction_id from answer)
            order by instruction_id
            """,
            [run_id],
        ).fetchall()
    )
