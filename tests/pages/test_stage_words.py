"""Does every table of words and items know every stage, but for those that it leaves out on purpose?

A new stage fails here until each has its word for it.
"""

from collections import Counter
from datetime import UTC, datetime

import pytest

from glan_core.entities import STAGES, Run, RunState
from glan_core.judgements import JUDGING_STAGES
from glan_core.planning.prompt_preview import STAGES_WITH_PREVIEW
from glan_core.presets import preset
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.store.run_statistics import items_made
from pages.shared.prompts_view import _STAGE_WORDS
from pages.shared.run_failures_view import _GROWN, _JUDGED, _REGENERATED
from pages.shared.run_stages_view import planned_items
from pages.shared.stage_table import STAGES as STAGES_OF_TABLE
from pages.shared.stage_words import STAGE_WORDS
from tests.conftest import Small

WITHOUT_TAXONOMY = STAGES[1:]
"""Proposals for the taxonomy have a page of their own."""


@pytest.mark.parametrize(
    ("known", "stages"),
    [
        pytest.param(STAGE_WORDS, (*STAGES, *JUDGING_STAGES, *REGENERATING_STAGES), id="words"),
        pytest.param(preset("paper", model="m").stages, STAGES, id="preset"),
        pytest.param(STAGES_OF_TABLE, WITHOUT_TAXONOMY, id="table"),
        pytest.param(STAGES_WITH_PREVIEW, WITHOUT_TAXONOMY, id="previews"),
        pytest.param(_STAGE_WORDS, WITHOUT_TAXONOMY, id="prompts"),
        pytest.param(_GROWN, STAGES[:-2], id="failed nodes"),  # questions and answers are named by what they are about
        pytest.param(_JUDGED, JUDGING_STAGES, id="failed judgements"),
        pytest.param(_REGENERATED, REGENERATING_STAGES, id="failed pairs written anew"),
    ],
)
def test_every_stage_has_its_place(known: object, stages: tuple[str, ...]) -> None:
    assert tuple(known) == stages  # type: ignore[arg-type]


def test_every_stage_of_a_run_has_its_number_of_items(small: Small) -> None:
    stages = (*STAGES, *JUDGING_STAGES, *REGENERATING_STAGES)
    plan = {"scope": [], "instructions": 2, "stages": list(stages)}
    run = Run("run", plan, {}, 1, RunState.FINISHED, "local", datetime.now(UTC))
    assert tuple(planned_items(run, Counter())) == stages
    assert tuple(items_made(small.cursor, "run")) == (*WITHOUT_TAXONOMY, *JUDGING_STAGES, *REGENERATING_STAGES)
