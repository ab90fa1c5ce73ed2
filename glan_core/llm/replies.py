"""What did the model mean to say, as data?

Each function turns a reply's text into values or raises ReplyError with the kind that the ledger stores:
`empty`, `truncated`, `not_json`, `wrong_shape`.
"""

import json
from typing import Any

from glan_core.calls import ChatReply
from glan_core.errors import ReplyError


def text_of(reply: ChatReply) -> str:
    """Give the reply without surrounding space; ReplyError if nothing is left."""
    text = reply.text.strip()
    if not text:
        raise ReplyError("The reply is empty.", kind="empty", model_call_id=reply.model_call_id)
    return text


def objects_of(reply: ChatReply, *, key: str) -> list[dict[str, Any]]:
    """List the JSON objects in a reply that was asked for one a line, or for {key: [...]}.

    Code fences and prose around the objects are passed over, and so is a last object that was cut off, as long as
    another one is whole. Raises ReplyError `empty`, `truncated` or `not_json`.
    """
    text = text_of(reply)
    found = _objects(text)
    listed = [item for outer in found for item in _listed(outer, key)]
    if listed:
        return listed
    if reply.finish_reason == "length":
        raise ReplyError(
            "The reply was cut off at its token limit.", kind="truncated", model_call_id=reply.model_call_id
        )
    raise ReplyError("The reply holds no JSON.", kind="not_json", model_call_id=reply.model_call_id)


def text_field(item: dict[str, Any], name: str) -> str:
    """Give a text of a JSON object without surrounding space, or an empty one where there is none."""
    value = item.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def text_list_field(item: dict[str, Any], name: str) -> tuple[str, ...]:
    """Give a list of texts of a JSON object without empty ones and repeats (letter case aside)."""
    values = item.get(name)
    texts = [" ".join(value.split()) for value in values if isinstance(value, str)] if isinstance(values, list) else []
    distinct: dict[str, str] = {}
    for text in texts:
        distinct.setdefault(text.casefold(), text)
    distinct.pop("", None)
    return tuple(distinct.values())


def _objects(text: str) -> list[dict[str, Any]]:
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    start = text.find("{")
    while start >= 0:
        try:
            value, end = decoder.raw_decode(text, start)
        except (json.JSONDecodeError, RecursionError):
            # Not an object from here on: a brace in prose, or an outer object that was cut off. Look inside it.
            end = start + 1
        else:
            if isinstance(value, dict):
                found.append(value)
        start = text.find("{", end)
    return found


def _listed(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    inner = item.get(key)
    if isinstance(inner, list):
        return [value for value in inner if isinstance(value, dict)]
    return [item]
