"""A plan depends on nothing but its request and the curriculum, and says beforehand what a run will do."""

import dataclasses
import json

import pytest

from glan_core.entities import STAGES
from glan_core.errors import PlanError, ScopeError
from glan_core.generation_settings import GenerationSettings, Price, settings_from_data
from glan_core.planning.gaps import unused_key_concepts
from glan_core.planning.plan import Gap, Plan, PlanRequest, make_plan, plan_from_data
from glan_core.planning.plan_request import request_from_data
from glan_core.stages.answers import answer_id
from glan_core.store.answers import insert_answers
from glan_core.store.database import Cursor, Database
from glan_core.store.instructions import insert_instructions
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import answer, instruction, run
from tests.workbench import Workbench

GROWING = ("subjects", "syllabus", "class_details", "instructions", "answers")


@pytest.fixture
def request_(small: Small, settings: GenerationSettings) -> PlanRequest:
    """Ten pairs of Physics, where only Optics has a syllabus."""
    return PlanRequest((small.nodes.physics.taxonomy_node_id,), 10, 1, settings)


def _plan(small: Small, request: PlanRequest, **changes: object) -> Plan:
    return make_plan(small.cursor, dataclasses.replace(request, **changes))


def _ids(plan: Plan) -> list[str]:
    return [item.instruction_id for item in plan.items]


def _keep(small: Small, plan: Plan, *, number: int | None = None, answered: int = 0) -> None:
    """Put the first instructions of a plan into the database as if its run had made them."""
    save_run(small.cursor, run(plan.run_id, seed=plan.request.seed))
    for place, item in enumerate(plan.items[:number]):
        made = instruction(item.instruction_id, run_id=plan.run_id)
        made = dataclasses.replace(made, key_concept_ids=item.combination.key_concept_ids)
        insert_instructions(small.cursor, [made])
        if place < answered:
            insert_answers(small.cursor, [answer(item.instruction_id, answer_id=item.answer_id)])


def _fields(cursor: Cursor) -> tuple[str, ...]:
    rows = cursor.execute("select taxonomy_node_id from taxonomy_node where level = 'field'").fetchall()
    return tuple(node_id for (node_id,) in rows)


# What a plan holds --------------------------------------------------------------------------------------------------


def test_a_plan_lists_as_many_questions_as_asked_for(small: Small, request_: PlanRequest):
    plan = _plan(small, request_)
    assert len(set(_ids(plan))) == 10
    assert plan.calls == {"instructions": 10, "answers": 10}
    assert plan.is_exact


def test_a_plan_knows_the_ids_of_its_answers(small: Small, request_: PlanRequest):
    for item in _plan(small, request_).items:
        assert item.answer_id == answer_id(item.instruction_id, settings=request_.settings)


def test_a_plan_counts_the_combinations_of_its_scope(small: Small, request_: PlanRequest):
    plan = _plan(small, request_)
    assert (plan.combinations, plan.combinations_used) == (3 * 31 + 3 * 575, 0)
    _keep(small, plan)
    assert _plan(small, request_).combinations_used == 10


def test_without_answers_only_questions_are_asked_for(small: Small, request_: PlanRequest):
    assert _plan(small, request_, stages=("instructions",)).calls == {"instructions": 10}


def test_a_scope_that_is_drawn_out_gives_fewer(small: Small, request_: PlanRequest):
    settings = dataclasses.replace(request_.settings, strategy_mix=0.0)
    assert len(_plan(small, request_, instructions=1000, settings=settings).items) == 93


@pytest.mark.parametrize("name", ["natural_science", "physical_sciences", "physics"])
def test_every_level_above_a_syllabus_is_a_scope(small: Small, request_: PlanRequest, name: str):
    node = getattr(small.nodes, name)
    assert len(_plan(small, request_, scope=(node.taxonomy_node_id,)).items) == 10


def test_a_subject_is_a_scope(small: Small, request_: PlanRequest):
    assert len(_plan(small, request_, scope=(small.nodes.optics.subject_id,)).items) == 10


def test_a_scope_that_is_named_twice_counts_once(small: Small, request_: PlanRequest):
    scope = (small.nodes.optics.subject_id, small.nodes.physics.taxonomy_node_id, small.nodes.optics.subject_id)
    plan = _plan(small, request_, scope=scope)
    assert (len(plan.items), plan.combinations) == (10, 1818)


def test_many_subjects_get_equal_shares(starter_database: Database, settings: GenerationSettings):
    cursor = starter_database.cursor()
    plan = make_plan(cursor, PlanRequest(_fields(cursor), 300, 1, settings))
    shares = [
        sum(item.syllabus_id == syllabus_id for item in plan.items)
        for syllabus_id in {i.syllabus_id for i in plan.items}
    ]
    assert sorted(shares) == [2] * 78 + [3] * 48


# The same request, the same plan ------------------------------------------------------------------------------------


def test_the_same_request_makes_the_same_plan(small: Small, request_: PlanRequest):
    assert _plan(small, request_) == _plan(small, request_)


def test_a_larger_plan_begins_with_the_smaller_one(small: Small, request_: PlanRequest):
    assert _ids(_plan(small, request_, instructions=50))[:10] == _ids(_plan(small, request_))


def test_a_larger_plan_of_many_subjects_begins_with_the_smaller_one(
    starter_database: Database, settings: GenerationSettings
):
    cursor = starter_database.cursor()
    request = PlanRequest(_fields(cursor), 5, 1, settings)
    smaller, larger = make_plan(cursor, request), make_plan(cursor, dataclasses.replace(request, instructions=40))
    assert _ids(larger)[:5] == _ids(smaller)


def test_the_same_plan_is_made_after_its_run(small: Small, request_: PlanRequest):
    before = _plan(small, request_)
    _keep(small, before, answered=10)
    after = _plan(small, request_)
    assert (after.run_id, after.items) == (before.run_id, before.items)


def test_what_is_there_already_needs_no_call(small: Small, request_: PlanRequest):
    _keep(small, _plan(small, request_), number=4, answered=3)
    plan = _plan(small, request_)
    assert plan.calls == {"instructions": 6, "answers": 7}
    assert plan.calls_reused == 7


def test_a_larger_plan_reuses_a_smaller_one(small: Small, request_: PlanRequest):
    _keep(small, _plan(small, request_), answered=10)
    assert _plan(small, request_, instructions=15).calls == {"instructions": 5, "answers": 5}


def test_another_seed_makes_another_plan(small: Small, request_: PlanRequest):
    first, second = _plan(small, request_), _plan(small, request_, seed=2)
    assert first.run_id != second.run_id
    assert set(_ids(first)).isdisjoint(_ids(second))


def test_another_seed_leaves_out_taken_combinations(small: Small, request_: PlanRequest):
    settings = dataclasses.replace(request_.settings, strategy_mix=0.0)
    first = _plan(small, request_, instructions=60, settings=settings)
    _keep(small, first)
    second = _plan(small, request_, instructions=60, settings=settings, seed=2)
    drawn = [frozenset(item.combination.key_concept_ids) for plan in (first, second) for item in plan.items]
    assert len(second.items) == 33
    assert len(set(drawn)) == 93


@pytest.mark.parametrize("change", [{"instructions": 11}, {"seed": 2}, {"stages": ("instructions",)}], ids=str)
def test_another_request_is_another_run(small: Small, request_: PlanRequest, change: dict):
    assert _plan(small, request_, **change).run_id != _plan(small, request_).run_id


def test_other_settings_are_another_run(small: Small, request_: PlanRequest):
    settings = dataclasses.replace(request_.settings, language="de")
    assert _plan(small, request_, settings=settings).run_id != _plan(small, request_).run_id


# Nodes that grow ----------------------------------------------------------------------------------------------------


def test_a_bare_discipline_grows_from_its_subjects(small: Small, request_: PlanRequest):
    chemistry = small.nodes.chemistry.taxonomy_node_id
    plan = _plan(small, request_, scope=(chemistry,), stages=GROWING, instructions=3)
    assert plan.growths == ((chemistry, "subjects", 3, 1),)
    assert not plan.is_exact
    # Two queries of two turns; three questions reach three of up to four subjects.
    assert plan.calls == {"subjects": 4, "syllabus": 3, "class_details": 3, "instructions": 3, "answers": 3}


def test_a_subject_without_a_syllabus_grows_one(small: Small, request_: PlanRequest):
    stages = ("syllabus", "class_details", "instructions", "answers")
    plan = _plan(small, request_, stages=stages)
    assert plan.growths == ((small.nodes.mechanics.subject_id, "syllabus", 5, 1),)
    assert len(plan.items) == 5
    assert plan.calls == {"syllabus": 1, "class_details": 1, "instructions": 10, "answers": 10}


def test_a_plan_without_instructions_only_grows(small: Small, request_: PlanRequest):
    plan = _plan(small, request_, stages=("syllabus", "class_details"))
    assert len(plan.items) == 0
    assert plan.calls == {"syllabus": 1, "class_details": 1}


def test_a_field_grows_its_taxonomy(small: Small, request_: PlanRequest):
    field = small.nodes.natural_science.taxonomy_node_id
    plan = _plan(small, request_, scope=(field,), stages=("taxonomy",))
    assert plan.growths == ((field, "taxonomy", 0, 1),)
    assert plan.calls == {"taxonomy": 3}


def test_a_removed_discipline_does_not_grow(small: Small, request_: PlanRequest):
    small.cursor.execute("update taxonomy_node set status = 'removed' where name = 'Physics'")
    plan = _plan(small, request_, scope=(small.nodes.natural_science.taxonomy_node_id,), stages=("subjects",))
    assert [growth.node_id for growth in plan.growths] == [small.nodes.chemistry.taxonomy_node_id]


# As data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stages", [("instructions", "answers"), GROWING, STAGES], ids=len)
def test_a_plan_comes_back_from_its_data(small: Small, request_: PlanRequest, stages: tuple[str, ...]):
    plan = _plan(small, request_, stages=stages, scope=(small.nodes.natural_science.taxonomy_node_id,))
    assert plan_from_data(json.loads(json.dumps(plan.to_data()))) == plan


def test_settings_come_back_from_their_data(settings: GenerationSettings):
    assert settings_from_data(json.loads(json.dumps(dataclasses.asdict(settings)))) == settings


# Errors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stages": ("riddles",)}, "There is no stage 'riddles'"),
        ({"stages": ()}, "No stage was chosen"),
        ({"scope": ()}, "No scope was chosen"),
        ({"stages": ("answers",)}, "Answers need the stage instructions"),
        ({"stages": ("syllabus", "instructions")}, "go together"),
        ({"stages": ("class_details",)}, "go together"),
        ({"instructions": 0}, "0 instructions cannot be made"),
        ({"instructions": -3}, "-3 instructions cannot be made"),
    ],
    ids=str,
)
def test_a_request_that_does_not_fit_together_is_an_error_with_a_hint(
    small: Small, request_: PlanRequest, change: dict, message: str
):
    with pytest.raises(PlanError, match=message) as raised:
        _plan(small, request_, **change)
    assert raised.value.hint


@pytest.mark.parametrize("mix", [-0.1, 1.5, float("nan")])
def test_a_strategy_mix_that_is_no_share_is_an_error(small: Small, request_: PlanRequest, mix: float):
    with pytest.raises(PlanError, match="is not a share"):
        _plan(small, request_, settings=dataclasses.replace(request_.settings, strategy_mix=mix))


@pytest.mark.parametrize("name", ["chemistry", "agriculture"])
def test_a_scope_without_a_syllabus_is_an_error_that_says_how_to_grow_one(
    small: Small, request_: PlanRequest, name: str
):
    with pytest.raises(PlanError, match="No subject in this scope has a syllabus yet") as raised:
        _plan(small, request_, scope=(getattr(small.nodes, name).taxonomy_node_id,))
    assert "--stages subjects,syllabus,class_details,instructions,answers" in raised.value.hint


def test_a_removed_scope_is_an_error(small: Small, request_: PlanRequest):
    small.cursor.execute("update taxonomy_node set status = 'removed' where name = 'Natural Science'")
    with pytest.raises(PlanError):
        _plan(small, request_)


def test_a_scope_that_other_seeds_have_drawn_out_is_an_error(small: Small, request_: PlanRequest):
    settings = dataclasses.replace(request_.settings, strategy_mix=0.0)
    _keep(small, _plan(small, request_, instructions=93, settings=settings))
    with pytest.raises(PlanError, match="nothing left to draw"):
        _plan(small, request_, settings=settings, seed=2)


def test_an_unknown_node_is_an_error(small: Small, request_: PlanRequest):
    with pytest.raises(ScopeError, match="'nowhere'"):
        _plan(small, request_, scope=("nowhere",))


def test_another_seed_does_not_ask_again_for_the_subjects_of_a_discipline(workbench: Workbench):
    workbench.execute(workbench.growing_plan(instructions=2))
    asked = len(workbench.server.requests_of("subjects"))
    workbench.execute(workbench.growing_plan(instructions=2, seed=9))
    assert asked > 0
    assert len(workbench.server.requests_of("subjects")) == asked


# How instructions are dealt -----------------------------------------------------------------------------------------


def _subjects(cursor: Cursor) -> tuple[str, ...]:
    """Give the subjects of the starter that have a syllabus."""
    return tuple(id_ for (id_,) in cursor.execute("select distinct subject_id from syllabus order by 1").fetchall())


def _by_subject(cursor: Cursor, plan: Plan) -> dict[str, int]:
    subject_of = dict(cursor.execute("select syllabus_id, subject_id from syllabus").fetchall())
    return {subject_of[syllabus_id]: number for syllabus_id, number in plan.items.numbers().items()}


def test_a_quota_gives_each_node_its_number(starter_database: Database, settings: GenerationSettings):
    cursor = starter_database.cursor()
    scope = _subjects(cursor)[:3]
    request = PlanRequest(scope, 60, 1, settings, allocation="quota", shares=(10, 0, 50))
    plan = make_plan(cursor, request)
    assert _by_subject(cursor, plan) == {scope[0]: 10, scope[2]: 50}
    assert plan.undealt == 0


def test_what_a_quota_cannot_draw_is_said_and_not_dealt_elsewhere(
    starter_database: Database, settings: GenerationSettings
):
    cursor = starter_database.cursor()
    scope = _subjects(cursor)[:2]
    settings = dataclasses.replace(settings, strategy_mix=0.0)
    plan = make_plan(cursor, PlanRequest(scope, 50_010, 1, settings, allocation="quota", shares=(50_000, 10)))
    dealt = _by_subject(cursor, plan)
    assert dealt[scope[1]] == 10
    assert dealt[scope[0]] + plan.undealt == 50_000
    assert plan.undealt > 0


def test_weights_give_each_node_its_proportion_and_all_of_the_total(
    starter_database: Database, settings: GenerationSettings
):
    cursor = starter_database.cursor()
    scope = _subjects(cursor)[:3]
    plan = make_plan(cursor, PlanRequest(scope, 101, 1, settings, allocation="weight", shares=(1.0, 2.5, 1.5)))
    assert [_by_subject(cursor, plan)[subject] for subject in scope] == [20, 51, 30]


def test_below_one_node_shares_are_dealt_evenly(starter_database: Database, settings: GenerationSettings):
    cursor = starter_database.cursor()
    plan = make_plan(cursor, PlanRequest(_fields(cursor), 80, 1, settings, allocation="weight", shares=(1.0,) * 8))
    assert len(plan.items) == 80 - plan.undealt == 80


def test_by_deficit_each_discipline_gets_what_its_target_lacks(small: Small, request_: PlanRequest):
    small.cursor.execute("update taxonomy_node set target = 7 where name = 'Chemistry'")
    small.cursor.execute("update taxonomy_node set target = 30 where name = 'Physics'")
    _keep(small, _plan(small, request_), number=9, answered=9)
    scope = (small.nodes.natural_science.taxonomy_node_id,)
    plan = _plan(small, request_, scope=scope, allocation="deficit", instructions=28, stages=GROWING, seed=2)
    growing = {growth.node_id: growth.instructions for growth in plan.growths}
    assert growing[small.nodes.chemistry.taxonomy_node_id] == 7
    assert len(plan.items) + growing[small.nodes.mechanics.subject_id] == 30 - 9


def test_by_target_each_discipline_gets_its_proportion_whatever_is_there(small: Small, request_: PlanRequest):
    small.cursor.execute("update taxonomy_node set target = 10 where name = 'Chemistry'")
    small.cursor.execute("update taxonomy_node set target = 30 where name = 'Physics'")
    _keep(small, _plan(small, request_), number=9, answered=9)
    scope = (small.nodes.natural_science.taxonomy_node_id,)
    plan = _plan(small, request_, scope=scope, allocation="target", instructions=28, stages=GROWING, seed=2)
    growing = {growth.node_id: growth.instructions for growth in plan.growths}
    assert growing[small.nodes.chemistry.taxonomy_node_id] == 7
    assert len(plan.items) + growing[small.nodes.mechanics.subject_id] == 21


@pytest.mark.parametrize("allocation", ["target", "deficit"])
def test_without_a_target_there_is_nothing_to_deal_by(small: Small, request_: PlanRequest, allocation: str):
    with pytest.raises(PlanError, match="has a target"):
        _plan(small, request_, allocation=allocation)


def test_a_request_of_before_that_went_by_deficit_still_does(request_: PlanRequest):
    data = dataclasses.asdict(dataclasses.replace(request_, allocation="weight"))
    del data["holds_saturated"]
    assert request_from_data(data) == dataclasses.replace(request_, allocation="deficit")


def test_shares_of_nodes_that_overlap_are_refused(small: Small, request_: PlanRequest):
    scope = (small.nodes.physics.taxonomy_node_id, small.nodes.optics.subject_id)
    with pytest.raises(PlanError, match="overlap"):
        _plan(small, request_, scope=scope, allocation="weight", shares=(1, 1))


@pytest.mark.parametrize("allocation", ["even", "weight"])
def test_the_same_seed_deals_the_same(starter_database: Database, settings: GenerationSettings, allocation: str):
    cursor = starter_database.cursor()
    shares = (3.0, 1.0) if allocation == "weight" else ()
    request = PlanRequest(_subjects(cursor)[:2], 33, 4, settings, allocation=allocation, shares=shares)
    assert make_plan(cursor, request) == make_plan(cursor, request)
    assert len(make_plan(cursor, request).items) == 33


# Gaps ---------------------------------------------------------------------------------------------------------------


def _touched(plan: Plan) -> list[str]:
    return [concept for item in plan.items for concept in item.combination.key_concept_ids]


def test_every_key_concept_is_a_gap_at_first(small: Small):
    gaps = unused_key_concepts(small.cursor, (small.nodes.physics.taxonomy_node_id,))
    assert gaps == tuple(Gap(concept.key_concept_id, 1) for concept in small.nodes.details.key_concepts)
    assert unused_key_concepts(small.cursor, (small.nodes.optics.subject_id,)) == gaps


def test_the_gaps_that_a_run_left_are_filled_by_another_once_each(small: Small, request_: PlanRequest):
    first = _plan(small, request_, instructions=1)
    _keep(small, first)
    gaps = unused_key_concepts(small.cursor, request_.scope)
    assert {gap.node_id for gap in gaps}.isdisjoint(_touched(first))
    second = _plan(small, request_, seed=2, allocation="gaps", gaps=gaps, instructions=99)
    assert sorted(_touched(second)) == sorted(gap.node_id for gap in gaps)
    assert len(second.items) < len(gaps)
    assert second.undealt == 0


def test_a_key_concept_gets_as_many_questions_as_it_wants(small: Small, request_: PlanRequest):
    (coherence,) = small.nodes.key_concept_ids("coherence")
    plan = _plan(small, request_, allocation="gaps", gaps=(Gap(coherence, 12),), instructions=12)
    assert len(plan.items) == 12
    assert _touched(plan).count(coherence) == 12


def test_a_class_session_gets_as_many_questions_as_it_wants(small: Small, request_: PlanRequest):
    session_id = small.nodes.details.class_sessions[1].class_session_id
    plan = _plan(small, request_, allocation="gaps", gaps=(Gap(session_id, 8),), instructions=20)
    assert [session_id in item.combination.class_session_ids for item in plan.items] == [True] * 8


def test_subjects_and_nodes_can_be_gaps_too(small: Small, request_: PlanRequest):
    gaps = (Gap(small.nodes.optics.subject_id, 4), Gap(small.nodes.physical_sciences.taxonomy_node_id, 6))
    plan = _plan(small, request_, allocation="gaps", gaps=gaps, instructions=100)
    assert len(plan.items) == 6  # the four below the subject are below the node as well


def test_gaps_beyond_the_number_are_said(small: Small, request_: PlanRequest):
    gaps = tuple(Gap(concept.key_concept_id, 1) for concept in small.nodes.details.key_concepts)
    plan = _plan(small, request_, allocation="gaps", gaps=gaps, instructions=2)
    assert len(plan.items) == 2
    assert len(set(_touched(plan))) + plan.undealt == 15


def test_a_gap_that_is_drawn_out_is_said(small: Small, request_: PlanRequest):
    settings = dataclasses.replace(request_.settings, strategy_mix=0.0)
    (phase,) = small.nodes.key_concept_ids("phase")
    gaps = (Gap(phase, 50),)
    plan = _plan(small, request_, allocation="gaps", gaps=gaps, instructions=50, settings=settings)
    assert (len(plan.items), plan.undealt) == (16, 34)  # of 31 combinations of its session, 16 hold it


def test_a_gap_outside_the_scope_is_an_error(small: Small, request_: PlanRequest):
    with pytest.raises(PlanError, match="The gap 'Chemistry' is in no current syllabus"):
        _plan(small, request_, allocation="gaps", gaps=(Gap(small.nodes.chemistry.taxonomy_node_id, 1),))


def test_an_unknown_gap_is_an_error(small: Small, request_: PlanRequest):
    with pytest.raises(ScopeError, match="'nowhere'"):
        _plan(small, request_, allocation="gaps", gaps=(Gap("nowhere", 1),))


# What changes no id -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stages", [("instructions", "answers"), GROWING], ids=len)
def test_renaming_and_moving_nodes_changes_no_id_of_a_plan(
    small: Small, request_: PlanRequest, stages: tuple[str, ...]
):
    scope = (small.nodes.natural_science.taxonomy_node_id, small.nodes.agriculture.taxonomy_node_id)
    before = _plan(small, request_, scope=scope, stages=stages)
    small.cursor.execute("update taxonomy_node set name = 'Aaa' where name = 'Physics'")
    small.cursor.execute("update taxonomy_node set name = 'Zzz' where name = 'Chemistry'")
    land_use = small.nodes.land_use.taxonomy_node_id
    small.cursor.execute("update taxonomy_node set parent_id = ? where name in ('Aaa', 'Zzz')", [land_use])
    after = _plan(small, request_, scope=scope, stages=stages)
    assert after.run_id == before.run_id
    assert _ids(after) == _ids(before)
    assert after.growths == before.growths


def test_writing_syllabi_anew_takes_the_stages_for_it(small: Small, request_: PlanRequest):
    with pytest.raises(PlanError, match="takes the stages syllabus and class_details"):
        make_plan(small.cursor, dataclasses.replace(request_, rewrites=True))


def test_prices_change_no_id_of_a_plan(small: Small, request_: PlanRequest):
    stages = {
        stage: dataclasses.replace(used, price=Price(1.0, 2.0)) for stage, used in request_.settings.stages.items()
    }
    priced = _plan(small, request_, settings=dataclasses.replace(request_.settings, stages=stages))
    assert priced.run_id == _plan(small, request_).run_id
    assert _ids(priced) == _ids(_plan(small, request_))
    assert plan_from_data(json.loads(json.dumps(priced.to_data()))) == priced


# Plans that were kept -----------------------------------------------------------------------------------------------


def test_a_plan_with_gaps_and_shares_comes_back_from_its_data(small: Small, request_: PlanRequest):
    gaps = (Gap(small.nodes.optics.subject_id, 4),)
    plan = _plan(small, request_, allocation="gaps", gaps=gaps)
    assert plan_from_data(json.loads(json.dumps(plan.to_data()))) == plan
    plan = _plan(small, request_, allocation="weight", shares=(1.5,))
    assert plan_from_data(json.loads(json.dumps(plan.to_data()))) == plan


def test_a_plan_whose_prompt_has_changed_is_refused_with_a_hint(small: Small, request_: PlanRequest):
    data = _plan(small, request_).to_data()
    data["template_fingerprints"] = {**data["template_fingerprints"], "answers": "0123456789ab"}
    with pytest.raises(PlanError, match="'answers' has changed") as raised:
        plan_from_data(data)
    assert raised.value.hint


def test_a_plan_of_an_earlier_version_is_refused_with_a_hint(small: Small, request_: PlanRequest):
    with pytest.raises(PlanError, match="earlier version") as raised:
        plan_from_data({**_plan(small, request_).to_data(), "items": []})
    assert raised.value.hint


def test_a_plan_names_the_templates_that_it_sends(small: Small, request_: PlanRequest):
    assert set(_plan(small, request_).template_fingerprints) == {"instructions", "answers"}
    growing = _plan(small, request_, stages=GROWING).template_fingerprints
    assert set(growing) == {"subjects", "subjects_as_jsonl", "syllabus", "class_details", "instructions", "answers"}


def test_more_class_sessions_than_a_plan_can_hold_are_refused(small: Small, request_: PlanRequest):
    small.cursor.execute(
        """
        insert into class_session
        select 'extra' || position, ?, position, 'Extra', ''
        from range(4, 65) as extra(position)
        """,
        [small.nodes.syllabus.syllabus_id],
    )
    with pytest.raises(PlanError, match="Optics has 64 class sessions"):
        _plan(small, request_)


def test_key_concepts_that_are_not_numbered_without_gaps_are_refused(small: Small, request_: PlanRequest):
    small.cursor.execute("update key_concept set position = 9 where name = 'phase'")
    with pytest.raises(PlanError, match="not numbered"):
        _plan(small, request_)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"allocation": "fairly"}, "There is no allocation 'fairly'"),
        ({"shares": (1,)}, "takes no shares"),
        ({"allocation": "quota"}, "No quota was given"),
        ({"allocation": "quota", "shares": (9,)}, "add up to 9 and not to 10"),
        ({"allocation": "quota", "shares": (5.5,)}, "5.5 is not a number of instructions"),
        ({"allocation": "weight", "shares": (1, 2)}, "2 shares for 1 nodes"),
        ({"allocation": "weight", "shares": (-1,)}, "-1 is not a weight"),
        ({"allocation": "weight", "shares": (float("nan"),)}, "nan is not a weight"),
        ({"allocation": "weight", "shares": (0,)}, "All weights are 0"),
        ({"allocation": "weight"}, "No weight was given"),
        ({"allocation": "novelty", "shares": (1,)}, "takes no shares"),
        ({"holds_saturated": True, "stages": ("syllabus", "class_details")}, "nothing to hold"),
        ({"holds_saturated": True, "allocation": "gaps", "gaps": (Gap("a", 1),)}, "no node can be held"),
        ({"allocation": "gaps"}, "go together"),
        ({"gaps": (Gap("a", 1),)}, "go together"),
        ({"allocation": "gaps", "gaps": (Gap("a", 0),)}, "wants no instructions"),
        ({"allocation": "weight", "shares": (1,), "stages": ("syllabus", "class_details")}, "nothing to deal"),
    ],
    ids=str,
)
def test_an_allocation_that_does_not_fit_together_is_an_error_with_a_hint(
    small: Small, request_: PlanRequest, change: dict, message: str
):
    with pytest.raises(PlanError, match=message) as raised:
        _plan(small, request_, **change)
    assert raised.value.hint
