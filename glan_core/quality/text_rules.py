"""Is a text whole, of a sensible length, and free of what belongs to the prompt?

"The three causes are the"                     breaks off
"```python\\nprint(1)"                          a block of code stays open
"### Response: Light bends because ..."        a mark of a chat
"Using the key concepts above, explain ..."    words of the prompt
"""

import re

from glan_core.quality.words import normalised

FEWEST_QUESTION_WORDS = 3
MOST_QUESTION_WORDS = 1_500
"""Words; about four pages, where homework takes a paragraph."""
MOST_ANSWER_WORDS = 8_000
_LONGEST_LOOKED_AT = 400_000  # letters: what is longer has too many words whatever they are

# What no sentence ends with; a colon or a formula may well stand last.
_HANGING = re.compile(
    r"(?:[,;(\[{]|\b(?:the|a|an|and|or|of|to|with|because|which|whose|for|from|into|by|is|are|was|were|that|such as))$",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
_MARKS = re.compile(
    r"<\|(?:im_start|im_end|endoftext|eot_id|start_header_id|end_header_id|system|user|assistant|end)\|>"
    r"|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|^\s*#{2,3} (?:instruction|response|input|system|assistant|user) ?:"
    r"|^\s*(?:human|assistant|user|system) ?: ",
    re.IGNORECASE | re.MULTILINE,
)
_PROMPT = re.compile(
    r"</?syllabus>"
    r"|\b(?:key concepts?|class sessions?|syllabus|homework question) "
    r"(?:(?:given|listed|provided|mentioned|shown|selected|described) )?(?:above|below|in the prompt)\b"
    r"|\b(?:the|these|those) (?:given|provided|listed|selected) (?:key concepts?|class sessions?|syllabus)\b"
    r"|\bhere (?:is|'s|are) (?:a|an|the|your|one) (?:\w+ )?homework (?:question|problem|exercise)s?\b"
    r"|^\W*homework question\W",
    re.IGNORECASE | re.MULTILINE,
)


def is_empty(text: str) -> bool:
    """Say whether a text has neither letter nor digit nor sign of a formula."""
    return not any(letter.isalnum() or letter in "+-=<>∅∞∑∫√¬∴" for letter in text)


def breaks_off(text: str) -> bool:
    """Say whether the last words cannot be the end of anything."""
    return _HANGING.search(text[-80:].rstrip()) is not None


def has_open_code(text: str) -> bool:
    """Say whether a block of code is opened by a fence and closed by none, as Markdown reads it."""
    opened = ""
    for fence, rest in _FENCE.findall(text):
        if not opened:
            if not (fence[0] == "`" and "`" in rest):  # that would be code within a line
                opened = fence
        elif fence[0] == opened[0] and len(fence) >= len(opened) and not rest.strip():
            opened = ""
    return bool(opened)


def leaked_words(text: str) -> str:
    """Give the first words of a prompt, or mark of a chat, that stand in a text outside of code; empty: none."""
    plain = _without_code(text)
    found = _MARKS.search(plain) or _PROMPT.search(plain)
    return found[0].strip() if found else ""


def count_words(text: str) -> int:
    """Count words; letters of scripts without spaces are a word each."""
    return len(normalised(text[:_LONGEST_LOOKED_AT]).split())


def _without_code(text: str) -> str:
    """Leave out what stands between fences: examples of prompts are shown as code."""
    if "```" not in text:
        return text
    parts = re.split(r"^ {0,3}```.*$", text, flags=re.MULTILINE)
    return "\n".join(parts[0::2])
