"""Which node or subject does a person mean that is not kept?

It is named by its id, its path or any end of that, as in scope.py, which knows only what is kept.
"""

from collections.abc import Iterator

from glan_core.errors import ScopeError
from glan_core.scope import ScopeNode
from glan_core.store.branches import Branch, list_branches
from glan_core.store.database import Cursor


def resolve_left_out(cursor: Cursor, text: str, *, is_hidden_meant: bool = False) -> ScopeNode:
    """Give the one removed or proposed node or subject that `text` means; ScopeError if there is none or several.

    What is hidden only by something removed above it is not meant unless `is_hidden_meant`: to bring it back, that
    has to be restored.
    """
    nodes = [
        ScopeNode(branch.node_id, branch.level, path)
        for field in list_branches(cursor)
        for path, branch, is_hidden in _walk(field)
        if branch.status != "kept" or (is_hidden and is_hidden_meant)
    ]
    wanted = _folded(tuple(part.strip() for part in text.replace(" > ", "/").split("/")))
    whole = [node for node in nodes if node.node_id == text] or [node for node in nodes if _folded(node.path) == wanted]
    found = whole or [node for node in nodes if _folded(node.path[-len(wanted) :]) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        labels = "; ".join(f"{node.label} ({node.node_id})" for node in found[:5])
        raise ScopeError(f"{text!r} fits {len(found)} removed nodes.", f"Give the path or the id of one: {labels}.")
    raise ScopeError(
        f"There is no removed node {text!r} in the taxonomy.", "`taxonomy show --all` shows what was removed."
    )


def _walk(
    branch: Branch, above: tuple[str, ...] = (), *, is_hidden: bool = False
) -> Iterator[tuple[tuple[str, ...], Branch, bool]]:
    path = (*above, branch.name)
    yield path, branch, is_hidden
    for below in branch.below:
        yield from _walk(below, path, is_hidden=is_hidden or branch.status != "kept")


def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.casefold() for name in names)
