"""plan, generate: what it would take, and the run."""

from typing import Any, NamedTuple

import typer

from glan_core.added_nodes import nodes_of_path
from glan_core.commands.asked import Asked
from glan_core.commands.output import note, note_unreadable, tell
from glan_core.commands.run_options import command
from glan_core.commands.working_off import work
from glan_core.engines.engine import EngineChoice
from glan_core.entities import TaxonomyNode
from glan_core.errors import GlanError, PlanError, ScopeError
from glan_core.model_choice import ModelChoice, choose_model
from glan_core.planning.estimates import Estimate, estimate
from glan_core.planning.held_branches import held_sentence
from glan_core.planning.novelty_words import node_names, novelty_sentences
from glan_core.planning.plan import Plan, make_plan
from glan_core.runs.claims import check_claims, taken_codes
from glan_core.runs.headless import Planning, planning_database, prepare
from glan_core.settings import Settings
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes


class Planned(NamedTuple):
    """A plan with what is needed to work it off."""

    plan: Plan
    added: tuple[TaxonomyNode, ...]
    """Nodes that came into the taxonomy for it."""
    estimate: Estimate
    concurrency: int
    hindrance: GlanError | None
    """Why it cannot be begun just now."""
    told_of_novelty: tuple[str, ...]
    """How the novelty of the newest pairs decided, in sentences; empty if it did not."""


def plan_pairs(asked: Asked) -> None:
    """Say what a run would do and take."""
    settings = asked.settings
    choice = choose_model(settings)
    with planning_database(settings.database, asked.runs_folder(settings)) as planning:
        planned = _planned(asked, settings, choice, planning, engine=asked.engine_choice())
    if planned.hindrance:
        note(f"{planned.hindrance.message} {planned.hindrance.hint}")
    tell(_plan_data(planned, choice), asked.as_json, _plan_sentences(planned, choice))


@command(Asked)
def generate(asked: Asked) -> None:
    """Generate pairs; the same command goes on where it was interrupted, and repeats no call that was answered."""
    engine = asked.engine_choice()
    settings = asked.settings
    choice = choose_model(settings)
    runs = asked.runs_folder(settings)
    with planning_database(settings.database, runs) as planning:
        planned = _planned(asked, settings, choice, planning, engine=engine)
        if planned.hindrance:
            raise planned.hindrance
        folder = runs / planned.plan.run_id
        prepared = prepare(planning.database, planned.plan, folder, added=planned.added)
    for sentence in planned.told_of_novelty:
        note(sentence)
    if planned.plan.undealt:
        note(f"Not possible: {_undealt(planned.plan)}.")
    for node in planned.added:
        note(f"Added the {_level(node)} {node.name!r}.")
    work(
        prepared,
        asked,
        database=settings.database,
        endpoint=choice.endpoint,
        concurrency=planned.concurrency,
        engine=engine,
    )
    if planned.plan.undealt:
        raise typer.Exit(1)


def _planned(
    asked: Asked, settings: Settings, choice: ModelChoice, planning: Planning, *, engine: EngineChoice
) -> Planned:
    note_unreadable(planning.taken.unreadable)
    cursor = planning.database.cursor()
    grown: str | None = None
    added: tuple[TaxonomyNode, ...] = ()
    hindrance: GlanError | None = None
    if asked.grow is not None:
        grown, added = nodes_of_path(cursor, asked.grow, is_as_given=asked.as_given)
        if planning.is_copy and added:
            hindrance = ScopeError(
                f"{asked.grow!r} cannot be added while another process has {settings.database} open.",
                "Close the app or wait for the other command, or add the node there.",
            )
        cursor.begin()
        insert_taxonomy_nodes(cursor, added)
    try:
        request = asked.request(cursor, asked.generation_settings(cursor, choice), grown=grown)
        at_work = planning.at_work
        made = make_plan(cursor, request, also_taken=taken_codes(at_work, other_than_seed=request.seed))
        try:
            check_claims(cursor, made, at_work)
        except PlanError as error:
            hindrance = error
        concurrency = asked.concurrency or choice.concurrency
        expected = estimate(
            cursor,
            made,
            concurrency=concurrency,
            endpoint_url=choice.endpoint.base_url,
            is_batch=engine.name == "batch",
        )
        told = novelty_sentences(made.novelty, node_names(cursor)) if made.novelty else ()
        if held := held_sentence(cursor, request.left_out):
            told = (held, *told)
    finally:
        if asked.grow is not None:
            cursor.rollback()  # a plan leaves no trace; a run adds the nodes for good
    return Planned(made, added, expected, concurrency, hindrance, told)


def _plan_data(planned: Planned, choice: ModelChoice) -> dict[str, Any]:
    made = planned.plan
    return {
        "run_id": made.run_id,
        "instructions": len(made.items),
        "growing": [{"node_id": growth.node_id, "stage": growth.stage} for growth in made.growths],
        "added": [node.name for node in planned.added],
        "calls": made.calls,
        "is_exact": made.is_exact,
        "calls_reused": made.calls_reused,
        "undealt": made.undealt,
        **({"left_out": list(made.request.left_out)} if made.request.left_out else {}),
        **({"novelty": made.novelty.to_data()} if made.novelty else {}),
        "combinations": made.combinations,
        "combinations_used": made.combinations_used,
        "estimate": planned.estimate.to_data(),
        "concurrency": planned.concurrency,
        "model": choice.model,
        "endpoint": choice.endpoint.label,
    }


def _plan_sentences(planned: Planned, choice: ModelChoice) -> str:
    made, expected = planned.plan, planned.estimate
    calls = ", ".join(f"{number:,} {stage}" for stage, number in made.calls.items() if number) or "none"
    about = "" if made.is_exact else "about "
    lines = [
        f"Run {made.run_id} with {choice.model} at {choice.endpoint.label}",
        f"  instructions  {len(made.items):,}" + (f", and {_below(made)}" if made.growths else ""),
        f"  calls         {about}{sum(made.calls.values()):,} ({calls}); {made.calls_reused:,} need not be made again",
        f"  combinations  {made.combinations_used:,} of {made.combinations:,} used so far",
        *(f"  {name:<13} {text}" for name, text in expected.words().items()),
    ]
    if planned.added:
        names = ", ".join(f"the {_level(node)} {node.name!r}" for node in planned.added)
        lines.append(f"  adds          {names}")
    lines += [f"  {'' if place else 'novelty':<13} {text}" for place, text in enumerate(planned.told_of_novelty)]
    if made.undealt:
        lines.append(f"  not possible  {_undealt(made)}")
    return "\n".join(lines)


def _level(node: TaxonomyNode) -> str:
    return node.level.replace("_", "-")


def _undealt(made: Plan) -> str:
    return (
        f"{made.undealt:,} instructions: no syllabus below their nodes (see --stages), or its combinations are used up"
    )


def _below(made: Plan) -> str:
    nodes = "1 node that grows" if len(made.growths) == 1 else f"{len(made.growths):,} nodes that grow"
    return f"{sum(growth.instructions for growth in made.growths):,} below {nodes} first"
