"""What is sent to a model, word for word?

One .jinja file per model call. Its named blocks are the turns of the conversation, in order; the last word of a
block's name is the role:

    {% block system %}...{% endblock %}
    {% block example_user %}...{% endblock %}
    {% block example_assistant %}...{% endblock %}
    {% block user %}...{% endblock %}

Turns are blocks and not marked by text, so nothing that a model or a user wrote can open a new turn. A system turn
that comes out empty is left out. `folder` is a folder of one's own templates, empty for none; see own_templates.py.
"""

from glan_core.calls import Message
from glan_core.prompts import loading
from glan_core.prompts.loading import FOLDER, load, names
from glan_core.prompts.own_templates import check_folder

__all__ = ["FOLDER", "check_folder", "fingerprint", "names", "render", "source"]


def render(name: str, *, folder: str = "", **values: object) -> tuple[Message, ...]:
    """Give the turns of template `name` filled with `values`.

    Raises errors.TemplateError if there is no such template, a value it needs is missing, or a block has no role.
    """
    return loading.render(load(name, folder), name, values)


def fingerprint(name: str, *, folder: str = "") -> str:
    """Give 12 hexadecimal digits of the template's SHA-256: a changed prompt is a different prompt."""
    return load(name, folder).fingerprint


def source(name: str, *, folder: str = "") -> str:
    """Give the text of the template file; errors.TemplateError if there is none."""
    return load(name, folder).source
