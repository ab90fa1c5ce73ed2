"""What is sent to a model, word for word?

One .jinja file per model call. Its named blocks are the turns of the conversation, in order; the last word of a
block's name is the role:

    {% block system %}...{% endblock %}
    {% block example_user %}...{% endblock %}
    {% block example_assistant %}...{% endblock %}
    {% block user %}...{% endblock %}

Turns are blocks and not marked by text, so nothing that a model or a user wrote can open a new turn.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal, cast

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateNotFound
from jinja2.sandbox import SandboxedEnvironment

from glan_core import errors
from glan_core.calls import Message

FOLDER = Path(__file__).parent
_ROLES = ("system", "user", "assistant")


def render(name: str, **values: object) -> tuple[Message, ...]:
    """Give the turns of template `name` filled with `values`.

    Raises errors.TemplateError if there is no such template, a value it needs is missing, or a block has no role.
    """
    template = _template(name)
    messages = []
    try:
        for block_name, block in template.blocks.items():
            text = "".join(block(template.new_context(values)))
            messages.append(Message(_role(name, block_name), text.strip()))
    except TemplateError as error:
        raise errors.TemplateError(f"Template {name!r} cannot be rendered: {error.message}.") from error
    return tuple(messages)


@cache
def fingerprint(name: str) -> str:
    """Give 12 hexadecimal digits of the template's SHA-256: a changed prompt is a different prompt."""
    return hashlib.sha256(source(name).encode()).hexdigest()[:12]


def source(name: str) -> str:
    """Give the text of the template file; errors.TemplateError if there is none."""
    if name not in names():
        raise errors.TemplateError(f"There is no prompt template {name!r}.", f"There are: {', '.join(names())}.")
    return (FOLDER / f"{name}.jinja").read_text(encoding="utf-8")


@cache
def names() -> tuple[str, ...]:
    """List the templates by name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.jinja")))


@cache
def _environment() -> SandboxedEnvironment:
    # Prompts are plain text, so there is nothing to escape; undefined values are errors, never empty strings.
    return SandboxedEnvironment(
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _template(name: str) -> Template:
    try:
        return _environment().get_template(f"{name}.jinja")
    except TemplateNotFound as error:
        raise errors.TemplateError(
            f"There is no prompt template {name!r}.", f"There are: {', '.join(names())}."
        ) from error
    except TemplateError as error:
        raise errors.TemplateError(f"Template {name!r} cannot be read: {error.message}.") from error


def _role(name: str, block_name: str) -> Literal["system", "user", "assistant"]:
    role = block_name.rsplit("_", maxsplit=1)[-1]
    if role not in _ROLES:
        raise errors.TemplateError(
            f"Block {block_name!r} of template {name!r} names no role.", f"End its name in one of: {', '.join(_ROLES)}."
        )
    return cast("Literal['system', 'user', 'assistant']", role)
