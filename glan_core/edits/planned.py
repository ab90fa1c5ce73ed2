"""What is a change before it is made, and which names and numbers may it bring?"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from glan_core.entities import LARGEST_TARGET, LONGEST_DESCRIPTION, LONGEST_NAME
from glan_core.errors import EditError
from glan_core.store.edits import RowChange

_MOST_NAMED = 3


class PlannedEdit(NamedTuple):
    """A change that can be made: what it is called, and the rows it touches as they are now."""

    kind: str
    label: str
    changes: tuple[RowChange, ...]
    of_edit_id: str | None = None
    """The edit that this takes back or makes again."""

    @property
    def touched_ids(self) -> tuple[str, ...]:
        """The rows that are there already, each once."""
        return tuple(dict.fromkeys(change.row_id for change in self.changes if change.before is not None))


def combined(parts: Sequence[PlannedEdit]) -> PlannedEdit:
    """Give several changes as one, which is made, undone and told as one."""
    if len(parts) == 1:
        return parts[0]
    label = "; ".join(part.label[0].lower() + part.label[1:] for part in parts)
    return PlannedEdit(
        "change", label[0].upper() + label[1:], tuple(change for part in parts for change in part.changes)
    )


def checked_name(name: str) -> str:
    """Give a name without spaces around it; EditError if it is empty, too long or has a line break.

    Spaces of other kinds, such as pasted text has them, become plain ones, and several in a row become one.
    """
    name = with_plain_spaces(name)
    if not name:
        raise EditError("A name is empty.", "Give every node a name.")
    if len(name) > LONGEST_NAME:
        raise EditError(
            f"The name {name[:40]!r}... has {len(name):,} characters.", f"Use at most {LONGEST_NAME} characters."
        )
    # Joiners belong to the spelling of several scripts, although Python does not print them.
    if not name.replace("\N{ZERO WIDTH NON-JOINER}", "").replace("\N{ZERO WIDTH JOINER}", "").isprintable():
        raise EditError(f"The name {name[:40]!r} has a line break or another control character.", "Leave it out.")
    return name


def with_plain_spaces(name: str) -> str:
    """Give a name with one plain space wherever it has any, and none around it."""
    plain = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in name)
    return re.sub(" +", " ", plain).strip()


def checked_description(description: str) -> str:
    """Give a description without spaces around it; EditError if it is too long or has a control character."""
    description = description.strip()
    if len(description) > LONGEST_DESCRIPTION:
        raise EditError(
            f"A description has {len(description):,} characters.", f"Use at most {LONGEST_DESCRIPTION:,} characters."
        )
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\r\t" for letter in description):
        raise EditError(f"The description {description[:40]!r} has a control character.", "Leave it out.")
    return description


def checked_target(target: int | None) -> int | None:
    """Give a target; EditError if it is negative or too large."""
    if target is not None and target < 0:
        raise EditError(f"The target {target} is negative.", "Use 0 or more, or none.")
    if target is not None and target > LARGEST_TARGET:
        raise EditError(f"The target {target:,} is too large.", f"Use at most {LARGEST_TARGET:,}.")
    return target


def in_words(names: Iterable[str], *, noun: str = "nodes") -> str:
    """Name one to three things; of more, say how many they are."""
    listed: Sequence[str] = list(names)
    if len(listed) > _MOST_NAMED:
        return f"{len(listed):,} {noun}"
    return ", ".join(listed[:-1]) + (f" and {listed[-1]}" if len(listed) > 1 else listed[0])
