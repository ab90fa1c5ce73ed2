"""Pairs of Optics that are judged, compared and written anew, and the plans of runs that do so."""

import dataclasses
from datetime import UTC, datetime

from glan_core.entities import Filter
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.judging_plan import make_judging_plan
from glan_core.planning.plan import Plan
from glan_core.planning.regenerating_plan import make_regenerating_plan
from glan_core.regenerate_settings import regenerate_settings
from glan_core.reviewing import Decision, decide
from glan_core.store.database import Cursor, Database
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.small_pairs import answer, instruction, run
from tests.stages.test_own_templates import judging_stages

OTHER = "another-model"
"""The second model, whose answers are held against those of pairs."""
AT = datetime(2024, 5, 1, tzinfo=UTC)


def insert_pairs(cursor: Cursor, answered: str, *, unanswered: str = "") -> None:
    """Insert a question for each letter, with an answer or without."""
    save_run(cursor, run())
    ingest(cursor, [*(instruction(name) for name in answered + unanswered), *(answer(name) for name in answered)])


def reject(database: Database, instruction_id: str, *reasons: str, comment: str = "", reviewer: str = "Ada") -> str:
    """Reject a pair, and give the id of the review."""
    decision = Decision(instruction_id, reviewer, "rejected", reasons, comment)
    return decide(database, decision, at=AT).review_id


def settings_to_judge(settings: GenerationSettings) -> GenerationSettings:
    """Give settings of a run that judges."""
    return dataclasses.replace(settings, stages={"judge": judging_stages(settings)["judge"]})


def settings_to_compare(settings: GenerationSettings) -> GenerationSettings:
    """Give settings of a run that compares with another model's answers."""
    stages = judging_stages(settings)
    answers = dataclasses.replace(stages["compared_answers"], model=OTHER)
    return dataclasses.replace(settings, stages={"compared_answers": answers, "compare": stages["compare"]})


def judging_plan(cursor: Cursor, settings: GenerationSettings) -> Plan:
    """Plan to judge every pair."""
    return make_judging_plan(cursor, Filter(), settings=settings_to_judge(settings), seed=1)


def comparing_plan(cursor: Cursor, settings: GenerationSettings) -> Plan:
    """Plan to compare the answers of every pair with another model's."""
    return make_judging_plan(cursor, Filter(), settings=settings_to_compare(settings), seed=1)


def regenerating_plan(cursor: Cursor, settings: GenerationSettings) -> Plan:
    """Plan to write every rejected pair anew."""
    return make_regenerating_plan(cursor, Filter(), settings=regenerate_settings(settings), seed=1)
