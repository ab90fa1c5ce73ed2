"""Does the line of a run say of its cost only what is known?"""

import pytest

from glan_core.commands.progress_display import line_of
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.runs.attempts import Counts


def line(*, cost: float | None, prompt_tokens: int) -> str:
    """Give the line of a run with one call ended and one under way."""
    progress = Progress("run", RunState.RUNNING, "", Counts(), 2, 0, prompt_tokens, 0, cost, 1.0, under_way=1)
    return line_of(progress, ("instructions", "answers"))


def test_before_the_first_reply_nothing_is_said_of_the_cost():
    before = line(cost=0.0, prompt_tokens=0)
    assert "$" not in before
    assert "price" not in before


@pytest.mark.parametrize(("cost", "words"), [(0.0, "$0.0000"), (0.0125, "$0.0125"), (None, "price unknown")])
def test_after_it_the_cost_is_told_or_said_to_be_unknown(cost: float | None, words: str):
    assert f", {words}, " in line(cost=cost, prompt_tokens=100)
