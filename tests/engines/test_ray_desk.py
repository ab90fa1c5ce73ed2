"""Tests of glan_core.engines.ray_desk: what do the actors of a run and the process that began it tell each other?"""

import dataclasses
import pickle
import random

from glan_core.engines.ray_desk import Desk, Job, Orders, Said, Stint, bare_plan
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Gap, Growth
from tests.workbench import Workbench


def _job(workbench: Workbench, **changes: object) -> Job:
    job = Job(
        plan=workbench.plan(),
        folder="",
        endpoint=Endpoint("http://127.0.0.1:1/v1", "sk-0123"),
        concurrency=5,
        actors=2,
        timeout_seconds=1.0,
        rows_a_part=1,
        curriculum=[],
        only=[],
        dollars=None,
        tokens=None,
    )
    return dataclasses.replace(job, **changes)  # type: ignore[arg-type]


def _desk(workbench: Workbench, **changes: object) -> Desk:
    desk = Desk("s")
    desk.open(_job(workbench, **changes))
    return desk


def test_actors_share_the_calls_at_once_and_one_that_comes_back_has_its_share_again(workbench: Workbench):
    desk = _desk(workbench)
    shifts = [desk.begin_shift(actor) for actor in ("a", "b", "a")]
    assert [shift.concurrency for shift in shifts] == [3, 2, 3]
    assert len({shift.writer for shift in shifts}) == 3


def test_what_an_actor_was_before_it_came_back_is_lost_and_its_sums_stay(workbench: Workbench):
    desk = _desk(workbench)
    first, other, second = (desk.begin_shift(actor).writer for actor in ("a", "b", "a"))
    desk.say(first, Said(calls=7, under_way=3))
    standing = desk.look("work")
    assert standing.lost == (first,)
    assert sum(said.calls for said in standing.said) == 7
    assert sum(said.under_way for said in standing.said) == 0
    assert {other, second}.isdisjoint(standing.lost)


def test_who_gets_a_part_again_hears_who_had_it_and_how_far(workbench: Workbench):
    desk = _desk(workbench)
    assert desk.begin_part("p", Stint("one", 1)) == []
    desk.end_part("p", Stint("one", 1, 4))
    assert desk.begin_part("p", Stint("two", 9)) == [Stint("one", 1, 4)]
    assert desk.begin_part("p", Stint("three", 1)) == [Stint("one", 1, 4), Stint("two", 9)]


def test_a_wish_reaches_actors_with_the_next_answer(workbench: Workbench):
    desk = _desk(workbench)
    writer = desk.begin_shift("a").writer
    assert desk.say(writer, Said()) == Orders("work", None, None)
    desk.look("pause")
    assert desk.say(writer, Said()).wish == "pause"


def test_the_very_first_call_goes_alone_where_there_is_a_budget(workbench: Workbench):
    desk = _desk(workbench, dollars=10.0)
    first, second = (desk.begin_shift(actor).writer for actor in ("a", "b"))
    assert desk.say(first, Said()).dollars == 0.0  # one call may be begun, as its price is not known
    assert desk.say(second, Said()).dollars == -1.0  # none may


def test_all_actors_together_are_never_lent_more_than_there_is(workbench: Workbench):
    rng = random.Random(3)
    desk = _desk(workbench, dollars=10.0, tokens=5_000)
    actors = {desk.begin_shift(name).writer: Said() for name in ("a", "b", "c", "d")}
    for _ in range(400):
        writer = rng.choice(list(actors))
        orders = desk.say(writer, actors[writer])
        assert orders.dollars is not None
        assert orders.tokens is not None
        said, cost, tokens = actors[writer], rng.uniform(0.05, 0.2), rng.randrange(20, 100)
        if (said.cost or 0.0) + cost <= max(orders.dollars, 0.2 * (orders.dollars == 0)):
            actors[writer] = dataclasses.replace(
                said,
                cost=(said.cost or 0.0) + cost,
                most_cost=max(said.most_cost or 0.0, cost),
                prompt_tokens=said.prompt_tokens + tokens,
                most_tokens=max(said.most_tokens, tokens),
            )
    lent = [desk.say(writer, said) for writer, said in actors.items()]
    assert 9.0 < sum(max(orders.dollars or 0.0, 0.0) for orders in lent) <= 10.0 + 1e-9
    assert sum(max(orders.tokens or 0, 0) for orders in lent) <= 5_000


def test_a_run_is_told_when_nobody_can_be_lent_another_call(workbench: Workbench):
    desk = _desk(workbench, tokens=100)
    first, second = (desk.begin_shift(actor).writer for actor in ("a", "b"))
    spent = Said(prompt_tokens=60, most_tokens=60, is_starved=True)
    waiting = Said(is_starved=True)
    for _ in range(5):
        desk.say(first, spent)
        desk.say(second, waiting)
    assert desk.look("work").is_lent_out
    desk.say(first, dataclasses.replace(spent, begun=1))  # this one may cost less than it is taken for
    assert not desk.look("work").is_lent_out


def test_a_key_is_in_nothing_that_says_what_it_is(workbench: Workbench):
    assert "sk-0123" not in repr(_job(workbench))


def test_the_key_comes_by_itself(workbench: Workbench):
    desk = _desk(workbench)
    desk.keep_key("sk-0123")
    assert desk.give_key() == "sk-0123"


def test_the_plan_of_actors_is_as_small_for_a_large_run_as_for_a_small_one(workbench: Workbench):
    gaps = tuple(Gap(f"node-{number}", 1) for number in range(5_000))
    plan = workbench.plan(instructions=40)
    request = dataclasses.replace(plan.request, scope=("node",) * 5_000, shares=(1.0,) * 5_000, gaps=gaps)
    growths = (Growth("node", "subjects", 9, 1),) * 5_000
    bare = bare_plan(dataclasses.replace(plan, request=request, growths=growths))
    assert len(pickle.dumps(bare)) < 10_000
    assert (bare.run_id, bare.request.seed, bare.request.settings) == (plan.run_id, 1, plan.request.settings)
