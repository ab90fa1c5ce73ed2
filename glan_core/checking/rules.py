"""Which pairs break a rule, among those that were made before it?

New pairs are checked as they are made; this goes through those that are there, with the same rules.
"""

from collections.abc import Callable

from glan_core.checking.steps import Progress, Write, check_id, go_through, never, no_progress
from glan_core.entities import Answer, Instruction, QualityFlag, Strategy
from glan_core.quality.checks import RULES_VERSION, check_answer, check_instruction
from glan_core.quality.language import prepare
from glan_core.store.answers import insert_quality_flags
from glan_core.store.database import Cursor, Database
from glan_core.store.quality_checks import QualityCheck, Stretch, find_check, read_answered, read_asked

ROWS_AT_ONCE = 5_000


def check_rules(
    database: Database,
    *,
    is_anew: bool = False,
    rows_at_once: int = ROWS_AT_ONCE,
    on_progress: Progress = no_progress,
    is_stopped: Callable[[], bool] = never,
) -> QualityCheck:
    """Flag the pairs that break a rule; where it went before with the same rules, it looks only at what is new.

    `found` counts what was seen, flagged before or not; what a person lifted stays lifted. Raises DiskError where the
    language of texts cannot be told, and StoreError.
    """
    prepare()

    def look(cursor: Cursor, stretch: Stretch) -> Write:
        flags = [*_of_questions(cursor, *stretch.questions), *_of_answers(cursor, *stretch.answers)]

        def write(cursor: Cursor) -> int:
            insert_quality_flags(cursor, flags)
            return len(flags)

        return write

    return go_through(
        database,
        "rules",
        {"version": RULES_VERSION},
        look,
        is_anew=is_anew,
        rows_at_once=rows_at_once,
        on_progress=on_progress,
        is_stopped=is_stopped,
    )


def find_rules_check(cursor: Cursor) -> QualityCheck | None:
    """Give how far the rules were applied to old pairs; None if they never were."""
    return find_check(cursor, check_id("rules"))


def _of_questions(cursor: Cursor, first: int, last: int) -> list[QualityFlag]:
    flags: list[QualityFlag] = []
    for row in read_asked(cursor, first, last).itertuples():
        asked = _instruction(str(row.instruction_id), str(row.instruction))
        flags += check_instruction(asked, finish_reason=str(row.finish_reason), language=str(row.language))
    return flags


def _of_answers(cursor: Cursor, first: int, last: int) -> list[QualityFlag]:
    flags: list[QualityFlag] = []
    for row in read_answered(cursor, first, last).itertuples():
        key = str(row.instruction_id)
        flags += check_answer(
            Answer("", key, str(row.answer), "", ""),
            _instruction(key, str(row.instruction)),
            finish_reason=str(row.finish_reason),
            language=str(row.language),
        )
    return flags


def _instruction(instruction_id: str, text: str) -> Instruction:
    return Instruction(instruction_id, "", Strategy.ONE_SESSION, text, (), "", "")
