"""What the tests of checks stand on: pairs with texts of their own."""

from collections.abc import Callable

import pytest

from glan_core.entities import Answer, Instruction
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run

MakePairs = Callable[..., None]


@pytest.fixture
def make_pairs(small: Small) -> MakePairs:
    """Give what adds pairs: by id a question, or a question and an answer; anything else of the instruction by name."""
    save_run(small.cursor, run(settings={"preset": "paper", "language": "en"}))

    def make(pairs: dict[str, str | tuple[str, str]], **changes: object) -> None:
        made: list[Instruction | Answer] = []
        for key, texts in pairs.items():
            question, said = (texts, "") if isinstance(texts, str) else texts
            made.append(instruction(key, text=question, **changes))
            if said:
                made.append(answer(key, text=said))
        calls = [model_call(f"{kind}-{key}", finished_at=NOON) for key in pairs for kind in ("call", "answering")]
        ingest(small.cursor, [*calls, *made])

    return make
