"""Questions with neighbours as a test wants them: so many new ones and so many that a former one is near to."""

import dataclasses
from datetime import datetime

import numpy as np

from glan_core.encoder_choice import encoder_in_use
from glan_core.scope import resolve_scope
from glan_core.store.database import Cursor
from glan_core.store.instructions import insert_instructions
from glan_core.store.model_calls import insert_model_calls
from glan_core.store.neighbourhoods import Neighbourhoods, insert_neighbourhoods
from glan_core.store.runs import save_run
from tests.small_pairs import NOON, instruction, model_call, run
from tests.store.vectors import link


def keep_questions(
    cursor: Cursor,
    subject: str,
    *,
    new: int,
    repeated: int,
    unread: int = 0,
    run_id: str = "made",
    seed: int = 99,
    at: datetime = NOON,
) -> None:
    """Put questions of a subject into the database: new ones, then some near to the first of these, then unread ones.

    They are the newest of the subject, and no other is near to them. The encoder in use has read all but the last.
    """
    subject_id = resolve_scope(cursor, subject).node_id
    (syllabus_id,) = cursor.execute("select syllabus_id from syllabus where subject_id = ?", [subject_id]).fetchone()
    (start,) = cursor.execute("select coalesce(max(number) + 1, 0) from embedded_instruction").fetchone()
    ids = [f"{subject_id}{run_id}{start + place}" for place in range(new + repeated + unread)]
    save_run(cursor, run(run_id, seed=seed, started_at=at))
    insert_model_calls(cursor, [model_call(f"call-{id_}", run_id=run_id, finished_at=at) for id_ in ids])
    made = [dataclasses.replace(instruction(id_, run_id=run_id), syllabus_id=syllabus_id) for id_ in ids]
    for arriving in (made[:1], made[1:]):  # what arrives at once has no order that could be relied on
        insert_instructions(cursor, [dataclasses.replace(each, key_concept_ids=()) for each in arriving])
    encoder, content = encoder_in_use(cursor)
    read = new + repeated
    link(cursor, encoder.encoder, content, **{id_: start + place for place, id_ in enumerate(ids[:read])})
    is_repeated = np.arange(read) >= new
    lists = Neighbourhoods(
        start + np.arange(read),
        np.where(is_repeated, start, -1)[:, None],
        np.where(is_repeated, 0.9, -np.inf).astype(np.float32)[:, None],
    )
    insert_neighbourhoods(cursor, lists, encoder=encoder.encoder, content=content)
