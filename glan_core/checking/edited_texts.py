"""What do the rules say of a pair whose texts a reviewer has just changed?

A flag about the text of before says nothing of the new one, and neither does that a person lifted it. So what rules
flagged goes, and they are applied to the texts as they are now. What takes other texts (duplicates, benchmarks) stays
until it is compared again.
"""

from collections.abc import Sequence

from glan_core.entities import Answer, Instruction, QualityFlag, Strategy
from glan_core.quality.checks import check_answer, check_instruction
from glan_core.quality.kinds import RULE_KINDS
from glan_core.store.answers import insert_quality_flags
from glan_core.store.database import Cursor
from glan_core.store.edited_checks import forget_flags, read_changed_texts


def check_edited(cursor: Cursor, instruction_ids: Sequence[str]) -> None:
    """Apply the rules to pairs whose texts have changed. Call it within the transaction that changed them."""
    if not instruction_ids:
        return
    forget_flags(cursor, list(RULE_KINDS), instruction_ids)
    flags: list[QualityFlag] = []
    for row in read_changed_texts(cursor, instruction_ids):
        asked = Instruction(row.instruction_id, "", Strategy.ONE_SESSION, row.instruction, (), "", "")
        flags += check_instruction(asked, finish_reason=row.instruction_finish_reason, language=row.language)
        if row.answer is not None:
            answer = Answer("", row.instruction_id, row.answer, "", "")
            flags += check_answer(answer, asked, finish_reason=row.answer_finish_reason, language=row.language)
    insert_quality_flags(cursor, flags)
