"""What will a run that writes rejected pairs anew do, before it sends anything?

    regenerated_instructions, answers   two calls a pair whose rejection is about the question: another one over the
                                        same key concepts, then its answer
    regenerated_answers                 one call for every other pair: another answer to the same question

Each prompt holds what reviewers said. What was written before in the same way, with the same said of it, is not asked
for again.
"""

from datetime import UTC, datetime

from glan_core import ids, prompts
from glan_core.entities import Filter
from glan_core.errors import PlanError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.open_pairs import MANY_PAIRS, find_open_regenerations
from glan_core.planning.plan import Plan
from glan_core.planning.plan_request import WHOLE_TAXONOMY, PlanRequest
from glan_core.planning.planned_instructions import PlannedInstructions
from glan_core.planning.rejected_pairs import PairToRegenerate, Regenerating, read_rejected_pairs
from glan_core.regenerations import wants_question
from glan_core.store.database import Cursor
from glan_core.store.regenerations import count_rejected, list_rejected


def make_regenerating_plan(
    cursor: Cursor,
    filter_: Filter,
    *,
    settings: GenerationSettings,
    seed: int,
    n: int | None = None,
    is_answers_only: bool = False,
) -> Plan:
    """Draw up to n of the rejected pairs of a filter (None: all), and count the calls that they still take.

    With `is_answers_only` every answered pair keeps its question, whatever it was rejected for, and the others are left
    out. Raises PlanError if no rejected pair fits.
    """
    drawn = list_rejected(cursor, filter_, n=n, seed=seed)
    pairs, characters = [], 0
    for each in drawn:
        if is_answers_only and not each.has_answer:
            continue
        is_new_question = not is_answers_only and wants_question(each.reasons, has_answer=each.has_answer)
        pairs.append(PairToRegenerate(each.instruction_id, each.reasons, each.comments, is_new_question))
        characters += each.characters
    if not pairs:
        raise PlanError(
            "No rejected pair fits this choice.", "Widen it, or reject some pairs on the Review page first."
        )
    among = len(drawn) if n is None or len(drawn) < n else count_rejected(cursor, filter_)
    regenerating = Regenerating(filter_, tuple(pairs), among=among, mean_characters=characters / len(pairs))
    stages = _stages(regenerating)
    request = PlanRequest(
        scope=filter_.taxonomy_node_ids or (WHOLE_TAXONOMY,),
        instructions=len(pairs),
        seed=seed,
        settings=settings,
        stages=stages,
    )
    names = sorted({name for stage in stages for name in settings.stages[stage].templates})
    templates = {name: prompts.fingerprint(name, folder=settings.templates_folder) for name in names}
    calls = _calls(cursor, regenerating, settings, seed=seed)
    whole = len(pairs) + regenerating.questions
    return Plan(
        run_id=ids.stable_id("run", "regenerating", request.identity, regenerating.to_data()["pairs"], templates),
        request=request,
        items=PlannedInstructions({}, settings=settings, seed=seed),
        growths=(),
        calls=calls,
        calls_reused=whole - sum(calls.values()),
        combinations=0,
        combinations_used=0,
        undealt=0,
        drawn_at=datetime.now(UTC),
        template_fingerprints=templates,
        regenerating=regenerating,
    )


def _stages(regenerating: Regenerating) -> tuple[str, ...]:
    with_question = ("regenerated_instructions", "answers") if regenerating.questions else ()
    return (*with_question, *(["regenerated_answers"] if regenerating.questions < len(regenerating.pairs) else []))


def _calls(cursor: Cursor, regenerating: Regenerating, settings: GenerationSettings, *, seed: int) -> dict[str, int]:
    """Count, by stage, the calls whose outcome is not there yet."""
    calls = dict.fromkeys(_stages(regenerating), 0)
    for pairs in read_rejected_pairs(cursor, regenerating.pairs, at_once=MANY_PAIRS):
        for each in find_open_regenerations(cursor, pairs, settings=settings, seed=seed).open:
            if each.pair.wants_question:
                calls["regenerated_instructions"] += each.instruction is None
                calls["answers"] += 1
            else:
                calls["regenerated_answers"] += 1
    return calls
