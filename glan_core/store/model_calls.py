"""What was sent to which model, and what came back?"""

import json
from collections.abc import Sequence

from glan_core.calls import ModelCall, SharedText
from glan_core.shared_texts import fold, shared_text_id, shared_text_ids, unfold
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row

_COLUMNS = """
    model_call_id, run_id, stage, template, template_fingerprint, model, parameters, messages, reply, finish_reason,
    prompt_tokens, completion_tokens, seconds, attempt, finished_at, error_kind, error_message, cost, tries, left_out,
    address
"""

UNUSED = """
    finish_reason <> ''
    and model_call_id not in (select model_call_id from instruction)
    and model_call_id not in (select model_call_id from answer)
    and model_call_id not in (select model_call_id from judgement)
    and model_call_id not in (select model_call_id from compared_answer)
    and model_call_id not in (select model_call_id from comparison)
"""
"""Of `model_call`: answered, and neither a pair nor what a judge said was made from it."""

_OUTCOME = (
    "run_id", "reply", "finish_reason", "prompt_tokens", "completion_tokens", "seconds", "finished_at", "error_kind",
    "error_message", "cost", "tries", "left_out", "address",
)  # fmt: skip

# An older outcome comes back when the journal of an earlier run is read again; the newer one stands.
LATER_OUTCOME = (
    "update set "
    + ", ".join(f"{column} = excluded.{column}" for column in _OUTCOME)
    + " where excluded.finished_at >= model_call.finished_at"
)
"""What is done with a call that is there already."""


def insert_model_calls(cursor: Cursor, calls: Sequence[ModelCall]) -> None:
    """Add calls; one that is there already gets the later outcome."""
    insert_shared_texts(
        cursor, [SharedText(shared_text_id(text), text) for text in {text for c in calls for text in c.shared_texts}]
    )
    insert_batch(
        cursor,
        "model_call",
        [
            {
                "model_call_id": call.model_call_id,
                "run_id": call.run_id,
                "stage": call.stage,
                "template": call.template,
                "template_fingerprint": call.template_fingerprint,
                "model": call.model,
                "parameters": json.dumps(call.parameters, sort_keys=True),
                "messages": json.dumps(fold(call.messages, call.shared_texts), ensure_ascii=False),
                "reply": call.reply,
                "finish_reason": call.finish_reason,
                "prompt_tokens": call.prompt_tokens,
                "completion_tokens": call.completion_tokens,
                "seconds": call.seconds,
                "attempt": call.attempt,
                "finished_at": call.finished_at,
                "error_kind": call.error_kind,
                "error_message": call.error_message,
                "cost": call.cost,
                "tries": call.tries,
                "left_out": call.left_out,
                "address": call.address,
            }
            for call in {call.model_call_id: call for call in calls}.values()
        ],
        on_conflict=LATER_OUTCOME,
    )


def find_model_call(cursor: Cursor, model_call_id: str) -> ModelCall | None:
    """Give the call with this id."""
    row = first_row(
        cursor.execute(
            f"select {_COLUMNS} from model_call where model_call_id = ?",  # noqa: S608
            [model_call_id],
        )
    )
    if row is None:
        return None
    values = dict(zip((name.strip() for name in _COLUMNS.split(",")), row, strict=True))
    values["parameters"] = json.loads(values["parameters"])
    folded = json.loads(values["messages"])
    shared = find_shared_texts(cursor, shared_text_ids(folded))
    values["messages"] = unfold(folded, shared.__getitem__)
    return ModelCall(**values, shared_texts=tuple(shared.values()))


def list_used_replies(cursor: Cursor, run_ids: Sequence[str], *, stage: str) -> tuple[str, ...]:
    """Give what came back to the calls of a stage of these runs, where it could be used."""
    rows = cursor.execute(
        """
        select reply
        from model_call
        where run_id in (select unnest(?::varchar[]))
            and stage = ?
            and error_kind is null
        order by finished_at, model_call_id
        """,
        [list(run_ids), stage],
    ).fetchall()
    return tuple(reply for (reply,) in rows)


def list_unused_call_ids(cursor: Cursor) -> frozenset[str]:
    """List the answered calls that no instruction or answer was made from.

    These are the only ones that a run may ask for again: calls of the tree, unusable replies, and replies that came
    just before a process was killed.
    """
    rows = cursor.execute(
        f"select model_call_id from model_call where {UNUSED}"  # noqa: S608
    ).fetchall()
    return frozenset(model_call_id for (model_call_id,) in rows)


def insert_shared_texts(cursor: Cursor, shared_texts: Sequence[SharedText]) -> None:
    """Add texts; those that are there already stay."""
    insert_batch(
        cursor,
        "shared_text",
        [
            {"shared_text_id": shared.shared_text_id, "text": shared.text}
            for shared in {shared.shared_text_id: shared for shared in shared_texts}.values()
        ],
    )


def find_shared_texts(cursor: Cursor, shared_text_ids: Sequence[str]) -> dict[str, str]:
    """Give, by id, the texts that prompts have in common."""
    if not shared_text_ids:
        return {}
    rows = cursor.execute(
        "select shared_text_id, text from shared_text where shared_text_id in (select unnest(?::varchar[]))",
        [list(shared_text_ids)],
    ).fetchall()
    return dict(rows)
