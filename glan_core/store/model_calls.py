"""What was sent to which model, and what came back?"""

import json
from collections.abc import Sequence

from glan_core.calls import Message, ModelCall
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor

_COLUMNS = """
    model_call_id, run_id, stage, template, template_fingerprint, model, parameters, messages, reply, finish_reason,
    prompt_tokens, completion_tokens, seconds, attempt, finished_at, error_kind, error_message, cost
"""

_OUTCOME = (
    "run_id", "reply", "finish_reason", "prompt_tokens", "completion_tokens", "seconds", "finished_at", "error_kind",
    "error_message", "cost",
)  # fmt: skip


def insert_model_calls(cursor: Cursor, calls: Sequence[ModelCall]) -> None:
    """Add calls; one that is there already gets the later outcome."""
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
                "messages": json.dumps([message._asdict() for message in call.messages], ensure_ascii=False),
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
            }
            for call in {call.model_call_id: call for call in calls}.values()
        ],
        # An older outcome comes back when the journal of an earlier run is read again; the newer one stands.
        on_conflict="update set "
        + ", ".join(f"{column} = excluded.{column}" for column in _OUTCOME)
        + " where excluded.finished_at >= model_call.finished_at",
    )


def find_model_call(cursor: Cursor, model_call_id: str) -> ModelCall | None:
    """Give the call with this id."""
    row = cursor.execute(
        f"select {_COLUMNS} from model_call where model_call_id = ?",  # noqa: S608
        [model_call_id],
    ).fetchone()
    if row is None:
        return None
    values = dict(zip((name.strip() for name in _COLUMNS.split(",")), row, strict=True))
    values["parameters"] = json.loads(values["parameters"])
    values["messages"] = tuple(Message(**message) for message in json.loads(values["messages"]))
    return ModelCall(**values)
