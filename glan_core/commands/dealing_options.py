"""Which options say how pairs are dealt, and what do their words mean?"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from glan_core.errors import SettingsError
from glan_core.planning.gaps import unused_key_concepts
from glan_core.planning.plan_request import Allocation, Gap
from glan_core.store.database import Cursor

DEALT: tuple[Allocation, ...] = ("even", "target", "deficit", "novelty")
"""What --deal takes; the other allocations have options of their own."""
DealOption = Annotated[
    str | None, typer.Option("--deal", help="even (the default), or by target, deficit or novelty of the nodes.")
]
HoldSaturatedOption = Annotated[
    bool, typer.Option("--hold-saturated", help="Nothing for nodes whose newest pairs add nearly nothing new.")
]
WithHeldOption = Annotated[
    bool, typer.Option("--with-held", help="Generate for branches that reviewers hold, too. Else they are left out.")
]
GapsOption = Annotated[str | None, typer.Option(help="Fill gaps: unused (key concepts), or a JSONL file.")]


def allocation_named(text: str | None) -> Allocation:
    """Give what --deal means, `even` where it is not there; SettingsError for another word."""
    for allocation in DEALT:
        if allocation == (text or "even"):
            return allocation
    raise SettingsError(f"Pairs cannot be dealt by {text!r}.", f"Choose one of: {', '.join(DEALT)}.")


def gaps_named(cursor: Cursor, text: str, scope: Sequence[str]) -> tuple[Gap, ...]:
    """Give the gaps that --gaps names: those of `unused` key concepts of a scope, or the lines of a file.

    SettingsError if it is neither.
    """
    if text == "unused":
        if not scope:
            raise SettingsError("--gaps unused needs a scope.", "Name a node with --scope.")
        return unused_key_concepts(cursor, scope)
    try:
        lines = Path(text).read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines if line.strip()]
        return tuple(Gap(str(entry["node_id"]), int(entry.get("instructions", 1))) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{text} is not a list of gaps.",
            'Give `unused`, or a file with a line such as {"node_id": "...", "instructions": 2} for each gap.',
        ) from error
