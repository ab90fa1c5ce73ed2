"""Novelty decides who gets how many, and what is held gets nothing."""

import dataclasses
import json
from datetime import timedelta

import numpy as np
import pytest

from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import PlanError
from glan_core.generation_settings import GenerationSettings
from glan_core.neighbour_graph import extend_graph
from glan_core.planning.novelty import NodeDeal, NoveltyReader
from glan_core.planning.novelty_words import node_names, novelty_sentences
from glan_core.planning.plan import Plan, PlanRequest, forecast_plan, make_plan, plan_from_data
from glan_core.planning.trial import plan_trial
from glan_core.scope import resolve_scope
from glan_core.store.database import Cursor, Database
from glan_core.store.instructions import insert_instructions
from glan_core.store.model_calls import insert_model_calls
from glan_core.store.runs import save_run
from tests.newest_questions import keep_questions
from tests.small_pairs import instruction, model_call, run
from tests.store.vectors import embed, link

NAMES = ("Physics", "Chemistry", "Logic")


@pytest.fixture
def cursor(starter_database: Database) -> Cursor:
    """The starter curriculum."""
    return starter_database.cursor()


def ids_of(cursor: Cursor, *names: str) -> tuple[str, ...]:
    return tuple(resolve_scope(cursor, name).node_id for name in names)


def subject_of(cursor: Cursor, discipline: str) -> str:
    """Give the id of the subject of a discipline that has a syllabus."""
    (found,) = cursor.execute(
        """
        select subject.subject_id
        from syllabus
        join subject on subject.subject_id = syllabus.subject_id
        where discipline_id = ?
        """,
        [*ids_of(cursor, discipline)],
    ).fetchone()
    return str(found)


def saturate(cursor: Cursor, *disciplines: str) -> None:
    """Let the newest hundred of a discipline be the repetition of one question."""
    for name in disciplines:
        keep_questions(cursor, subject_of(cursor, name), new=1, repeated=99)


def plan_of(cursor: Cursor, settings: GenerationSettings, *, names: tuple[str, ...] = NAMES, **changes: object) -> Plan:
    request = PlanRequest(ids_of(cursor, *names), 30, 1, settings)
    return make_plan(cursor, dataclasses.replace(request, **changes))  # type: ignore[arg-type]


def dealt(cursor: Cursor, plan: Plan) -> dict[str, int]:
    """Count what a plan deals to each discipline by name."""
    name_of = dict(
        cursor.execute(
            """
            select syllabus_id, node.name
            from syllabus
            join subject on subject.subject_id = syllabus.subject_id
            join taxonomy_node as node on node.taxonomy_node_id = subject.discipline_id
            """
        ).fetchall()
    )
    counts: dict[str, int] = {}
    for syllabus_id, number in plan.items.numbers().items():
        counts[name_of[syllabus_id]] = counts.get(name_of[syllabus_id], 0) + number
    return counts


def set_targets(cursor: Cursor, **targets: int) -> None:
    for name, target in targets.items():
        cursor.execute(
            "update taxonomy_node set target = ? where taxonomy_node_id = ?", [target, *ids_of(cursor, name)]
        )


# Holding ------------------------------------------------------------------------------------------------------------


def test_a_saturated_node_gets_nothing_only_when_that_is_asked_for(cursor: Cursor, settings: GenerationSettings):
    saturate(cursor, "Physics")
    assert dealt(cursor, plan_of(cursor, settings)) == {"Physics": 10, "Chemistry": 10, "Logic": 10}
    plan = plan_of(cursor, settings, holds_saturated=True)
    assert dealt(cursor, plan) == {"Chemistry": 15, "Logic": 15}
    assert plan_of(cursor, settings).novelty is None
    assert plan.novelty is not None
    (held,) = plan.novelty.held
    assert held == NodeDeal(*ids_of(cursor, "Physics"), 100, 100, 1, True, 0, 10)


@pytest.mark.parametrize(
    "changes",
    [
        {"allocation": "even"},
        {"allocation": "quota", "shares": (12, 12, 6)},
        {"allocation": "weight", "shares": (0.2, 4.0, 2.0)},
        {"allocation": "target"},
        {"allocation": "deficit"},
        {"allocation": "novelty"},
    ],
    ids=lambda changes: changes["allocation"],
)
def test_however_pairs_are_dealt_the_sum_is_kept_and_what_is_held_gets_nothing(
    cursor: Cursor, settings: GenerationSettings, changes: dict
):
    set_targets(cursor, Physics=500, Chemistry=40, Logic=20)
    saturate(cursor, "Physics")
    plan = plan_of(cursor, settings, holds_saturated=True, **changes)
    assert sum(dealt(cursor, plan).values()) == 30
    assert "Physics" not in dealt(cursor, plan)
    assert plan.novelty is not None
    assert sum(node.instructions for node in plan.novelty.nodes) == 30
    assert sum(node.without_holding for node in plan.novelty.nodes) == 30
    if changes["allocation"] not in ("even", "novelty"):
        assert dealt(cursor, plan) == {"Chemistry": 20, "Logic": 10}


@pytest.mark.parametrize("allocation", ["even", "target", "deficit", "novelty", "weight"])
def test_the_order_of_nodes_changes_nothing(cursor: Cursor, settings: GenerationSettings, allocation: str):
    set_targets(cursor, Physics=70, Chemistry=70, Logic=70)
    keep_questions(cursor, subject_of(cursor, "Chemistry"), new=20, repeated=20)
    shares = (1.0, 1.0, 1.0) if allocation == "weight" else ()
    plans = [
        plan_of(
            cursor, settings, names=names, allocation=allocation, shares=shares, instructions=31, holds_saturated=True
        )
        for names in (NAMES, NAMES[::-1])
    ]
    assert len({json.dumps(dealt(cursor, plan), sort_keys=True) for plan in plans}) == 1
    assert len({plan.items.fingerprint for plan in plans}) == 1


def test_where_all_is_held_a_sentence_says_so(cursor: Cursor, settings: GenerationSettings):
    saturate(cursor, *NAMES)
    with pytest.raises(PlanError, match="3 of 3 disciplines") as raised:
        plan_of(cursor, settings, holds_saturated=True)
    assert "3 of their 300 newest pairs" in raised.value.message
    assert raised.value.hint


def test_too_few_compared_pairs_leave_a_node_open(cursor: Cursor, settings: GenerationSettings):
    keep_questions(cursor, subject_of(cursor, "Physics"), new=1, repeated=26, unread=60)
    plan = plan_of(cursor, settings, holds_saturated=True)
    assert dealt(cursor, plan)["Physics"] == 10
    assert plan.novelty is not None
    (physics,) = (node for node in plan.novelty.nodes if node.pairs)
    assert (physics.compared, physics.not_read, physics.is_judged, physics.is_held) == (27, 60, False, False)


def test_within_one_discipline_its_subjects_are_judged(cursor: Cursor, settings: GenerationSettings):
    saturate(cursor, "Physics")
    with pytest.raises(PlanError, match="1 of 1 subject "):
        plan_of(cursor, settings, names=("Physics",), holds_saturated=True)


def test_what_would_grow_below_a_held_discipline_does_not(cursor: Cursor, settings: GenerationSettings):
    saturate(cursor, "Physics")
    stages = ("syllabus", "class_details", "instructions", "answers")
    plan = plan_of(cursor, settings, names=("Physics", "Logic"), holds_saturated=True, stages=stages)
    in_physics = {
        subject_id
        for (subject_id,) in cursor.execute(
            "select subject_id from subject where discipline_id = ?", [*ids_of(cursor, "Physics")]
        ).fetchall()
    }
    assert plan.growths
    assert not in_physics & {growth.node_id for growth in plan.growths}


def test_a_trial_holds_nothing(cursor: Cursor, settings: GenerationSettings):
    saturate(cursor, *NAMES)
    request = PlanRequest(ids_of(cursor, *NAMES), 30, 1, settings, allocation="novelty", holds_saturated=True)
    assert len(plan_trial(cursor, request, also_taken={}).items) == 3


# By novelty ---------------------------------------------------------------------------------------------------------


def test_most_goes_to_the_node_that_brings_most(cursor: Cursor, settings: GenerationSettings):
    for name, new in (("Physics", 95), ("Chemistry", 50), ("Logic", 5)):
        keep_questions(cursor, subject_of(cursor, name), new=new, repeated=100 - new)
    assert dealt(cursor, plan_of(cursor, settings, allocation="novelty", instructions=200)) == {"Physics": 200}


def test_a_node_that_nothing_is_known_of_is_tried(cursor: Cursor, settings: GenerationSettings):
    for name in ("Physics", "Chemistry"):
        keep_questions(cursor, subject_of(cursor, name), new=50, repeated=50)
    got = dealt(cursor, plan_of(cursor, settings, allocation="novelty", instructions=1000))
    # The prior is above both shares of about a half in nearly every second draw.
    assert 350 < got["Logic"] < 550
    assert min(got.values()) > 150


def test_a_larger_number_begins_with_the_deals_of_a_smaller_one(cursor: Cursor, settings: GenerationSettings):
    keep_questions(cursor, subject_of(cursor, "Physics"), new=5, repeated=5)
    before: dict[str, int] = {}
    for number in (1, 7, 40, 1300):
        got = dealt(cursor, plan_of(cursor, settings, allocation="novelty", instructions=number))
        assert sum(got.values()) == number
        assert all(got.get(name, 0) >= share for name, share in before.items())
        before = got


def test_another_seed_deals_otherwise_and_the_same_one_the_same(cursor: Cursor, settings: GenerationSettings):
    first, again, other = (plan_of(cursor, settings, allocation="novelty", seed=seed) for seed in (1, 1, 2))
    assert (first.run_id, first.items.fingerprint) == (again.run_id, again.items.fingerprint)
    assert dealt(cursor, first) == dealt(cursor, again) != dealt(cursor, other)


def read_and_compare(database: Database, cursor: Cursor, ids: list[str], vectors: np.ndarray) -> None:
    """Give questions their vectors, float32 of shape (n, d), and put them into the neighbour graph."""
    encoder, content = encoder_in_use(cursor)
    (start,) = cursor.execute("select count(*) from embedding").fetchone()
    embed(cursor, encoder.encoder, vectors)
    link(cursor, encoder.encoder, content, **{id_: start + place for place, id_ in enumerate(ids)})
    extend_graph(database, encoder=encoder.encoder, content=content)


def around(number: int, *, beside: float, start: int = 0) -> np.ndarray:
    """Give unit vectors around one direction, each `beside` it in a direction of its own."""
    vectors = np.zeros((number, 128), np.float32)
    vectors[:, 0] = 1
    vectors[np.arange(number), 1 + start + np.arange(number)] = beside
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("changes", [{"allocation": "novelty"}, {"holds_saturated": True}], ids=["novelty", "held"])
def test_the_same_plan_is_made_after_its_run(
    starter_database: Database, cursor: Cursor, settings: GenerationSettings, changes: dict
):
    keep_questions(cursor, subject_of(cursor, "Physics"), new=0, repeated=0, unread=60)
    former = [id_ for (id_,) in cursor.execute("select instruction_id from instruction order by rowid").fetchall()]
    read_and_compare(starter_database, cursor, former, around(60, beside=0.42))
    plan = plan_of(cursor, settings, **changes)
    assert plan.novelty is not None
    (physics,) = (node for node in plan.novelty.nodes if node.pairs)
    assert (physics.compared, physics.new, physics.is_held) == (60, 1, "holds_saturated" in changes)
    later = plan.drawn_at + timedelta(minutes=5)
    save_run(cursor, run(plan.run_id, seed=1, plan={"drawn_at": plan.drawn_at.isoformat()}, started_at=plan.drawn_at))
    insert_model_calls(cursor, [model_call(f"call-{item.instruction_id}", finished_at=later) for item in plan.items])
    for item in plan.items:
        made = instruction(item.instruction_id, run_id=plan.run_id)
        insert_instructions(
            cursor,
            [dataclasses.replace(made, syllabus_id=item.syllabus_id, key_concept_ids=item.combination.key_concept_ids)],
        )
    # Each is nearer to all former ones than these are to one another, so that it pushes them out of their lists.
    read_and_compare(
        starter_database, cursor, [item.instruction_id for item in plan.items], around(30, beside=0.01, start=60)
    )
    again = plan_of(cursor, settings, **changes)
    assert (again.run_id, again.calls_reused) == (plan.run_id, 30)
    assert again.novelty == plan.novelty
    assert plan_of(cursor, settings, seed=2, **changes).novelty != plan.novelty


# What a plan tells --------------------------------------------------------------------------------------------------


def test_a_plan_with_novelty_comes_back_from_its_data(cursor: Cursor, settings: GenerationSettings):
    saturate(cursor, "Physics")
    plan = plan_of(cursor, settings, allocation="novelty", holds_saturated=True)
    assert plan_from_data(json.loads(json.dumps(plan.to_data()))) == plan
    assert "novelty" not in plan_of(cursor, settings).to_data()


def test_holding_is_another_run(cursor: Cursor, settings: GenerationSettings):
    assert plan_of(cursor, settings).run_id != plan_of(cursor, settings, holds_saturated=True).run_id


def test_sentences_say_what_is_held_by_what_and_where_its_pairs_went(cursor: Cursor, settings: GenerationSettings):
    saturate(cursor, "Physics")
    keep_questions(cursor, subject_of(cursor, "Chemistry"), new=10, repeated=0, unread=7)
    plan = plan_of(cursor, settings, holds_saturated=True)
    assert plan.novelty is not None
    assert novelty_sentences(plan.novelty, node_names(cursor)) == (
        "1 of 3 disciplines is held, as more adds nearly nothing new: Physics (1 of its newest 100 compared pairs is "
        "new, 1%).",
        "The 10 pairs that would have gone there went to Chemistry +5, Logic +5.",
        "Pairs by discipline: Chemistry 15, Logic 15.",
        "Too little is known of 2 disciplines, so pairs may go there: fewer than 28 of the newest pairs of each were "
        "compared with former ones.",
        "7 of the newest pairs are not compared with former ones yet: Chemistry 7.",
        "By all-MiniLM-L6-v2, which read each question: new is a pair that no former one of any node is near to "
        "(cosine 0.8 or more), among the newest 100 of each discipline.",
    )


def test_where_nothing_is_held_that_is_said(cursor: Cursor, settings: GenerationSettings):
    plan = plan_of(cursor, settings, holds_saturated=True)
    assert plan.novelty is not None
    first, second, *_ = novelty_sentences(plan.novelty, node_names(cursor))
    assert first == "No discipline is held: none is sure to add less than 10% that is new."
    assert second.startswith("Pairs by discipline: ")
    plan = plan_of(cursor, settings, allocation="novelty")
    assert plan.novelty is not None
    assert not any("held" in sentence for sentence in novelty_sentences(plan.novelty, node_names(cursor)))


def test_no_more_than_five_nodes_are_named(cursor: Cursor, settings: GenerationSettings):
    fields = cursor.execute("select name from taxonomy_node where level = 'field'").fetchall()
    names = tuple(name for (name,) in fields)
    plan = plan_of(cursor, settings, names=names, instructions=100, allocation="novelty")
    assert plan.novelty is not None
    dealt_to = next(each for each in novelty_sentences(plan.novelty, node_names(cursor)) if each.startswith("Pairs by"))
    number = sum(1 for node in plan.novelty.nodes if node.instructions)
    assert dealt_to.count(",") == 4
    assert dealt_to.endswith(f" and {number - 5} more.")


# Reading ------------------------------------------------------------------------------------------------------------


def test_novelty_is_read_once_for_each_state_of_the_data(cursor: Cursor, settings: GenerationSettings):
    reader = NoveltyReader()
    request = PlanRequest(ids_of(cursor, *NAMES), 5, 1, settings, allocation="novelty")
    for changes in ({}, {"instructions": 50}, {"seed": 2}, {"holds_saturated": True}):
        forecast_plan(cursor, dataclasses.replace(request, **changes), novelty=reader)
    assert reader.reads == 1
    keep_questions(cursor, subject_of(cursor, "Physics"), new=1, repeated=1)
    found = forecast_plan(cursor, request, novelty=reader).novelty
    assert reader.reads == 2
    assert found is not None
    assert sum(node.compared for node in found.nodes) == 2
