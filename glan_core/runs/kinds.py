"""Which steps does a plan take?"""

from glan_core.planning.plan import Plan
from glan_core.runs.judging import JudgingPipeline
from glan_core.runs.ledger import Ledger
from glan_core.runs.pipeline import Pipeline
from glan_core.runs.recording import RecordingModel
from glan_core.runs.regenerating import RegeneratingSteps
from glan_core.store.database import Cursor

AnySteps = Pipeline | JudgingPipeline | RegeneratingSteps


def pipeline_of(
    plan: Plan, *, cursor: Cursor, model: RecordingModel, ledger: Ledger, only: frozenset[str] | None = None
) -> AnySteps:
    """Give the steps of a plan: one that generates, one that judges, or one that writes rejected pairs anew."""
    if plan.judging is not None:
        return JudgingPipeline(plan, cursor=cursor, model=model, ledger=ledger, only=only)
    if plan.regenerating is not None:
        return RegeneratingSteps(plan, cursor=cursor, model=model, ledger=ledger, only=only)
    return Pipeline(plan, cursor=cursor, model=model, ledger=ledger, only=only)
