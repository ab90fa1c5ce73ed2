"""What is each part of a filter called, and what does a whole one say in words?

One place for both: the widgets that set a part, and the badges that say what is set.
"""

import dataclasses

from glan_core.entities import SUBJECT_LEVELS, Filter, ScoreRange
from glan_core.scope import list_scope_nodes
from glan_core.store.database import Cursor
from glan_core.store.runs import find_run
from pages.shared.flag_words import flag_words
from pages.shared.formats import count, shortened
from pages.shared.map_counts import run_names

LEVELS = {level: level.capitalize() for level in SUBJECT_LEVELS}
REVIEWS = {"generated": "Not reviewed", "accepted": "Accepted", "rejected": "Rejected"}
SESSIONS = {"one_session": "One class session", "two_sessions": "Two class sessions"}
ANSWERED = {True: "Answered", False: "Without an answer"}
FLAGGED = {True: "Flagged", False: "Without a flag"}
DEMO = {True: "Demo pairs", False: "Own pairs"}

_CHOICES = {"levels": LEVELS, "statuses": REVIEWS, "strategies": SESSIONS}
_CLAIMS = {"has_answer": ANSWERED, "is_flagged": FLAGGED, "is_demo": DEMO}
_SAID = {
    *_CHOICES,
    *_CLAIMS,
    *("taxonomy_node_ids", "run_ids", "tags", "text", "instruction_ids", "polygon", "box", "projection_id"),
    *("flag_kinds", "without_flag_kinds", "judge_score", "reviewers"),
}
_MOST_NAMED = 2
_LONGEST = 60


def conditions(cursor: Cursor, filter_: Filter) -> list[str]:
    """Give each condition that is set, in words; what has no words of its own comes last, as one."""
    found = []
    if filter_.taxonomy_node_ids:
        names = {node.node_id: node.path[-1] for node in list_scope_nodes(cursor)}
        found.append(f"Below {_some([names.get(key, 'a removed node') for key in filter_.taxonomy_node_ids])}")
    if filter_.run_ids:
        runs = run_names(cursor)
        found.append(_some([runs.get(key, f"Run {shortened(key, 7)}") for key in filter_.run_ids]))
    for name, words in _CHOICES.items():
        if values := getattr(filter_, name):
            found.append(_some([words.get(value, value) for value in values]))
    if filter_.tags:
        found.append(f"Tagged {_some(list(filter_.tags))}")
    found += [words[value] for name, words in _CLAIMS.items() if (value := getattr(filter_, name)) is not None]
    if filter_.flag_kinds:
        found.append(f"Flagged: {flag_words(filter_.flag_kinds)}")
    if filter_.without_flag_kinds:
        found.append(f"Not flagged: {flag_words(filter_.without_flag_kinds)}")
    if filter_.reviewers:
        found.append(f"Reviewed by {_some(list(filter_.reviewers))}")
    if filter_.judge_score != ScoreRange():
        found.append(_score_words(filter_.judge_score))
    if filter_.text:
        found.append(shortened(f"With the words {filter_.text}", _LONGEST))
    if filter_.instruction_ids:
        found.append(f"{count(len(filter_.instruction_ids))} chosen pairs")
    if filter_.polygon or filter_.box:
        found.append("Inside an outline on the map")
    rest = [field for field in dataclasses.fields(Filter) if field.name not in _SAID]
    if any(getattr(filter_, field.name) != field.default for field in rest):
        found.append("More conditions of this view")
    return found


def unknown_runs(cursor: Cursor, filter_: Filter) -> str:
    """Say which runs of a filter are not in this database; empty where all are."""
    unknown = [key for key in filter_.run_ids if find_run(cursor, key) is None]
    if not unknown:
        return ""
    names = _some([shortened(key, 24) for key in unknown])
    return (
        f"{'No run' if len(unknown) == 1 else 'No runs'} of this database: {names}. Another database may have made it."
    )


def _score_words(score: ScoreRange) -> str:
    ends = (
        f"from {score.least:g}" if score.least is not None else "",
        f"to {score.most:g}" if score.most is not None else "",
    )
    return f"Judge score {' '.join(end for end in ends if end)}"


def _some(names: list[str]) -> str:
    rest = len(names) - _MOST_NAMED
    words = ", ".join(shortened(name, _LONGEST) for name in names[:_MOST_NAMED])
    return f"{words} and {rest} more" if rest > 0 else words
