"""What does a model propose below a node, how far do its wordings agree, and how is a proposal accepted?

The stage taxonomy leaves proposals behind as pending nodes. A person accepts them, under another name if need be, or
rejects them:

    planned = accept_proposals(cursor, [Proposal(geology_id, "Geology", "Rocks and their history.")])
    apply_edit(database, planned, editor="A")
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from glan_core.calls import ChatReply
from glan_core.edits import PlannedEdit, change_nodes, set_status
from glan_core.edits.planned import checked_description, checked_name, in_words
from glan_core.entities import TaxonomyNode
from glan_core.errors import EditConflictError, EditError, ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.llm.replies import objects_of, text_field
from glan_core.planning.plan_request import WHOLE_TAXONOMY, PlanRequest
from glan_core.stages.taxonomy import plain_name
from glan_core.store.database import Cursor
from glan_core.store.edits import RowChange
from glan_core.store.model_calls import list_used_replies
from glan_core.store.runs import list_runs_of
from glan_core.store.taxonomy_nodes import list_children, list_nodes_with_ids

_STAGE = "taxonomy"


class Proposal(NamedTuple):
    """A pending node as it is to be accepted."""

    node_id: str
    name: str
    description: str


class ListAgreement(NamedTuple):
    """How often the lists of a model name something."""

    named: dict[str, int]
    """By plain name (see plain_name)."""
    lists: int


def proposal_request(node_id: str | None, *, settings: GenerationSettings, seed: int) -> PlanRequest:
    """Ask for what is missing below a field or sub-field, or for the fields that are missing."""
    return PlanRequest((node_id or WHOLE_TAXONOMY,), 0, seed, settings, (_STAGE,))


def list_proposals(cursor: Cursor, node_id: str | None) -> tuple[TaxonomyNode, ...]:
    """List what a model proposed below a node and nobody has judged, by name."""
    return tuple(node for node in list_children(cursor, node_id) if node.status == "pending")


def proposal_run_ids(cursor: Cursor, node_id: str | None) -> tuple[str, ...]:
    """List the runs that asked what is missing below a node and for nothing else, newest first."""
    return tuple(run.run_id for run in list_runs_of(cursor, stage=_STAGE, scope_id=node_id or WHOLE_TAXONOMY))


def find_agreement(cursor: Cursor, run_ids: Sequence[str]) -> ListAgreement:
    """Count how many lists of these runs name what, each list as the reply to one wording."""
    named: Counter[str] = Counter()
    lists = 0
    for reply in list_used_replies(cursor, run_ids, stage=_STAGE):
        try:
            items = objects_of(ChatReply(reply, "stop", None, None, 0.0), key="nodes", required="name").items
        except ReplyError:
            continue
        named.update({plain_name(text_field(item, "name")) for item in items})
        lists += 1
    return ListAgreement(dict(named), lists)


def accept_proposals(cursor: Cursor, proposals: Sequence[Proposal]) -> PlannedEdit:
    """Plan to keep pending nodes under these names and descriptions, as one edit.

    EditError for a name that cannot be used, EditConflictError if somebody judged one of them in the meantime.
    """
    before = _pending(cursor, [proposal.node_id for proposal in proposals])
    kept = set_status(cursor, list(before), "kept")
    values = {
        proposal.node_id: {"name": proposal.name, "description": proposal.description}
        for proposal in proposals
        if (checked_name(proposal.name), checked_description(proposal.description))
        != (before[proposal.node_id].name, before[proposal.node_id].description)
    }
    changes = {change.row_id: change for change in kept.changes}
    for change in change_nodes(cursor, values).changes if values else ():
        changes[change.row_id] = _merged(changes[change.row_id], change)
    names = [change.after.get("name", before[node_id].name) for node_id, change in changes.items()]
    return PlannedEdit(kept.kind, f"Accepted {in_words(names)}", tuple(changes.values()))


def reject_proposals(cursor: Cursor, node_ids: Sequence[str]) -> PlannedEdit:
    """Plan to remove pending nodes; raises as `accept_proposals`."""
    return set_status(cursor, list(_pending(cursor, node_ids)), "removed")


def _pending(cursor: Cursor, node_ids: Sequence[str]) -> dict[str, TaxonomyNode]:
    if not node_ids:
        raise EditError("Nothing is ticked.", "Tick the proposals that are meant.")
    nodes = list_nodes_with_ids(cursor, node_ids)
    judged = [node.name for node in nodes.values() if node.status != "pending"]
    if judged or len(nodes) < len(set(node_ids)):
        what = in_words(judged) if judged else "One of them"
        raise EditConflictError(
            f"{what} was judged in the meantime. Nothing was changed.", "Look at what is left, then try again."
        )
    return {node_id: nodes[node_id] for node_id in node_ids}


def _merged(one: RowChange, other: RowChange) -> RowChange:
    return one._replace(before={**(one.before or {}), **(other.before or {})}, after={**one.after, **other.after})
