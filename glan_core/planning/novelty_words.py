"""How is it said which nodes are held, by what, and where their pairs went?"""

from collections.abc import Iterable, Mapping, Sequence

from glan_core.insight.headline import UNLIKE
from glan_core.insight.novelty import LEAST, NEWEST, SATURATED
from glan_core.planning.novelty import NodeDeal, NoveltyDeal
from glan_core.store.database import Cursor
from glan_core.store.names import list_known_names

_MOST_NAMED = 5
_READ = {
    "instruction": "each question",
    "answer": "each answer",
    "both": "each question with its answer",
}


def node_names(cursor: Cursor) -> dict[str, str]:
    """Give the names of all nodes and subjects by id, without counting what they hold."""
    return {known.node_id: known.name for known in list_known_names(cursor)}


def novelty_sentences(deal: NoveltyDeal, names: Mapping[str, str]) -> tuple[str, ...]:
    """Say how novelty decided about a plan: what is held, where pairs went, what could not be judged, and by what.

    `names` are as node_names gives them. By what is the last of the sentences. At most five nodes are named in one,
    those with most pairs first; it says how many others there are.
    """
    said = [_of_held(deal, names)] if deal.holds_saturated else []
    if deal.held:
        said.append(_of_moved(deal, names))
    went = [(node.instructions, f"{_name(node, names)} {node.instructions:,}") for node in deal.nodes]
    said.append(f"Pairs by {deal.level}: {_named(part for part in went if part[0])}.")
    unjudged = [node for node in deal.nodes if not node.is_judged]
    if unjudged:
        said.append(
            f"Too little is known of {_nodes(len(unjudged), deal)}, so pairs may go there: fewer than {LEAST} of the "
            "newest pairs of each were compared with former ones."
        )
    unread = [node for node in deal.nodes if node.not_read]
    if unread:
        number = sum(node.not_read for node in unread)
        parts = [(node.not_read, f"{_name(node, names)} {node.not_read:,}") for node in unread]
        are = "is" if number == 1 else "are"
        said.append(f"{number:,} of the newest pairs {are} not compared with former ones yet: {_named(parts)}.")
    said.append(
        f"By {deal.encoder}, which read {_READ[deal.content]}: new is a pair that no former one of any node is near to "
        f"(cosine {UNLIKE} or more), among the newest {NEWEST} of each {deal.level}."
    )
    return tuple(said)


def _of_held(deal: NoveltyDeal, names: Mapping[str, str]) -> str:
    held = deal.held
    if not held:
        return f"No {deal.level} is held: none is sure to add less than {SATURATED:.0%} that is new."
    parts = [
        (
            node.without_holding,
            f"{_name(node, names)} ({node.new:,} of its newest {node.compared:,} compared pairs "
            f"{'is' if node.new == 1 else 'are'} new, {node.new / node.compared:.0%})",
        )
        for node in held
    ]
    are = "is" if len(held) == 1 else "are"
    return f"{len(held):,} of {_nodes(len(deal.nodes), deal)} {are} held, as more adds nearly nothing new: " + (
        f"{_named(parts)}."
    )


def _of_moved(deal: NoveltyDeal, names: Mapping[str, str]) -> str:
    freed = sum(node.without_holding for node in deal.held)
    if not freed:
        return "No pair would have gone there anyway."
    gained = [
        (more, f"{_name(node, names)} +{more:,}")
        for node in deal.nodes
        if (more := node.instructions - node.without_holding) > 0
    ]
    pairs = f"{freed:,} pair{'' if freed == 1 else 's'}"
    moved = sum(more for more, _ in gained)
    if not gained:
        return f"The {pairs} that would have gone there can be drawn nowhere else."
    told = "" if moved == freed else f", of which {moved:,} could be drawn elsewhere"
    return f"The {pairs} that would have gone there{told} went to {_named(gained)}."


def _nodes(number: int, deal: NoveltyDeal) -> str:
    return f"{number:,} {deal.level}{'' if number == 1 else 's'}"


def _name(node: NodeDeal, names: Mapping[str, str]) -> str:
    return names.get(node.node_id, node.node_id)


def _named(parts: Iterable[tuple[int, str]]) -> str:
    """Join what is said of some nodes, those with the largest number first."""
    ordered: Sequence[str] = [text for _, text in sorted(parts, key=lambda part: (-part[0], part[1]))]
    more = len(ordered) - _MOST_NAMED
    return ", ".join(ordered[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
