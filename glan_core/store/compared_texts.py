"""Which texts are held against one another, and what decides which pair of those alike is kept?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor
from glan_core.store.read_texts import first_answers, text_of

_OF_BATCH = "instruction_id in (select instruction_id from instruction where rowid in (select place from batch))"


def list_places(cursor: Cursor, content: str) -> np.ndarray:
    """Give the places in the table `instruction` of pairs that have this text, removed ones left out: int64, rising."""
    answered = "" if content == "instruction" else "and instruction_id in (select instruction_id from kept_answer)"
    found = cursor.execute(
        f"""
        select instruction.rowid as place
        from instruction
        where instruction.run_id not in (select run_id from removed_run)
            and instruction.syllabus_id in (
                select syllabus.syllabus_id
                from syllabus
                join kept_subject as subject on subject.subject_id = syllabus.subject_id
                join discipline_path as path on path.discipline_id = subject.discipline_id
            )
            {answered}
        order by place
        """  # noqa: S608 - texts of ours
    ).fetchnumpy()["place"]
    return np.asarray(found, np.int64)


def read_texts_at(cursor: Cursor, places: np.ndarray, content: str) -> list[str]:
    """Give the texts at some places (int64, rising) of `list_places`, in their order."""
    answered = (
        ""
        if content == "instruction"
        else f"join {first_answers(_OF_BATCH)} as answered on answered.instruction_id = asked.instruction_id"
    )
    if not len(places):
        return []
    with with_batch(cursor, pa.table({"place": pa.array(places, pa.int64())})):
        found = cursor.sql(
            f"""
            select {text_of(content, instruction="asked.text", answer="answered.text")} as text
            from instruction as asked
            {answered}
            where asked.rowid between ? and ? and asked.rowid in (select place from batch)
            order by asked.rowid
            """,  # noqa: S608 - texts of ours
            params=[int(places[0]), int(places[-1])],
        ).to_arrow_table()
    return [str(text) for text in found.column("text").to_pylist()]


def read_ranks(cursor: Cursor, places: np.ndarray) -> pd.DataFrame:
    """Give what decides which pair of a group is kept.

    Columns: place, instruction_id, status, is_chosen, is_demo, has_answer, flags (how many others it has).
    """
    with with_batch(cursor, pa.table({"place": pa.array(places, pa.int64())})):
        return cursor.execute(
            """
            select
                asked.rowid as place,
                asked.instruction_id,
                asked.status,
                asked.instruction_id in (from kept_duplicate) as is_chosen,
                asked.run_id in (select run_id from run where is_demo) as is_demo,
                asked.instruction_id in (select instruction_id from kept_answer) as has_answer,
                (
                    select count(*)
                    from quality_flag as flag
                    where flag.instruction_id = asked.instruction_id
                        and flag.kind not in ('exact_duplicate', 'near_duplicate')
                ) as flags
            from instruction as asked
            where asked.rowid in (select place from batch)
            order by asked.rowid
            """
        ).df()


def find_places(cursor: Cursor, instruction_ids: Sequence[str]) -> np.ndarray:
    """Give the places of instructions in their table: int64, rising."""
    with with_batch(cursor, pa.table({"instruction_id": pa.array(list(instruction_ids), pa.string())})):
        found = cursor.execute(
            """
            select rowid as place
            from instruction
            where instruction_id in (select instruction_id from batch)
            order by place
            """
        ).fetchnumpy()["place"]
    return np.asarray(found, np.int64)
