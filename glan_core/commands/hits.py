"""How does a command show pairs that were found?"""

from collections.abc import Sequence
from typing import Any

from glan_core.commands.output import start_of
from glan_core.searching import Hit
from glan_core.store.database import Cursor
from glan_core.store.searches import describe_pairs


def rows_of(cursor: Cursor, hits: Sequence[Hit], *, score: str) -> list[dict[str, Any]]:
    """Give what `--json` prints of hits, in their order; `score` is what theirs is called."""
    described = describe_pairs(cursor, [hit.instruction_id for hit in hits])
    return [
        {"instruction_id": hit.instruction_id, score: hit.score, **described[hit.instruction_id]._asdict()}
        for hit in hits
    ]


def lines_of(rows: Sequence[dict[str, Any]], *, score: str, nothing: str) -> str:
    """Give hits for a person to read, two lines each; `nothing` where there are none."""
    lines = []
    for row in rows:
        lines.append(f"{row[score]:.3f}  {row['instruction_id']}  {row['discipline']}, {row['subject']}")
        lines.append(f"       {start_of(row['question'])}")
    return "\n".join(lines) or nothing
