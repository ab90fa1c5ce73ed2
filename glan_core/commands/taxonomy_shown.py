"""taxonomy show, votes, log: what stands in the curriculum, what people say of it, and what was changed in it."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Annotated, Any

import typer

from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.edits.left_out import resolve_left_out
from glan_core.errors import ScopeError
from glan_core.scope import resolve_scope
from glan_core.store.branches import Branch, list_branches
from glan_core.store.database import Cursor, open_database
from glan_core.store.edits import Edit, list_edits, list_edits_among
from glan_core.store.votes import VotedNode, list_voted_nodes

_LEVELS = 4  # field, sub-field, discipline, subject
NodeToShow = Annotated[str | None, typer.Argument(help="Name, path or id; everything otherwise.")]


def show(
    node: NodeToShow = None,
    depth: Annotated[int | None, typer.Option(help="How many levels. Default: all but the subjects.", min=1)] = None,
    all_: Annotated[bool, typer.Option("--all", help="Also what was removed, and what is proposed.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the tree, or what lies below a node, with its subjects and pairs."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        branches: Sequence[Branch] = list_branches(cursor)
        if node is not None:
            node_id = _found(cursor, node, is_all=all_)
            branches = [branch for field in branches for branch in field.walk() if branch.node_id == node_id]
    levels = depth or (_LEVELS - 1 if node is None else _LEVELS)
    shown = [_pruned(branch, depth=levels, is_all=all_) for branch in branches if all_ or branch.status == "kept"]
    lines = [line for branch in shown for line in _lines(branch)] or ["The taxonomy is empty."]
    tell({"tree": [_data(branch) for branch in shown]}, as_json, "\n".join(lines))


def votes(node: NodeToShow = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the nodes that people voted on, or those at and below a node; a reviewer's newest vote counts."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        node_ids = None
        if node is not None:
            node_id = _found(cursor, node, is_all=True)
            branches = [branch for field in list_branches(cursor) for branch in field.walk()]
            node_ids = [each.node_id for branch in branches if branch.node_id == node_id for each in branch.walk()]
        voted = [each for each in list_voted_nodes(cursor, node_ids) if each.verdict is not None]
    lines = [_tally(each) for each in voted] or ["Nobody has voted."]
    data = [{**each._asdict(), "verdict": each.verdict} for each in voted]
    tell({"votes": data}, as_json, "\n".join(lines))


def log(
    node: NodeToShow = None,
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 20,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was changed, newest first; of one node, if it is named."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        if node is None:
            edits = list_edits(cursor, limit=limit)
        else:
            edits = list_edits_among(cursor, [_found(cursor, node, is_all=True)], limit=limit)
    lines = [_line(edit) for edit in edits] or ["Nothing was changed yet."]
    tell({"edits": [_edit_data(edit) for edit in edits]}, as_json, "\n".join(lines))


def _found(cursor: Cursor, text: str, *, is_all: bool) -> str:
    """Give the id of what a text names: of what is kept first, then, if it may be, of what is not."""
    try:
        return resolve_scope(cursor, text).node_id
    except ScopeError as unknown:
        if not is_all:
            raise
        try:
            return resolve_left_out(cursor, text, is_hidden_meant=True).node_id
        except ScopeError:
            raise unknown from None


def _pruned(branch: Branch, *, depth: int, is_all: bool) -> Branch:
    below = [each for each in branch.below if depth > 1 and (is_all or each.status == "kept")]
    return branch._replace(below=tuple(_pruned(each, depth=depth - 1, is_all=is_all) for each in below))


def _lines(branch: Branch, indent: str = "") -> Iterator[str]:
    counts = [] if branch.level == "subject" else [_counted(branch.subjects, "subject")]
    counts.append(_counted(branch.pairs, "pair") + (f" of {branch.target:,}" if branch.target is not None else ""))
    status = "" if branch.status == "kept" else f" [{_status(branch.status)}]"
    yield f"{indent}{branch.name}{status}  {', '.join(counts)}"
    for each in branch.below:
        yield from _lines(each, indent + "  ")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _data(branch: Branch) -> dict[str, Any]:
    return {**branch._asdict(), "below": [_data(each) for each in branch.below]}


def _tally(node: VotedNode) -> str:
    place = f"{node.above} › {node.name}" if node.above else node.name
    return f"{node.keep:>3} keep {node.remove:>3} remove  {_status(node.status):<11}{place}"


def _status(status: str) -> str:
    return "proposed" if status == "pending" else status


def _line(edit: Edit) -> str:
    by = f"  by {edit.editor}" if edit.editor else ""
    return f"{edit.number:>5}  {edit.edited_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {edit.label}{by}"


def _edit_data(edit: Edit) -> dict[str, Any]:
    return {
        "edit_id": edit.edit_id,
        "number": edit.number,
        "kind": edit.kind,
        "label": edit.label,
        "editor": edit.editor,
        "edited_at": edit.edited_at.astimezone(UTC).isoformat(),
        "of_edit_id": edit.of_edit_id,
    }
