"""What the tests of pairs, runs and counts share."""

from datetime import timedelta

import pytest

from glan_core.entities import QualityFlag
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run


@pytest.fixture
def made(small: Small) -> Small:
    """One run with three instructions of Optics; a and b are answered, a is flagged twice, one call failed."""
    save_run(small.cursor, run())
    ingest(
        small.cursor,
        [
            model_call("call-a", finished_at=NOON),
            model_call("call-b", finished_at=NOON + timedelta(seconds=2)),
            model_call("call-c", finished_at=NOON + timedelta(seconds=1)),
            model_call("answering-a", stage="answers", model="faster"),
            model_call("answering-b", stage="answers", model="faster"),
            model_call("answering-c", stage="answers", finish_reason="", error_kind="http_400", error_message="No."),
            instruction("a", "reflection", "telescope"),
            instruction("b"),
            instruction("c"),
            answer("a"),
            answer("b"),
            QualityFlag("a", "truncated"),
            QualityFlag("a", "refusal"),
        ],
    )
    return small
