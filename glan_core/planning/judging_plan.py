"""What will a run of judging do, before it sends anything?

    judge                       one call a pair: its scores
    compared_answers, compare   one call a question for the second model's answer, where it is missing, and two calls
                                for both answers side by side, once in each order

A run does the one or the other. What was said before of the same words by the same judge is not asked for again.
"""

from datetime import UTC, datetime

from glan_core import ids, prompts
from glan_core.entities import Filter
from glan_core.errors import PlanError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.judged_pairs import Judging, PairToJudge, read_in_batches
from glan_core.planning.open_pairs import MANY_PAIRS, find_open_comparisons, find_open_judgements
from glan_core.planning.plan import Plan
from glan_core.planning.plan_request import WHOLE_TAXONOMY, PlanRequest
from glan_core.planning.planned_instructions import PlannedInstructions
from glan_core.store.database import Cursor
from glan_core.store.judged_pairs import draw_judged_pairs


def make_judging_plan(
    cursor: Cursor, filter_: Filter, *, settings: GenerationSettings, seed: int, n: int | None = None
) -> Plan:
    """Draw up to n of the answered pairs of a filter (None: all), and count the calls that they still take.

    The stages are those that the settings hold (see judge_settings.py). Raises PlanError if no answered pair fits.
    """
    drawn = draw_judged_pairs(cursor, filter_, n=n, seed=seed)
    if not drawn.pairs:
        raise PlanError("No answered pair fits this choice.", "Widen it, or make some pairs first.")
    pairs = tuple(PairToJudge(*pair) for pair in drawn.pairs)
    judging = Judging(filter_, pairs, among=drawn.among, mean_characters=drawn.mean_characters)
    request = PlanRequest(
        scope=filter_.taxonomy_node_ids or (WHOLE_TAXONOMY,),
        instructions=len(pairs),
        seed=seed,
        settings=settings,
        stages=tuple(settings.stages),
    )
    names = sorted({name for stage in settings.stages.values() for name in stage.templates})
    templates = {name: prompts.fingerprint(name, folder=settings.templates_folder) for name in names}
    calls = _calls(cursor, judging, settings)
    whole = sum(len(pairs) * (2 if stage == "compare" else 1) for stage in settings.stages)
    return Plan(
        run_id=ids.stable_id("run", "judging", request.identity, [list(pair) for pair in pairs], templates),
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
        judging=judging,
    )


def _calls(cursor: Cursor, judging: Judging, settings: GenerationSettings) -> dict[str, int]:
    """Count, by stage, the calls whose outcome is not there yet."""
    calls = dict.fromkeys(settings.stages, 0)
    counted: set[str] = set()  # two answers of one question share the second model's
    for pairs in read_in_batches(cursor, judging.pairs, at_once=MANY_PAIRS):
        if "judge" in calls:
            calls["judge"] += len(find_open_judgements(cursor, pairs, settings=settings).open)
        if "compared_answers" in calls:
            for each in find_open_comparisons(cursor, pairs, settings=settings).open:
                if each.answer is None and each.answer_id not in counted:
                    counted.add(each.answer_id)
                    calls["compared_answers"] += 1
                if each.missing:
                    calls["compare"] += len(each.missing)
    return calls
