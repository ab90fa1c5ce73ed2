"""How is one pair of each group of duplicates kept, and the flags of the others taken back?"""

from collections.abc import Sequence

from glan_core.quality.kinds import EXACT_DUPLICATE, NEAR_DUPLICATE
from glan_core.store.database import Database, explained_errors, transaction
from glan_core.store.duplicates import DuplicateKind, keep_instead, list_others
from glan_core.store.flags import flagged_among, raise_flags, withdraw_flags

FLAG_OF: dict[DuplicateKind, str] = {"exact": EXACT_DUPLICATE, "text": NEAR_DUPLICATE, "meaning": NEAR_DUPLICATE}
"""The flag that pairs of a kind of group get."""


def keep_one(database: Database, kinds: Sequence[DuplicateKind], *, group_number: int | None = None) -> int:
    """Flag all pairs of groups but the one that is kept, in one group or in all of some kinds; gives how many.

    What a person lifted stays lifted, and is not counted.
    """
    cursor = database.cursor()
    flagged = 0
    with explained_errors(database.path), database.writing, transaction(cursor):
        for kind in kinds:
            others = list_others(cursor, [kind], group_number=group_number)
            name = FLAG_OF[kind]
            before = flagged_among(cursor, [name], list(others))
            raise_flags(cursor, name, {key: _detail(kind, *kept) for key, kept in others.items()})
            flagged += len(flagged_among(cursor, [name], list(others))) - len(before)
    return flagged


def keep_all(database: Database, kinds: Sequence[DuplicateKind], *, group_number: int | None = None) -> int:
    """Undo `keep_one`: take its flags back; gives how many."""
    cursor = database.cursor()
    with explained_errors(database.path), database.writing, transaction(cursor):
        gone = 0
        for kind in kinds:
            ids = list(list_others(cursor, [kind], group_number=group_number))
            before = flagged_among(cursor, [FLAG_OF[kind]], ids)
            withdraw_flags(cursor, FLAG_OF[kind], ids)
            gone += len(before)
    return gone


def keep_this(database: Database, kind: DuplicateKind, group_number: int, instruction_id: str) -> None:
    """Let another pair of a group be the one that is kept; where the others are flagged, the flags follow."""
    cursor = database.cursor()
    with explained_errors(database.path), database.writing, transaction(cursor):
        others = list_others(cursor, [kind], group_number=group_number)
        name = FLAG_OF[kind]
        is_flagged = bool(flagged_among(cursor, [name], list(others)))
        keep_instead(cursor, kind, group_number, instruction_id)
        if is_flagged:
            withdraw_flags(cursor, name, [instruction_id])
            now = list_others(cursor, [kind], group_number=group_number)
            raise_flags(cursor, name, {key: _detail(kind, *kept) for key, kept in now.items()})


def _detail(kind: DuplicateKind, kept_id: str, similarity: float) -> str:
    alike = {
        "exact": "The same text as",
        "text": f"{similarity:.0%} of the words of",
        "meaning": f"A cosine of {similarity:.2f} to",
    }
    return f"{alike[kind]} {kept_id}"
