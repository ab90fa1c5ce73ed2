"""Which part of a syllabus's text is the introduction, and which are its objectives and outcomes?

The text is free: a person or a model wrote it in any layout and language. What stands before the class sessions is
told apart by the headings that English syllabi have; where none is known, all of it is the introduction.

    Thermodynamics

    Heat and work, from engines to stars.

    Objectives
    - State the laws of thermodynamics

    Class session 1: Temperature
    ...

Here the introduction is `Heat and work, from engines to stars.`, and there is one objective.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_LONGEST_HEADING = 100

_DECORATION = re.compile(r"^(?:[#>*_\s]+|\(?\d{1,2}[.)]\s+|[IVX]{1,4}\.\s+)+|[*_#\s]+$")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+")
_SESSIONS = re.compile(
    r"(?:class|course)?\s*(?:sessions?|lectures?|weeks?|lessons?|modules?|units?|classes|class)\b\W*(?:\d|$)"
    r"|(?:course |class )?(?:schedule|outline|calendar|plan)\W*$",
    re.IGNORECASE,
)
_HEADINGS = {
    "introduction": re.compile(
        r"(?:introduction|overview|course introduction|(?:course )?(?:overview|description)"
        r"|introduction to the (?:subject|course))\b\s*(?P<rest>:.*)?$",
        re.IGNORECASE,
    ),
    "objectives": re.compile(
        r"(?:(?:course|learning) )?(?:objectives|goals)(?: of the course| and (?:expected )?outcomes)?"
        r"\s*(?P<rest>:.*)?$",
        re.IGNORECASE,
    ),
    "outcomes": re.compile(
        r"(?:(?:expected|learning|course|student|intended) )*outcomes(?: of the course)?\s*(?P<rest>:.*)?$",
        re.IGNORECASE,
    ),
}


class SyllabusText(NamedTuple):
    """What a syllabus says before its first class session."""

    introduction: str
    """Paragraphs, an empty line between them."""
    objectives: tuple[str, ...]
    """Lines without their bullets."""
    outcomes: tuple[str, ...]


def read_syllabus_text(text: str, *, class_session_titles: Sequence[str] = ()) -> SyllabusText:
    """Tell the parts of a text before its class sessions apart; what is not there is empty.

    `class_session_titles` are those read out of it: the first line that is one, or ends with one after a colon or a
    number, is taken for where they begin, whatever the language. An item of a list is not.
    """
    titles = [re.compile(rf"(?:.*[:.)\d–—-]\s*)?{re.escape(title)}", re.IGNORECASE) for title in class_session_titles]
    parts: dict[str, list[str]] = {"introduction": [], "objectives": [], "outcomes": []}
    part = "introduction"
    for line in _without_title(text.splitlines()):
        bare = _DECORATION.sub("", line)
        if _begins_sessions(bare, titles):
            break
        heading, rest = _heading(bare)
        if heading:
            part, line = heading, rest
        parts[part].append(line.strip())
    return SyllabusText(
        re.sub(r"\n{3,}", "\n\n", "\n".join(parts["introduction"])).strip(),
        _items(parts["objectives"]),
        _items(parts["outcomes"]),
    )


def _without_title(lines: list[str]) -> list[str]:
    """Leave out a first line that only names the course."""
    written = [place for place, line in enumerate(lines) if line.strip()]
    if len(written) < 2:
        return lines
    first = _DECORATION.sub("", lines[written[0]])
    stands_alone = written[1] > written[0] + 1 or lines[written[0]].lstrip().startswith("#")
    is_title = stands_alone and len(first) <= _LONGEST_HEADING and not first.endswith((".", "!", "?"))
    return lines[written[0] + 1 :] if is_title and not _heading(first)[0] else lines


def _begins_sessions(bare: str, titles: Sequence[re.Pattern[str]]) -> bool:
    if not bare or bare.startswith(("-", "•", "–")) or len(bare) > 2 * _LONGEST_HEADING:
        return False
    return bool(_SESSIONS.match(bare)) or any(title.fullmatch(bare) for title in titles)


def _heading(bare: str) -> tuple[str, str]:
    """Give the part that a line begins, with what else the line says; two empty texts for any other line."""
    for part, pattern in _HEADINGS.items():
        found = pattern.match(bare)
        if found:
            return part, (found["rest"] or "").lstrip(":* ")
    return "", ""


def _items(lines: list[str]) -> tuple[str, ...]:
    return tuple(_BULLET.sub("", line) for line in lines if line.strip())
