"""Tests of glan_core.engines.ray_pair_rows: what does an actor have to know of pairs that are worked on?"""

from typing import Any

import pytest

from glan_core.engines.ray_parts import Part, Parts, read_part, write_parts
from glan_core.entities import Filter
from glan_core.judgements import ComparedAnswer, Comparison
from glan_core.planning.judged_pairs import read_in_batches
from glan_core.planning.open_pairs import find_open_comparisons, find_open_judgements, find_open_regenerations
from glan_core.planning.plan import Plan
from glan_core.planning.rejected_pairs import read_rejected_pairs
from glan_core.runs.shard_places import place_of
from glan_core.store.ingest import ingest
from tests.model_server import default_text
from tests.plans_of_pairs import comparing_plan, insert_pairs, judging_plan, regenerating_plan, reject
from tests.small_pairs import answer
from tests.workbench import Workbench


@pytest.fixture
def bench(workbench: Workbench) -> Workbench:
    """Four answered questions, a to d, and one, e, that nobody has answered."""
    insert_pairs(workbench.cursor, "abcd", unanswered="e")
    return workbench


def _written(bench: Workbench, plan: Plan, **options: Any) -> Parts:
    options = {"actors": 2, "only": None, "most_pairs": None, **options}
    return write_parts(bench.folder(plan), plan, cursor=bench.cursor, **options)


def _read(bench: Workbench, plan: Plan, **options: Any) -> list[Part]:
    place = place_of(bench.folder(plan))
    settings, seed = plan.request.settings, plan.request.seed
    names = _written(bench, plan, **options).names
    return [read_part(place, name, settings=settings, seed=seed) for name in names]


def test_every_pair_to_be_judged_is_in_one_part_as_it_is_now(bench: Workbench):
    plan = judging_plan(bench.cursor, bench.settings)
    assert plan.judging is not None
    bench.cursor.execute("update answer set text = 'Other words.' where instruction_id = 'a'")
    (now,) = read_in_batches(bench.cursor, plan.judging.pairs)
    parts = _read(bench, plan)
    assert [pair for part in parts for pair in part.judged] == list(now)
    assert len(parts) == 4
    assert not any(part.known or part.rejected for part in parts)


def test_what_is_judged_already_is_in_no_part(bench: Workbench):
    plan = judging_plan(bench.cursor, bench.settings)
    (pairs,) = read_in_batches(bench.cursor, plan.judging.pairs if plan.judging else ())
    first = find_open_judgements(bench.cursor, pairs, settings=plan.request.settings).open[0]
    bench.execute(plan, only=frozenset(first.item_ids))
    assert _written(bench, plan).items_reused == 1
    assert [pair for part in _read(bench, plan) for pair in part.judged] == list(pairs[1:])


def test_only_what_is_to_be_tried_again_and_no_more_than_the_limit_is_in_parts(bench: Workbench):
    plan = judging_plan(bench.cursor, bench.settings)
    (pairs,) = read_in_batches(bench.cursor, plan.judging.pairs if plan.judging else ())
    third = find_open_judgements(bench.cursor, pairs, settings=plan.request.settings).open[2]
    assert [part.judged for part in _read(bench, plan, only=frozenset(third.item_ids))] == [(third.pair,)]
    assert [pair for part in _read(bench, plan, most_pairs=3) for pair in part.judged] == list(pairs[:3])
    assert _written(bench, plan, most_pairs=3).is_cut_short
    assert not _written(bench, plan, most_pairs=4).is_cut_short


def test_answers_of_one_question_are_in_the_same_part(bench: Workbench):
    ingest(bench.cursor, [answer(name, answer_id=f"second-{name}", text=f"Second of {name}.") for name in "abcd"])
    parts = _read(bench, comparing_plan(bench.cursor, bench.settings))
    assert sorted(tuple(pair.instruction_id for pair in part.judged) for part in parts) == [
        (name, name) for name in "abcd"
    ]


def test_what_is_there_of_a_comparison_goes_along(bench: Workbench):
    text = "It follows.\u2028So it is."  # a character at which some would cut a line
    bench.server.script = lambda request: text if request["model"] == "another-model" else default_text(request)
    plan = comparing_plan(bench.cursor, bench.settings)
    bench.execute(plan)
    assert _written(bench, plan).items_reused == 12
    bench.cursor.execute("delete from comparison where is_swapped and instruction_id in ('a', 'b')")
    bench.cursor.execute("delete from comparison where instruction_id = 'b'")
    (pairs,) = read_in_batches(bench.cursor, plan.judging.pairs if plan.judging else ())
    found = find_open_comparisons(bench.cursor, pairs, settings=plan.request.settings)
    parts = _read(bench, plan)
    assert [part.known for part in parts] == [each.known for each in found.open]
    known = {part.judged[0].instruction_id: part.known for part in parts}
    assert [type(each) for each in known["a"]] == [ComparedAnswer, Comparison]
    assert [each.text for each in known["b"] if isinstance(each, ComparedAnswer)] == [text]
    assert _written(bench, plan).items_reused == 6


def test_a_rejected_pair_goes_along_with_all_that_was_said_of_it(bench: Workbench):
    reject(bench.database, "a", "wrong_answer", comment="The sign is lost\nin step 2.")
    reject(bench.database, "b", "too_easy")
    reject(bench.database, "e", "unclear")
    plan = regenerating_plan(bench.cursor, bench.settings)
    assert plan.regenerating is not None
    (now,) = read_rejected_pairs(bench.cursor, plan.regenerating.pairs)
    assert [pair for part in _read(bench, plan) for pair in part.rejected] == list(now)
    assert {pair.instruction.instruction_id: pair.answer for pair in now}["e"] is None


def test_a_new_question_that_lacks_its_answer_goes_along(bench: Workbench):
    reject(bench.database, "b", "too_easy")
    plan = regenerating_plan(bench.cursor, bench.settings)
    assert plan.regenerating is not None
    (pairs,) = read_rejected_pairs(bench.cursor, plan.regenerating.pairs)
    settings = plan.request.settings
    (new,) = find_open_regenerations(bench.cursor, pairs, settings=settings, seed=plan.request.seed).open
    bench.execute(plan, only=frozenset([new.instruction_id]))
    bench.cursor.execute("delete from answer where instruction_id = ?", [new.instruction_id])
    (part,) = _read(bench, plan)
    assert [getattr(each, "instruction_id", None) for each in part.known] == [new.instruction_id]
    assert part.rejected == pairs
    assert _written(bench, plan).items_reused == 0  # whoever gets the part counts it


def test_nothing_is_left_of_a_filter_that_was_worked_off(bench: Workbench):
    reject(bench.database, "a", "wrong_answer")
    plan = regenerating_plan(bench.cursor, bench.settings)
    bench.execute(plan)
    assert _written(bench, plan).names == []
    assert {pair.instruction_id for pair in bench.pairs(Filter(statuses=("rejected",)))} == {"a"}
