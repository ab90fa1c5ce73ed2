"""What is a line of a journal? One thing that came to be, as JSON:

{"kind": "Answer", "value": {"answer_id": "p4w...", "instruction_id": "k2f...", "text": "Because ...", ...}}
"""

import dataclasses
import json
from datetime import datetime
from typing import Any

from glan_core.calls import ModelCall, SharedText
from glan_core.entities import Strategy
from glan_core.shared_texts import fold, shared_text_ids, unfold
from glan_core.store.ingest import INSERTS, Entity

_KINDS: dict[str, Any] = {kind.__name__: kind for kind in INSERTS}
_TURN = ("role", "content")
_FIELDS = {
    kind: tuple(field.name for field in dataclasses.fields(kind) if field.name != "shared_texts") for kind in INSERTS
}


def line_of(entity: Entity) -> bytes:
    """Give the line of an entity, with its end."""
    value = {field: getattr(entity, field) for field in _FIELDS[type(entity)]}
    if isinstance(entity, ModelCall):
        value["messages"] = fold(entity.messages, entity.shared_texts)
    entry = {"kind": type(entity).__name__, "value": value}
    return json.dumps(entry, ensure_ascii=False, default=_plain, separators=(",", ":")).encode(errors="replace") + b"\n"


def entity_of(kind: str, value: dict[str, Any], shared_texts: dict[str, str]) -> Entity:
    """Read the value of a line, and remember a shared text for those that follow.

    Raises what a value of another form brings: KeyError, TypeError or ValueError.
    """
    for name in ("subtopics", "key_concept_ids"):
        if name in value:
            value[name] = tuple(value[name])
    if "strategy" in value:
        value["strategy"] = Strategy(value["strategy"])
    if "messages" in value:
        # Journals of the first version hold turns as pairs.
        folded = [turn if isinstance(turn, dict) else dict(zip(_TURN, turn, strict=True)) for turn in value["messages"]]
        value["messages"] = unfold(folded, shared_texts.__getitem__)
        value["shared_texts"] = tuple(shared_texts[each] for each in shared_text_ids(folded))
    for name in ("finished_at", "judged_at"):
        if name in value:
            value[name] = datetime.fromisoformat(value[name])
    entity: Entity = _KINDS[kind](**value)
    if isinstance(entity, SharedText):
        shared_texts[entity.shared_text_id] = entity.text
    return entity


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a journal")
