"""A plan worked off one piece after the other, with a scripted model and a real journal and database."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from glan_core.errors import CallError
from glan_core.planning.plan import Plan
from glan_core.runs.attempts import Counts
from glan_core.runs.costs import Costs
from glan_core.runs.journal import Journal
from glan_core.runs.kinds import pipeline_of
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.work import Work
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.scripted_model import AnsweringModel, Script
from tests.small_pairs import run

REFUSED = CallError("HTTP 400: no", kind="http_400")


class Done(NamedTuple):
    """What one working-off of a plan came to."""

    counts: Counts
    model: AnsweringModel
    calls_reused: int

    def sent(self) -> Counter[str]:
        """Count the calls that were sent, by stage."""
        return Counter(request.stage for request in self.model.requests)

    def prompt(self, stage: str) -> str:
        """Give the last turn of the only call of a stage."""
        (request,) = self.model.requests_of(stage)
        return request.messages[-1].content


def works_off(small: Small, runs: Path) -> Callable[..., Done]:
    """Give a function that works a plan off with a script, one piece after the other, the latest stage first.

    Or, with `at_once`, all pieces that can be begun at the same time.
    """

    def do(
        plan: Plan,
        script: Script = lambda request: None,
        *,
        only: frozenset[str] | None = None,
        at_once: bool = False,
    ) -> Done:
        model = AnsweringModel(script)
        return asyncio.run(_work_off(plan, small, runs / plan.run_id, model=model, only=only, at_once=at_once))

    return do


async def _work_off(
    plan: Plan, small: Small, folder: Path, *, model: AnsweringModel, only: frozenset[str] | None, at_once: bool
) -> Done:
    wanted = {"scope": [], "instructions": plan.wanted, "stages": list(plan.request.stages)}
    save_run(small.cursor, run(plan.run_id, seed=plan.request.seed, plan=wanted))
    with Journal(folder) as journal:
        ledger = Ledger(small.database, journal, run_id=plan.run_id)
        recording = RecordingModel(
            model,
            run_id=plan.run_id,
            find=ledger.find_call,
            record=ledger.record,
            cost=Costs(plan.request.settings, base_url="").of,
        )
        steps = pipeline_of(plan, cursor=small.cursor, model=recording, ledger=ledger, only=only)
        if at_once:
            await asyncio.gather(*map(_done, steps.first_work()))
        else:
            for first in steps.first_work():
                await _done(first)
        await ledger.flush()
        ledger.close()
    return Done(steps.counts, model, recording.calls_reused + steps.counts.items_reused)


async def _done(first: Work) -> None:
    waiting = [first]
    while waiting:
        waiting.extend(await waiting.pop().do())
