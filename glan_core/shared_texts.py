"""How is a text kept once that thousands of prompts have in common?

The prompt of a question holds its whole syllabus. Kept as it is sent, a million questions would take six gigabytes to
say the same few thousand syllabi again, so a kept message holds a mark in the place of such a text:

    {"role": "user", "content": ["Here is a syllabus.\\n\\n", {"shared_text_id": "s3v..."}, "\\n\\nList its ..."]}

Unfolding gives back every character. A mark is an object and never part of a text, so no text can be taken for one.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from glan_core import ids
from glan_core.calls import Message


@lru_cache(maxsize=1000)  # a syllabus comes with every question of it, and takes longer to hash than to fold
def shared_text_id(text: str) -> str:
    """Give the id that a text has where it is kept."""
    return ids.content_id(text)


def fold(messages: Sequence[Message], shared_texts: Sequence[str]) -> list[dict[str, Any]]:
    """Give messages as JSON-ready data with marks in the place of the shared texts."""
    return [{"role": message.role, "content": _folded(message.content, shared_texts)} for message in messages]


def unfold(data: Sequence[dict[str, Any]], find: Callable[[str], str]) -> tuple[Message, ...]:
    """Give messages as they were sent; `find` gives a shared text by its id."""
    return tuple(Message(turn["role"], _unfolded(turn["content"], find)) for turn in data)


def shared_text_ids(data: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """List the ids of the shared texts that folded messages hold."""
    return tuple(
        part["shared_text_id"]
        for turn in data
        if not isinstance(turn["content"], str)
        for part in turn["content"]
        if not isinstance(part, str)
    )


def _folded(content: str, shared_texts: Sequence[str]) -> str | list[str | dict[str, str]]:
    parts: list[str | dict[str, str]] = [content]
    for text in shared_texts:
        if not text:
            continue
        mark = {"shared_text_id": shared_text_id(text)}
        split: list[str | dict[str, str]] = []
        for part in parts:
            if not isinstance(part, str) or text not in part:
                split.append(part)
                continue
            for number, piece in enumerate(part.split(text)):
                if number:
                    split.append(mark)
                if piece:
                    split.append(piece)
        parts = split
    return content if parts == [content] else parts


def _unfolded(content: str | list[str | dict[str, str]], find: Callable[[str], str]) -> str:
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else find(part["shared_text_id"]) for part in content)
