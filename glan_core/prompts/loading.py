"""Where does a template come from, and how does it become turns?

A file in a folder of one's own comes before the shipped one of the same name. Each is read once per process, or again
after `forget`.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from glan_core import errors
from glan_core.calls import Message

FOLDER = Path(__file__).parent
ROLES = ("system", "user", "assistant")
# What a template can do wrong besides what jinja2 itself finds: add a number to a text, divide by zero, call itself.
_MISTAKES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)


class Turn(NamedTuple):
    """One block of a template."""

    role: Literal["system", "user", "assistant"]
    render: Callable[[Context], Iterable[str]]


class Loaded(NamedTuple):
    """A template that has been read."""

    source: str
    fingerprint: str
    template: Template
    turns: tuple[Turn, ...]


@cache
def names() -> tuple[str, ...]:
    """List the shipped templates by name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.jinja")))


@cache
def load(name: str, folder: str = "") -> Loaded:
    """Give a template; errors.TemplateError if there is none, or if it cannot be read or compiled."""
    if name not in names():
        raise errors.TemplateError(f"There is no prompt template {name!r}.", f"There are: {', '.join(names())}.")
    own = Path(folder).expanduser() / f"{name}.jinja"
    text = read(own if folder and own.exists() else FOLDER / f"{name}.jinja")
    try:
        template = environment().from_string(text)
    except (TemplateError, RecursionError) as error:
        raise errors.TemplateError(f"Template {name!r} cannot be read: {error}.") from error
    turns = tuple(Turn(_role(name, block_name), block) for block_name, block in template.blocks.items())
    if not turns:
        raise errors.TemplateError(
            f"Template {name!r} holds no turn.", "Put its text between {% block user %} and {% endblock %}."
        )
    return Loaded(text, hashlib.sha256(text.encode()).hexdigest()[:12], template, turns)


def render(loaded: Loaded, name: str, values: dict[str, object]) -> tuple[Message, ...]:
    """Give the turns of a template; errors.TemplateError if a value is missing or it goes wrong on the way."""
    try:
        context = loaded.template.new_context(values)
        turns = [Message(turn.role, "".join(turn.render(context)).strip()) for turn in loaded.turns]
    except _MISTAKES as error:
        raise errors.TemplateError(f"Template {name!r} cannot be rendered: {error}.") from error
    return tuple(turn for turn in turns if turn.content or turn.role != "system")


def read(path: Path) -> str:
    """Give the text of a template file; errors.TemplateError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise errors.TemplateError(
            f"{path} cannot be read: {error}.", "A template is a text file in UTF-8 that you may read."
        ) from error


def forget() -> None:
    """Read every template anew when it is needed next."""
    load.cache_clear()


@cache
def environment() -> SandboxedEnvironment:
    """Give the sandbox that templates run in; without a loader, so none can read another file."""
    # Prompts are plain text, so there is nothing to escape; undefined values are errors, never empty strings.
    return SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _role(name: str, block_name: str) -> Literal["system", "user", "assistant"]:
    role = block_name.rsplit("_", maxsplit=1)[-1]
    if role not in ROLES:
        raise errors.TemplateError(
            f"Block {block_name!r} of template {name!r} names no role.", f"End its name in one of: {', '.join(ROLES)}."
        )
    return cast("Literal['system', 'user', 'assistant']", role)
