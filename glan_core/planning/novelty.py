"""How much new do the newest pairs of each node of a scope bring, and what follows for a plan?

The nodes are the disciplines of the scope or, where it lies within one discipline, its subjects.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from glan_core.encoder_choice import encoder_in_use
from glan_core.insight.headline import UNLIKE
from glan_core.insight.novelty import LEAST, NEWEST, Evidence
from glan_core.planning.targets import Targets
from glan_core.store.database import Cursor
from glan_core.store.newest_pairs import NewestPairs, NodeLevel, count_newest, newest_version

_NONE = NewestPairs(0, 0, 0)
_KEPT = 8


class ScopeNovelty(NamedTuple):
    """What the newest pairs of the nodes of a scope showed."""

    encoder: str
    content: str
    level: NodeLevel
    nodes: dict[str, NewestPairs]
    """Every node of the scope; one without pairs has counts of 0."""
    node_of: dict[str, str]
    """The node that each target counts for."""

    def evidence(self) -> dict[str, Evidence]:
        """Give what is known of each node."""
        return {node_id: Evidence(newest.new, newest.compared) for node_id, newest in self.nodes.items()}

    def saturated(self) -> frozenset[str]:
        """Give the nodes whose newest pairs add nearly nothing new."""
        return frozenset(node_id for node_id, evidence in self.evidence().items() if evidence.is_saturated)


class NodeDeal(NamedTuple):
    """What a node got, and by what."""

    node_id: str
    pairs: int
    """The newest that were looked at."""
    compared: int
    new: int
    is_held: bool
    instructions: int
    """What the plan deals to it."""
    without_holding: int
    """What it would have got if no node were held."""

    @property
    def is_judged(self) -> bool:
        """Whether enough was compared to hold it; otherwise it is taken as open."""
        return self.compared >= LEAST

    @property
    def not_read(self) -> int:
        """Those of the newest pairs that were not read and compared yet."""
        return self.pairs - self.compared


class NoveltyDeal(NamedTuple):
    """How the novelty of the newest pairs decided about a plan."""

    encoder: str
    content: str
    level: NodeLevel
    holds_saturated: bool
    nodes: tuple[NodeDeal, ...]
    """By id."""

    @property
    def held(self) -> tuple[NodeDeal, ...]:
        """The nodes that get nothing."""
        return tuple(node for node in self.nodes if node.is_held)

    def to_data(self) -> dict[str, Any]:
        """Give it as JSON-ready data; novelty_deal_from_data reads it."""
        return {
            "encoder": self.encoder,
            "content": self.content,
            "near": UNLIKE,
            "newest": NEWEST,
            "level": self.level,
            "holds_saturated": self.holds_saturated,
            "nodes": [node._asdict() for node in self.nodes],
        }


def novelty_deal_from_data(data: dict[str, Any] | None) -> NoveltyDeal | None:
    """Read what NoveltyDeal.to_data wrote."""
    if data is None:
        return None
    nodes = tuple(NodeDeal(**node) for node in data["nodes"])
    return NoveltyDeal(data["encoder"], data["content"], data["level"], data["holds_saturated"], nodes)


class NoveltyReader:
    """Reads novelty once for each state of the data; any number of threads may use it."""

    def __init__(self) -> None:
        self.reads = 0
        """How often the database was asked for all nodes."""
        self._kept: dict[tuple[object, ...], dict[str, NewestPairs]] = {}

    def read(self, cursor: Cursor, targets: Targets, *, before: datetime | None) -> ScopeNovelty:
        """Give what the nodes of these targets showed, or had shown `before` a time, to the encoder in use."""
        chosen = encoder_in_use(cursor)
        encoder, content = chosen.encoder.encoder, chosen.content
        disciplines = set(targets.discipline_of.values())
        level: NodeLevel = "discipline" if len(disciplines) > 1 else "subject"
        version = newest_version(cursor, encoder=encoder, content=content)
        counts = self._remembered(
            (version, encoder, content, level, before),
            lambda: count_newest(
                cursor,
                level=level,
                encoder=encoder,
                content=content,
                near=UNLIKE,
                newest=NEWEST,
                before=before,
            ),
        )
        node_of = {
            target_id: discipline_id if level == "discipline" else target_id
            for target_id, discipline_id in targets.discipline_of.items()
        }
        nodes = {node_id: counts.get(node_id, _NONE) for node_id in sorted(set(node_of.values()))}
        return ScopeNovelty(encoder, content, level, nodes, node_of)

    def _remembered(
        self, key: tuple[object, ...], count: Callable[[], dict[str, NewestPairs]]
    ) -> dict[str, NewestPairs]:
        found = self._kept.get(key)
        if found is None:
            found = count()
            self.reads += 1
            self._kept = {**dict(list(self._kept.items())[1 - _KEPT :]), key: found}
        return found
