"""Can the templates in a folder of one's own take the place of the shipped ones?

    my_templates/
      answers.jinja          in place of the shipped answers.jinja
      instructions.jinja     in place of the shipped instructions.jinja

Every template is given the variables of its call and no others. A mistake in one is found here, before a run starts,
and not in the middle of it.
"""

import difflib
from pathlib import Path

import jinja2.meta
from jinja2 import TemplateError

from glan_core import errors
from glan_core.prompts.loading import environment, forget, load, names, render

_TAXONOMY = ("child_level", "path", "existing", "number", "language", "reply_form")
_SYLLABUS = (
    *("discipline", "subject", "level", "subtopics", "fewest_class_sessions", "most_class_sessions", "key_concepts"),
    "language",
)
_INSTRUCTIONS = ("discipline", "subject", "level", "syllabus", "learned", "class_sessions", "language")
_REGENERATED_INSTRUCTIONS = (
    *("discipline", "subject", "level", "learned", "class_sessions", "instruction", "feedback"),
    "language",
)

VARIABLES: dict[str, tuple[str, ...]] = {
    "taxonomy": _TAXONOMY,
    "subjects": ("discipline", "path", "number", "language"),
    "subjects_as_jsonl": ("levels", "language", "reply_form"),
    "syllabus": _SYLLABUS,
    "class_details": ("syllabus", "reply_form"),
    "instructions": _INSTRUCTIONS,
    "answers": ("instruction", "language"),
    "judge": ("instruction", "answer", "language", "reply_form"),
    "compare": ("instruction", "first_answer", "second_answer", "language", "reply_form"),
    "regenerated_instructions": _REGENERATED_INSTRUCTIONS,
    "regenerated_answers": ("instruction", "answer", "feedback", "language"),
    "repair_list": ("reason", "key", "fields", "reply_form"),
}
"""What each call gives to its template, whatever wording is used."""

# Without these a call would ask for nothing in particular: every reply would be as good as any other.
_ESSENTIAL: dict[str, tuple[str, ...]] = {
    "taxonomy": ("child_level", "path"),
    "subjects": ("discipline",),
    "subjects_as_jsonl": ("levels",),
    "syllabus": ("subject",),
    "class_details": ("syllabus",),
    "instructions": ("class_sessions",),
    "answers": ("instruction",),
    "judge": ("answer",),
    "compare": ("first_answer", "second_answer"),
    "regenerated_instructions": ("class_sessions", "feedback"),
    "regenerated_answers": ("instruction", "feedback"),
    "repair_list": ("reason",),
}

EXAMPLES: dict[str, object] = {
    "answer": "Short waves are scattered most.",
    "child_level": "sub-field",
    "class_sessions": [{"title": "Rays", "key_concepts": ["reflection", "refraction"]}],
    "discipline": "Physics",
    "existing": ["Physical sciences"],
    "feedback": ["The answer is wrong."],
    "fewest_class_sessions": 10,
    "fields": ["subject_name", "level"],
    "first_answer": "Short waves are scattered most.",
    "instruction": "Why is the sky blue?",
    "key": "subjects",
    "key_concepts": 5,
    "language": "English",
    "learned": ["Rays", "Waves"],
    "level": "introductory",
    "levels": ["introductory", "advanced"],
    "most_class_sessions": 30,
    "number": 12,
    "path": ["Natural Science"],
    "reason": "The reply holds no JSON object.",
    "reply_form": "jsonl",
    "second_answer": "It mirrors the sea.",
    "subject": "Optics",
    "subtopics": ["light"],
    "syllabus": "Class session 1: Rays",
}
"""A value of each variable, as a template is tried out with."""


def variables_of(name: str) -> tuple[str, ...]:
    """Give the variables that a shipped template, and one in its place, may use."""
    return VARIABLES[_call_of(name)]


def check_folder(folder: str) -> tuple[str, ...]:
    """Give the names of the templates that a folder replaces, none for an empty `folder`; reads the files anew.

    Raises errors.TemplateError if the folder is missing or a file in it replaces nothing, cannot be read, has a block
    without a role, does not end with the user's turn, uses a variable that it is not given, leaves out one that its
    call is about, or cannot be rendered with examples.
    """
    if not folder:
        return ()
    place = Path(folder).expanduser()
    try:
        files = sorted(path for path in place.iterdir() if path.suffix == ".jinja")
    except OSError as error:
        raise errors.TemplateError(
            f"The templates folder {folder!r} cannot be read: {error.strerror}.",
            "Name a folder that holds .jinja files, or none.",
        ) from error
    forget()
    for path in files:
        _check_name(path)
        _check(path)
    return tuple(path.stem for path in files)


def _check_name(path: Path) -> None:
    if path.stem in names():
        return
    close = difflib.get_close_matches(path.stem, names(), n=1)
    hint = f"Did you mean {close[0]}.jinja?" if close else f"There are: {', '.join(names())}."
    raise errors.TemplateError(f"{path} replaces no template: there is none of that name.", hint)


def _check(path: Path) -> None:
    name, allowed = path.stem, variables_of(path.stem)
    loaded = load(name, str(path.parent))
    try:
        tree = environment().parse(loaded.source)
        used = jinja2.meta.find_undeclared_variables(tree)
    except TemplateError as error:
        raise errors.TemplateError(f"{path} cannot be read: {error}.") from error
    if any(True for _ in jinja2.meta.find_referenced_templates(tree)):
        raise errors.TemplateError(f"{path} refers to another file.", "A template holds all of its own turns.")
    hint = f"It is given: {', '.join(allowed)}."
    for variable in sorted(used - set(allowed)):
        close = difflib.get_close_matches(variable, allowed, n=1)
        meant = f"Did you mean {close[0]!r}? " if close else ""
        raise errors.TemplateError(f"{path} uses {variable!r}, which it is not given.", meant + hint)
    for variable in _ESSENTIAL[_call_of(name)]:
        if variable not in used:
            raise errors.TemplateError(f"{path} does not use {variable!r}, which its call is about.", hint)
    if loaded.turns[-1].role != "user":
        raise errors.TemplateError(
            f"{path} ends with a turn of the {loaded.turns[-1].role}.",
            "Its last block has to be the user's: {% block user %}.",
        )
    render(loaded, name, {variable: EXAMPLES[variable] for variable in allowed})


def _call_of(name: str) -> str:
    base = name.removesuffix("_quick")
    return "taxonomy" if base.startswith("taxonomy") else base
