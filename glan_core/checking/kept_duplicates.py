"""How is one pair of each group of duplicates kept, and the flags of the others taken back?

A pair may be in several groups: one of the same words, one of near texts, one of near meanings. It carries a flag as
long as one of them has its others flagged, and a pair that a person chose is kept in all of its groups.
"""

from collections.abc import Sequence

from glan_core.quality.kinds import EXACT_DUPLICATE, NEAR_DUPLICATE
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.duplicates import DuplicateKind, KeptInstead, keep_of_all_groups, list_others, mark_groups
from glan_core.store.flags import list_flagged_ids, raise_flags, withdraw_flags

FLAG_OF: dict[DuplicateKind, str] = {"exact": EXACT_DUPLICATE, "text": NEAR_DUPLICATE, "meaning": NEAR_DUPLICATE}
"""The flag that pairs of a kind of group get."""


def keep_one(database: Database, kinds: Sequence[DuplicateKind], *, group_number: int | None = None) -> int:
    """Flag all pairs of groups but the one that is kept, in one group or in all of some kinds; gives how many.

    What a person lifted stays lifted, and is not counted.
    """
    return _mark(database, kinds, is_flagged=True, group_number=group_number)


def keep_all(database: Database, kinds: Sequence[DuplicateKind], *, group_number: int | None = None) -> int:
    """Undo `keep_one`: take its flags back where no other group stands by them; gives how many."""
    return -_mark(database, kinds, is_flagged=False, group_number=group_number)


def keep_this(database: Database, instruction_id: str) -> None:
    """Let a pair be the one that is kept in each of its groups; where the others are flagged, the flags follow."""
    cursor = database.cursor()
    with explained_errors(database.path), database.writing, transaction(cursor):
        keep_of_all_groups(cursor, instruction_id)
        settle_duplicate_flags(cursor)


def settle_duplicate_flags(cursor: Cursor) -> int:
    """Flag what groups that are to be flagged hold beside the kept pair, and nothing else; gives how many more.

    Call it with `Database.writing` held and within a transaction.
    """
    more = 0
    for name in (EXACT_DUPLICATE, NEAR_DUPLICATE):
        kinds = [kind for kind, flag in FLAG_OF.items() if flag == name]
        wanted = list_others(cursor, kinds, is_flagged=True)
        before = list_flagged_ids(cursor, name)
        withdraw_flags(cursor, name, sorted(before - wanted.keys()))
        raise_flags(cursor, name, {key: _detail(why) for key, why in wanted.items()})
        more += len(list_flagged_ids(cursor, name)) - len(before)
    return more


def _mark(database: Database, kinds: Sequence[DuplicateKind], *, is_flagged: bool, group_number: int | None) -> int:
    cursor = database.cursor()
    with explained_errors(database.path), database.writing, transaction(cursor):
        mark_groups(cursor, kinds, is_flagged=is_flagged, group_number=group_number)
        return settle_duplicate_flags(cursor)


def _detail(why: KeptInstead) -> str:
    alike = {
        "exact": "The same text as",
        "text": f"{why.similarity:.0%} of the words of",
        "meaning": f"A cosine of {why.similarity:.2f} to",
    }
    return f"{alike[why.kind]} {why.kept_id}"
