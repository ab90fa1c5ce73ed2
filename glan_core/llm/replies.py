"""What did the model mean to say, as text or as a list?

Each function turns a reply's text into values or raises ReplyError with the kind that the ledger stores:
`empty`, `truncated`, `not_json`, `wrong_shape`. How damaged JSON is mended stands in json_pieces.py.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from glan_core.calls import ChatReply
from glan_core.errors import ReplyError
from glan_core.llm.json_pieces import CUT_OFF, pieces_of

# Models that think aloud do so first, in one of these tags; where the prompt's own form opened it, only its end is
# there. Further on the same words may belong to the answer.
_THINKING = re.compile(r"\s*<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_END_OF_THINKING = re.compile(r"\A(?:(?!<think>).)*</think>", re.DOTALL | re.IGNORECASE)
# JSON reads the \f of \frac, the \t of \theta and so on as control characters, which no name of ours holds.
_LETTER_OF = {"\t": "t", "\r": "r", "\f": "f", "\b": "b"}
_LATEX_ESCAPE = re.compile(r"[\t\r\f\x08](?=[a-z])")
_MOST_DEPTH = 6  # lists stand two or three levels deep
_BYTE_ORDER_MARK = "\ufeff"


class Objects(NamedTuple):
    """The objects of a list that could be read."""

    items: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...]
    """What was passed over and why, a short sentence each: "Line 3 is not JSON."."""


def text_of(reply: ChatReply) -> str:
    """Give the reply without thinking and surrounding space; ReplyError `empty` if nothing is left."""
    text = without_thinking(reply.text)
    if text:
        return text
    message = "The reply is empty."
    if reply.text.strip():
        message = "The reply holds nothing but thinking."
        if reply.finish_reason == "length":
            message = "The reply reached its token limit while the model was still thinking."
    raise ReplyError(message, kind="empty", model_call_id=reply.model_call_id, reply_text=reply.text)


def without_thinking(text: str) -> str:
    """Give a text without what the model thought aloud before it, and without surrounding space."""
    text = text.replace(_BYTE_ORDER_MARK, "")
    while match := _THINKING.match(text):
        text = text[match.end() :]
    if "</think>" in text:
        text = _END_OF_THINKING.sub("", text)
    return text.strip()


def objects_of(reply: ChatReply, *, key: str, required: str) -> Objects:
    """List the JSON objects in a reply that was asked for one a line, or for {key: [...]}.

    Code fences, prose and lists around the objects are passed over, and damaged objects are mended where their meaning
    is plain. An object without a text `required` is left out, and so is one that was cut off or is beyond mending.
    Raises ReplyError `empty`, `truncated`, `not_json` or `wrong_shape` if no object remains.
    """
    text = text_of(reply)
    pieces = pieces_of(text)
    found = [item for value in pieces.values for item in _listed(value, key=key, required=required)]
    items = tuple(item for item in found if text_field(item, required))
    if items:
        nameless = len(found) - len(items)
        left_out = [*pieces.left_out, *[f"An object without {required}."] * nameless]
        if reply.finish_reason == "length" and CUT_OFF not in left_out:
            left_out.append("The list was cut off after an object.")
        return Objects(items, tuple(left_out))
    if reply.finish_reason == "length":
        kind, message = "truncated", "The reply was cut off at its token limit."
    elif pieces.values:
        kind, message = "wrong_shape", f"The reply holds no object with a text {required!r}."
    else:
        kind, message = "not_json", "The reply holds no JSON object."
    raise ReplyError(message, kind=kind, model_call_id=reply.model_call_id, reply_text=text)


def text_field(item: dict[str, Any], name: str) -> str:
    """Give a text of a JSON object as one line without surrounding space, or an empty one where there is none."""
    return _one_line(item.get(name))


def text_list_field(item: dict[str, Any], name: str) -> tuple[str, ...]:
    """Give a list of texts of a JSON object without empty ones and repeats (letter case aside)."""
    values = item.get(name)
    distinct: dict[str, str] = {}
    for text in map(_one_line, values if isinstance(values, list) else ()):
        distinct.setdefault(text.casefold(), text)
    distinct.pop("", None)
    return tuple(distinct.values())


def _listed(value: Any, *, key: str, required: str, depth: int = _MOST_DEPTH) -> list[dict[str, Any]]:
    """List the objects in a value: itself, those of its list `key`, or those within what it holds instead."""
    if depth == 0:
        return []

    def within(values: Iterable[Any]) -> list[dict[str, Any]]:
        return [item for held in values for item in _listed(held, key=key, required=required, depth=depth - 1)]

    if isinstance(value, list):
        return within(value)
    if not isinstance(value, dict):
        return []
    if isinstance(value.get(key), list | dict):
        return within([value[key]])
    if required in value:
        return [value]
    # Another name for the list, or objects by number: {"courses": [...]}, {"1": {...}, "2": {...}}.
    inner = within(value.values())
    return inner if any(required in item for item in inner) else [value] if value else []


def _one_line(value: Any) -> str:
    return " ".join(_LATEX_ESCAPE.sub(_as_written, value).split()) if isinstance(value, str) else ""


def _as_written(match: re.Match[str]) -> str:
    return "\\" + _LETTER_OF[match[0]]
